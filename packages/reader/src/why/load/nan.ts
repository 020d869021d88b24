import { metricId, metricWords } from '../../metric-id.ts'
import type { MetricName } from '../../metric-id.ts'
import type { RunDocument } from '../../document/document.ts'
import type { NanFacts, RankFacts } from '../facts.ts'
import type { PointSource } from './table.ts'

/** Metrics that are looked through. */
const metricsMax = 8

/** Of each metric and rank that logged NaN the first one. Read are only points of metrics of which the graph counts NaN. */
export async function nanOf(
  points: PointSource,
  metrics: readonly MetricName[],
  document: RunDocument | undefined,
  ranks: readonly RankFacts[],
): Promise<NanFacts[]> {
  const keys = new Set(
    (document?.ofType('mls:ModelEvaluation') ?? []).flatMap((one) =>
      (one.number('provloom:nanRows') ?? 0) > 0 ? one.label : [],
    ),
  )
  const meant = metrics.filter(({ key }) => keys.has(key)).slice(0, metricsMax)
  const offsets = new Map(ranks.map(({ rank, clock }) => [rank, clock?.offsetUs ?? 0]))
  const attempts = new Map(ranks.map(({ rank, attempt }) => [rank, attempt]))
  const found: NanFacts[] = []
  for (const metric of meant) {
    const { key, context, source } = metric
    const seen = new Map<number, Seen>()
    for await (const piece of points({ key, context: context ?? null, source: source ?? null })) {
      if (attempts.get(piece.rank) !== piece.attempt) continue
      const one = seen.get(piece.rank) ?? new Seen()
      seen.set(piece.rank, one)
      for (let i = 0; i < piece.count; i++) one.take(piece.step[i]!, piece.time[i]!, piece.value[i]!)
    }
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
