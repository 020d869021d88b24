/**
 * A curve in buckets: what is left of many points of a series when few are drawn, so that no spike is lost. A bucket holds
 * the points whose step is in [n * 2^exponent, (n + 1) * 2^exponent): borders are the same for all ranks, parts and runs,
 * and two narrow buckets are exactly one of twice the width. Only buckets that hold points are there.
 *
 * Steps are doubles: beyond 2^53 the nearest.
 */

/** Buckets of one series, by column, in the order of their steps. */
export interface Buckets {
  readonly count: number
  /** They are 2^exponent steps wide. */
  readonly exponent: number
  /** The least and the greatest step in a bucket. */
  readonly firstStep: Float64Array
  readonly lastStep: Float64Array
  /** The earliest and the latest time, in microseconds since the Unix epoch. */
  readonly firstTime: Float64Array
  readonly lastTime: Float64Array
  /** All points, whatever their values. */
  readonly points: Float64Array
  /** Points that are NaN, and points that are one of the infinities: `min`, `max` and `sum` are of the others. */
  readonly nans: Float64Array
  readonly infinities: Float64Array
  /** The least finite value and the first step that has it; NaN both where no value is finite. */
  readonly min: Float64Array
  readonly minStep: Float64Array
  readonly max: Float64Array
  readonly maxStep: Float64Array
  /** Of the finite values. */
  readonly sum: Float64Array
  /** The value of the last step, of several points of it the one logged last; any double. */
  readonly last: Float64Array
}

/**
 * Of buckets those from inclusive to exclusive: what of one series lies among those of others. Of a large run there are tens
 * of thousands of these, which share columns and are copied only when they are taken together.
 */
export interface BucketSpan {
  readonly buckets: Buckets
  readonly from: number
  readonly to: number
}

/** The columns of `Buckets` that are numbers by bucket. */
export type BucketColumn = Exclude<keyof Buckets, 'count' | 'exponent'>

export const bucketColumns: readonly BucketColumn[] = [
  'firstStep',
  'lastStep',
  'firstTime',
  'lastTime',
  'points',
  'nans',
  'infinities',
  'min',
  'minStep',
  'max',
  'maxStep',
  'sum',
  'last',
]

/** Wider ones would have borders that are no 64-bit step; four of these hold all steps. */
export const exponentMax = 62
/** Buckets of one series, in a part or a folded file. */
export const bucketsPerSeriesMax = 512
/** Points for each bucket, on average over the series of a metric, beside one bucket that each series may have. */
export const pointsPerBucket = 64
/** A run's series with fewer points, on average over those of a metric, are drawn from their points. */
export const curvePointsMin = 256

/** Of the bucket that holds a step: where it begins is this times 2^exponent. */
export function bucketOf(step: number, exponent: number): number {
  return Math.floor(step / widths[exponent]!)
}

/** By exponent: a large run's answer asks for half a million. */
const widths = Float64Array.from({ length: exponentMax + 2 }, (_, exponent) => 2 ** exponent)

/** Finite values of a bucket. */
export function finiteIn(buckets: Pick<Buckets, 'points' | 'nans' | 'infinities'>, at: number): number {
  return buckets.points[at]! - buckets.nans[at]! - buckets.infinities[at]!
}

/** The mean of a bucket's finite values; NaN where there are none. */
export function meanOf(buckets: Pick<Buckets, 'points' | 'nans' | 'infinities' | 'sum'>, at: number): number {
  return buckets.sum[at]! / finiteIn(buckets, at)
}

export function spanOf(buckets: Buckets): BucketSpan {
  return { buckets, from: 0, to: buckets.count }
}

/** Points of a span, whatever their values. */
export function pointsIn({ buckets: { points }, from, to }: BucketSpan): number {
  let sum = 0
  for (let at = from; at < to; at++) sum += points[at]!
  return sum
}

/** Buckets `from` (inclusive) to `to` (exclusive), sharing memory. */
export function sliceBuckets(buckets: Buckets, from: number, to: number): Buckets {
  const slice = (column: Float64Array): Float64Array => column.subarray(from, to)
  return {
    count: Math.max(0, to - from),
    exponent: buckets.exponent,
    firstStep: slice(buckets.firstStep),
    lastStep: slice(buckets.lastStep),
    firstTime: slice(buckets.firstTime),
    lastTime: slice(buckets.lastTime),
    points: slice(buckets.points),
    nans: slice(buckets.nans),
    infinities: slice(buckets.infinities),
    min: slice(buckets.min),
    minStep: slice(buckets.minStep),
    max: slice(buckets.max),
    maxStep: slice(buckets.maxStep),
    sum: slice(buckets.sum),
    last: slice(buckets.last),
  }
}
