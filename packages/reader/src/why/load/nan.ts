import type { SeriesBuckets, Steps } from '@provloom/rundir'
import type { RunDocument } from '../../document/document.ts'
import { metricId, metricWords } from '../../metric-id.ts'
import type { MetricName } from '../../metric-id.ts'
import type { NanFacts, RankFacts } from '../facts.ts'
import { whichOf } from './long.ts'
import type { Sources } from './long.ts'
import { cellsMax } from './table.ts'

/** Metrics that are looked through: so many, and as many more as have few points. */
const metricsMin = 8
const metricsMax = 64

interface NanSources extends Sources {
  readonly metrics: readonly NanMetric[]
  readonly metricsOfKeys?: (keys: readonly string[]) => Promise<readonly NanMetric[]>
}

type NanMetric = MetricName & { readonly points?: number; readonly nan?: number; readonly infinite?: number }

interface NanKnown {
  readonly nan: readonly NanFacts[]
  /** Metrics that hold NaN or infinity and were not looked through. */
  readonly more: number
}

/**
 * Of each metric and rank that ends in NaN or infinity since when it does. Read are only points of metrics of which the graph,
 * or the run's record, which is younger, counts some.
 */
export async function nanOf(
  sources: NanSources,
  document: RunDocument | undefined,
  ranks: readonly RankFacts[],
): Promise<NanKnown> {
  const counted = (document?.ofType('mls:ModelEvaluation') ?? []).flatMap((one) =>
    (one.number('provloom:nanRows') ?? 0) + (one.number('provloom:infiniteRows') ?? 0) > 0 ? one.label : [],
  )
  const recorded = sources.metrics.flatMap(({ key, nan, infinite }) =>
    (nan ?? 0) + (infinite ?? 0) > 0 ? key : [],
  )
  const keys = new Set([...counted, ...recorded])
  const all = await metricsOf(sources, [...keys])
  const meant = within(all)
  const offsets = new Map(ranks.map(({ rank, clock }) => [rank, clock?.offsetUs ?? 0]))
  const attempts = new Map(ranks.map(({ rank, attempt }) => [rank, attempt]))
  const found: NanFacts[] = []
  for (const metric of meant) {
    for (const [rank, { begun, odd, numbers, lastStep, stays }] of await seenOf(sources, metric, attempts))
      if (stays && begun !== undefined && numbers > 0)
        found.push({
          metric: metricId(metric),
          words: metricWords(metric),
          context: metric.context ?? undefined,
          rank,
          step: begun.step,
          timeUs: begun.time - (offsets.get(rank) ?? 0),
          what: begun.what,
          points: odd,
          numbers,
          lastStep,
        })
  }
  return { nan: found, more: all.length - meant.length }
}

/** As many as are read in time. */
function within(metrics: readonly NanMetric[]): NanMetric[] {
  let points = 0
  return metrics.slice(0, metricsMax).filter((one, i) => {
    points += Math.min(one.points ?? 0, cellsMax)
    return i < metricsMin || points <= cellsMax
  })
}

async function metricsOf(
  { metrics, metricsOfKeys }: NanSources,
  keys: readonly string[],
): Promise<readonly NanMetric[]> {
  if (keys.length === 0) return []
  return metricsOfKeys?.(keys) ?? metrics.filter(({ key }) => keys.includes(key))
}

type Attempts = ReadonlyMap<number, number>

async function seenOf(
  { points, curves }: Sources,
  metric: NanMetric,
  attempts: Attempts,
): Promise<Map<number, Seen>> {
  const seen = new Map<number, Seen>()
  const read = async (steps: Steps | undefined, into: Map<number, Seen>): Promise<void> => {
    for await (const piece of points(whichOf(metric), steps)) {
      if (attempts.get(piece.rank) !== piece.attempt) continue
      const one = into.get(piece.rank) ?? new Seen()
      into.set(piece.rank, one)
      for (let i = 0; i < piece.count; i++) one.take(piece.step[i]!, piece.time[i]!, piece.value[i]!)
    }
  }
  if (curves === undefined || (metric.points ?? 0) <= cellsMax) {
    await read(undefined, seen)
    return seen
  }
  const { curves: all, exponent } = await curves({ metric: whichOf(metric) })
  for (const one of all) if (attempts.get(one.rank) === one.attempt) seen.set(one.rank, seenInBuckets(one))
  // The first bucket in which it began is read; of the others is known what is kept.
  const first = firstBegun([...seen.values()], exponent)
  if (first === undefined) return seen
  const exact = new Map<number, Seen>()
  await read(first, exact)
  for (const [rank, one] of seen) {
    const { begun } = exact.get(rank) ?? {}
    if (one.begun !== undefined && one.begun.step < first.to && begun !== undefined) one.begun = begun
  }
  return seen
}

function seenInBuckets({ buckets }: SeriesBuckets): Seen {
  const seen = new Seen()
  for (let at = 0; at < buckets.count; at++) {
    const odd = buckets.nans[at]! + buckets.infinities[at]!
    const place = { step: buckets.firstStep[at]!, time: buckets.firstTime[at]! }
    // Which of its points came first is not kept: it ends as its last one does.
    const isLastOdd = !Number.isFinite(buckets.last[at]!)
    const numbers = buckets.points[at]! - odd
    if (isLastOdd) seen.number(numbers)
    seen.none(odd, { ...place, what: buckets.nans[at]! > 0 ? 'NaN' : 'infinity' })
    if (!isLastOdd) seen.number(numbers)
    seen.lastStep = buckets.lastStep[at]!
  }
  return seen
}

/** Steps of the first bucket, of all ranks, in which it began. */
function firstBegun(all: readonly Seen[], exponent: number): Steps | undefined {
  const from = all.reduce(
    (least, { begun, stays }) => Math.min(least, stays ? (begun?.step ?? Infinity) : Infinity),
    Infinity,
  )
  if (from === Infinity) return undefined
  const bucket = Math.floor(from / 2 ** exponent)
  return { from: bucket * 2 ** exponent, to: (bucket + 1) * 2 ** exponent }
}

interface Begun {
  readonly step: number
  readonly time: number
  readonly what: NanFacts['what']
}

/** Of one rank's points, in their order: since when no more of them are numbers than are not. */
class Seen {
  begun: Begun | undefined
  /** Points since then that are no numbers. */
  odd = 0
  /** All that are. */
  numbers = 0
  lastStep = -Infinity
  /** Its last point is none. */
  stays = false
  #score = 0

  take(step: number, time: number, value: number): void {
    if (Number.isFinite(value)) this.number(1)
    else this.none(1, { step, time, what: Number.isNaN(value) ? 'NaN' : 'infinity' })
    this.lastStep = Math.max(this.lastStep, step)
  }

  none(count: number, at: Begun): void {
    if (count === 0) return
    this.begun ??= at
    this.odd += count
    this.#score += count
    this.stays = true
  }

  number(count: number): void {
    if (count === 0) return
    this.numbers += count
    this.#score -= count
    this.stays = false
    if (this.#score >= 0) return
    this.begun = undefined
    this.odd = 0
    this.#score = 0
  }
}
