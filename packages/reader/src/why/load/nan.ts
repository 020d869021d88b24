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

type NanMetric = MetricName & { readonly points?: number }

/** Of each metric and rank that logged NaN the first one. Read are only points of metrics of which the graph counts NaN. */
export async function nanOf(
  sources: NanSources,
  document: RunDocument | undefined,
  ranks: readonly RankFacts[],
): Promise<NanFacts[]> {
  const keys = new Set(
    (document?.ofType('mls:ModelEvaluation') ?? []).flatMap((one) =>
      (one.number('provloom:nanRows') ?? 0) > 0 ? one.label : [],
    ),
  )
  const meant = await metricsOf(sources, [...keys].slice(0, metricsMax))
  const offsets = new Map(ranks.map(({ rank, clock }) => [rank, clock?.offsetUs ?? 0]))
  const attempts = new Map(ranks.map(({ rank, attempt }) => [rank, attempt]))
  const found: NanFacts[] = []
  for (const metric of meant.slice(0, metricsMax)) {
    const seen = await seenOf(sources, metric, attempts)
    for (const [rank, { first, lastIsNan, hasNumber }] of seen)
      if (first !== undefined)
        found.push({
          metric: metricId(metric),
          words: metricWords(metric),
          rank,
          step: first.step,
          timeUs: first.time - (offsets.get(rank) ?? 0),
          stays: lastIsNan,
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
      if (buckets.points[at]! > buckets.nans[at]!) one.hasNumber = true
      if (first !== undefined && step >= first.from && step < first.to) continue
      if (buckets.nans[at]! > 0) one.take(step, time, NaN)
    }
    if (buckets.count > 0) one.lastIsNan = Number.isNaN(buckets.last[buckets.count - 1]!)
  }
  return seen
}

/** The first one, of all ranks, in which there is a NaN. */
function firstBucket(all: readonly SeriesBuckets[]): Steps | undefined {
  let found: Steps | undefined
  for (const { buckets } of all) {
    const at = buckets.nans.findIndex((count) => count > 0)
    if (at < 0 || (found !== undefined && buckets.firstStep[at]! >= found.from)) continue
    found = { from: buckets.firstStep[at]!, to: buckets.firstStep[at]! + 2 ** buckets.exponent }
  }
  return found
}

/** Of one rank's points, in whatever order. */
class Seen {
  first: { readonly step: number; readonly time: number } | undefined
  hasNumber = false
  #last = -Infinity
  lastIsNan = false

  take(step: number, time: number, value: number): void {
    const isNan = Number.isNaN(value)
    if (isNan && (this.first === undefined || step < this.first.step)) this.first = { step, time }
    if (!isNan) this.hasNumber = true
    if (time < this.#last) return
    this.#last = time
    this.lastIsNan = isNan
  }
}
