import type { Part } from '../entry/entry.ts'
import type { MetricName } from '../series/series-table.ts'
import { readPart } from './points.ts'
import type { Rows, RunRows } from './points.ts'
import type { SeriesName } from './which.ts'

export type MetricCount = MetricName & {
  /** Ranks that have points of it. */
  readonly ranks: ReadonlySet<number>
  readonly points: number
}

interface Found {
  readonly metric: MetricName
  readonly ranks: Set<number>
  points: number
}

/** By key: few keys are of several contexts or sources. */
type Tally = Map<string, Found[]>

/**
 * The metrics of a run, counted. Parts that will be there for good are looked at once, however often it is asked: what rows
 * are of is read, and no point.
 */
export class MetricTally {
  readonly #run: RunRows
  /** Parts that are counted, in their order. */
  #parts: readonly Part[] = []
  #found: Tally = new Map()
  /** One question at a time. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(run: RunRows) {
    this.#run = run
  }

  /** @throws {ProvloomError} `FILE_UNREADABLE` for parts or a journal that cannot be read */
  now(): Promise<MetricCount[]> {
    const answer = this.#last.then(() => this.#count())
    this.#last = answer.catch(() => {})
    return answer
  }

  async #count(): Promise<MetricCount[]> {
    const rows = await this.#run.now({}, 'counts')
    const { parts } = rows
    // The last one may be replaced by a larger one while the run goes on.
    const forGood = rows.tail === undefined ? parts : parts.slice(0, -1)
    if (!this.#parts.every(({ sha256 }, i) => sha256 === forGood[i]?.sha256)) {
      this.#parts = []
      this.#found = new Map()
    }
    for (const part of forGood.slice(this.#parts.length)) {
      await count(this.#found, this.#run.directory, rows, part)
      this.#parts = forGood.slice(0, this.#parts.length + 1)
    }
    const young: Tally = new Map()
    for (const part of parts.slice(forGood.length)) await count(young, this.#run.directory, rows, part)
    for (const series of rows.tail?.series ?? []) add(young, series, 0)
    for (const { series, count } of rows.pieces) add(young, series, count)
    return answerOf(this.#found, young)
  }
}

async function count(tally: Tally, runDir: string, rows: Rows, part: Part): Promise<void> {
  let last: Found | undefined
  let of: MetricName | undefined
  const take = (metric: MetricName, rank: number, points: number): void => {
    if (last === undefined || metric !== of) last = foundIn(tally, metric)
    of = metric
    last.points += points
    last.ranks.add(rank)
  }
  for await (const _ of readPart(runDir, rows, part, true, (file) => file.counted(take)));
}

function add(tally: Tally, series: SeriesName, points: number): void {
  const found = foundIn(tally, series)
  found.points += points
  if (points > 0) found.ranks.add(series.rank)
}

function foundIn(tally: Tally, { context, source, key }: MetricName): Found {
  const same = tally.get(key)
  const known = same?.find(({ metric }) => metric.context === context && metric.source === source)
  if (known !== undefined) return known
  const made = { metric: { context, source, key }, ranks: new Set<number>(), points: 0 }
  if (same === undefined) tally.set(key, [made])
  else same.push(made)
  return made
}

function answerOf(old: Tally, young: Tally): MetricCount[] {
  const all: Tally = new Map()
  for (const { metric, ranks, points } of [...old.values(), ...young.values()].flat()) {
    const found = foundIn(all, metric)
    found.points += points
    for (const rank of ranks) found.ranks.add(rank)
  }
  return [...all.values()].flat().map(({ metric, ranks, points }) => ({ ...metric, ranks, points }))
}
