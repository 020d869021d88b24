import { bucketOf, bucketsPerSeriesMax, exponentMax } from '../curve/buckets.ts'
import type { Buckets } from '../curve/buckets.ts'
import type { MetricName } from '../series/series-table.ts'
import type { SeriesSpan } from './curve-file.ts'
import type { Steps } from './which.ts'

/** What curves are asked for. */
export interface CurveAsk {
  readonly metric: MetricName
  /** Of all ranks unless told. */
  readonly rank?: number
  /** Of all steps unless told. Buckets are whole, also those at both ends. */
  readonly steps?: Steps
  /** Of a series; 512 unless told. */
  readonly bucketsMax?: number
  /** Buckets are at least 2^exponent steps wide; 1 unless told. */
  readonly exponent?: number
}

/** Steps that are asked for, as far as there are any; where both ends are told as they are. */
export function clipped(asked: Steps | undefined, first: number, last: number): Steps {
  if (asked !== undefined && Number.isFinite(asked.to - asked.from)) return asked
  return { from: Math.max(asked?.from ?? first, first), to: Math.min(asked?.to ?? last + 1, last + 1) }
}

/** Where steps are told, their width follows from them: both ends may stand in a bucket of their own. */
export function limitsOf(
  { steps, bucketsMax = bucketsPerSeriesMax }: CurveAsk,
  exponent: number,
): {
  exponent: number
  perSeriesMax: number
} {
  return { exponent, perSeriesMax: steps === undefined ? bucketsMax : bucketsMax + 1 }
}

/** The least with which the steps that are asked for are so many buckets; 0 where all are, whatever they are. */
export function exponentFor({
  steps,
  bucketsMax = bucketsPerSeriesMax,
  exponent: least = 0,
}: Omit<CurveAsk, 'metric'>): number {
  if (steps === undefined) return least
  const exponent = Math.ceil(Math.log2(Math.max(1, (steps.to - steps.from) / bucketsMax)))
  return Math.min(exponentMax, Math.max(least, exponent))
}

/** Whole buckets that hold the steps. */
export function aligned({ from, to }: Steps, exponent: number): Steps {
  const width = 2 ** exponent
  return { from: bucketOf(from, exponent) * width, to: Math.ceil(to / width) * width }
}

/** @param steps whole buckets */
export function within(spans: readonly SeriesSpan[], steps: Steps | undefined): readonly SeriesSpan[] {
  if (steps === undefined) return spans
  const inside: SeriesSpan[] = []
  for (const span of spans) {
    const { context, source, key, rank, attempt, buckets } = span
    const [from, to] = placesOf(buckets, steps, span)
    if (from === span.from && to === span.to) inside.push(span)
    else if (from < to) inside.push({ context, source, key, rank, attempt, buckets, from, to })
  }
  return inside
}

/** @param span where they are looked for: there they are in the order of their steps */
export function placesOf(
  { firstStep }: Pick<Buckets, 'firstStep'>,
  { from, to }: Steps,
  span: { readonly from: number; readonly to: number },
): [number, number] {
  const placeOf = (least: number): number => {
    let [low, high] = [span.from, span.to]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (firstStep[middle]! < least) low = middle + 1
      else high = middle
    }
    return low
  }
  return [placeOf(from), placeOf(to)]
}

export function whichOf({ metric, rank }: CurveAsk): MetricName & { readonly rank?: number } {
  const { context, source, key } = metric
  return { context, source, key, ...(rank === undefined ? {} : { rank }) }
}
