import type { Part } from '../entry/entry.ts'
import type { MetricName } from '../series/series-table.ts'
import { readPart, rowsOf } from './points.ts'
import type { Rows } from './points.ts'
import type { SeriesName } from './which.ts'

export type MetricCount = MetricName & {
  /** Ranks that have points of it. */
  readonly ranks: number
  readonly points: number
}

interface Found {
  readonly metric: MetricName
  readonly ranks: Set<number>
  points: number
}

type Tally = Map<string, Found>

/**
 * The metrics of a run, counted. Parts that will be there for good are looked at once, however often it is asked: what rows
 * are of is read, and no point.
 */
export class MetricTally {
  readonly #runDir: string
  /** Parts that are counted, in their order. */
  #parts: readonly Part[] = []
  #found: Tally = new Map()
  /** One question at a time. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(runDir: string) {
    this.#runDir = runDir
  }

  /** @throws {ProvloomError} `FILE_UNREADABLE` for parts or a journal that cannot be read */
  now(): Promise<MetricCount[]> {
    const answer = this.#last.then(() => this.#count())
    this.#last = answer.catch(() => {})
    return answer
  }

  async #count(): Promise<MetricCount[]> {
    const rows = await rowsOf(this.#runDir, {}, 'counts')
    const { parts } = rows
    // The last one may be replaced by a larger one while the run goes on.
    const forGood = rows.tail === undefined ? parts : parts.slice(0, -1)
    if (!this.#parts.every(({ sha256 }, i) => sha256 === forGood[i]?.sha256)) {
      this.#parts = []
      this.#found = new Map()
    }
    for (const part of forGood.slice(this.#parts.length)) {
      await count(this.#found, this.#runDir, rows, part)
      this.#parts = forGood.slice(0, this.#parts.length + 1)
    }
    const young: Tally = new Map()
    for (const part of parts.slice(forGood.length)) await count(young, this.#runDir, rows, part)
    for (const series of rows.tail?.series ?? []) add(young, series, 0)
    for (const { series, count } of rows.pieces) add(young, series, count)
    return answerOf(this.#found, young)
  }
}

async function count(tally: Tally, runDir: string, rows: Rows, part: Part): Promise<void> {
  for await (const { series, from, to } of readPart(runDir, rows, part, true, (file) => file.stretches({})))
    add(tally, series, to - from)
}

function add(tally: Tally, { rank, context, source, key }: SeriesName, points: number): void {
  const id = JSON.stringify([key, context, source])
  let found = tally.get(id)
  if (found === undefined) {
    found = { metric: { context, source, key }, ranks: new Set(), points: 0 }
    tally.set(id, found)
  }
  found.points += points
  if (points > 0) found.ranks.add(rank)
}

function answerOf(old: Tally, young: Tally): MetricCount[] {
  const ids = new Set([...old.keys(), ...young.keys()])
  return [...ids].map((id) => {
    const [one, other] = [old.get(id), young.get(id)]
    const ranks = new Set([...(one?.ranks ?? []), ...(other?.ranks ?? [])])
    const { metric } = (one ?? other)!
    return { ...metric, ranks: ranks.size, points: (one?.points ?? 0) + (other?.points ?? 0) }
  })
}
