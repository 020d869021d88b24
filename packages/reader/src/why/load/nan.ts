import { metricId, metricWords } from '../../metric-id.ts'
import type { MetricName } from '../../metric-id.ts'
import type { RunDocument } from '../../document/document.ts'
import type { NanFacts, RankFacts } from '../facts.ts'
import type { SeriesBuckets, Steps } from '@provloom/rundir'
import { whichOf } from './long.ts'
import type { Sources } from './long.ts'
import { cellsMax } from './table.ts'

/** Metrics that are looked through. */
const metricsMax = 8

interface NanSources extends Sources {
  readonly metrics: readonly NanMetric[]
  readonly metricsOfKeys?: (keys: readonly string[]) => Promise<readonly NanMetric[]>
}

type NanMetric = MetricName & { readonly points?: number; readonly nan?: number; readonly infinite?: number }

/**
 * Of each metric and rank that logged NaN or an infinity the first one. Read are only points of metrics of which the graph, or
 * the run's record, which is younger, counts some.
 */
export async function nanOf(
  sources: NanSources,
  document: RunDocument | undefined,
  ranks: readonly RankFacts[],
): Promise<NanFacts[]> {
  const counted = (document?.ofType('mls:ModelEvaluation') ?? []).flatMap((one) =>
    (one.number('provloom:nanRows') ?? 0) + (one.number('provloom:infiniteRows') ?? 0) > 0 ? one.label : [],
  )
  const recorded = sources.metrics.flatMap(({ key, nan, infinite }) =>
    (nan ?? 0) + (infinite ?? 0) > 0 ? key : [],
  )
  const keys = new Set([...counted, ...recorded])
  const meant = await metricsOf(sources, [...keys].slice(0, metricsMax))
  const offsets = new Map(ranks.map(({ rank, clock }) => [rank, clock?.offsetUs ?? 0]))
  const attempts = new Map(ranks.map(({ rank, attempt }) => [rank, attempt]))
  const found: NanFacts[] = []
  for (const metric of meant.slice(0, metricsMax)) {
    const seen = await seenOf(sources, metric, attempts)
    for (const [rank, { first, lastIsOdd, hasNumber }] of seen)
      if (first !== undefined)
        found.push({
          metric: metricId(metric),
          words: metricWords(metric),
          rank,
          step: first.step,
          timeUs: first.time - (offsets.get(rank) ?? 0),
          what: first.what,
          stays: lastIsOdd,
          wasNumber: hasNumber,
        })
  }
  return found
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
  const read = async (steps: Steps | undefined): Promise<void> => {
    for await (const piece of points(whichOf(metric), steps)) {
      if (attempts.get(piece.rank) !== piece.attempt) continue
      const one = seen.get(piece.rank) ?? new Seen()
      seen.set(piece.rank, one)
      for (let i = 0; i < piece.count; i++) one.take(piece.step[i]!, piece.time[i]!, piece.value[i]!)
    }
  }
  if (curves === undefined || (metric.points ?? 0) <= cellsMax) {
    await read(undefined)
    return seen
  }
  const { curves: all } = await curves({ metric: whichOf(metric) })
  const own = all.filter(({ rank, attempt }) => attempts.get(rank) === attempt)
  const first = firstBucket(own)
  // The bucket in which it began is read; of the others is known what is kept.
  if (first !== undefined) await read(first)
  for (const { rank, buckets } of own) {
    const one = seen.get(rank) ?? new Seen()
    seen.set(rank, one)
    for (let at = 0; at < buckets.count; at++) {
      const [step, time] = [buckets.firstStep[at]!, buckets.firstTime[at]!]
      const [nans, infinities] = [buckets.nans[at]!, buckets.infinities[at]!]
      if (buckets.points[at]! > nans + infinities) one.hasNumber = true
      if (first !== undefined && step >= first.from && step < first.to) continue
      if (nans + infinities > 0) one.take(step, time, infinities > 0 ? Infinity : NaN)
    }
    if (buckets.count > 0) one.lastIsOdd = !Number.isFinite(buckets.last[buckets.count - 1]!)
  }
  return seen
}

/** The first one, of all ranks, in which there is one. */
function firstBucket(all: readonly SeriesBuckets[]): Steps | undefined {
  let found: Steps | undefined
  for (const { buckets } of all) {
    const at = buckets.nans.findIndex((count, i) => count + buckets.infinities[i]! > 0)
    if (at < 0 || (found !== undefined && buckets.firstStep[at]! >= found.from)) continue
    found = { from: buckets.firstStep[at]!, to: buckets.firstStep[at]! + 2 ** buckets.exponent }
  }
  return found
}

/** Of one rank's points, in whatever order. */
class Seen {
  first: { readonly step: number; readonly time: number; readonly what: NanFacts['what'] } | undefined
  hasNumber = false
  #last = -Infinity
  lastIsOdd = false

  take(step: number, time: number, value: number): void {
    const isOdd = !Number.isFinite(value)
    if (isOdd && (this.first === undefined || step < this.first.step))
      this.first = { step, time, what: Number.isNaN(value) ? 'NaN' : 'infinity' }
    if (!isOdd) this.hasNumber = true
    if (time < this.#last) return
    this.#last = time
    this.lastIsOdd = isOdd
  }
}
