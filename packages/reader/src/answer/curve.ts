import type { OddColumns } from './numbers.ts'

export interface CurveQuery {
  /** A metric id, `context.key`, or a bare key where one metric has it. */
  readonly metric: string
  /** `ribbon` unless told: over all ranks. `all`: each rank by itself, at most 64. Else these ranks. */
  readonly ranks?: 'ribbon' | 'all' | readonly number[]
  /** `step` unless told. `time` is in microseconds since the Unix epoch, by the ranks' clocks. */
  readonly by?: 'step' | 'time'
  /** Inclusive; the whole curve unless told. */
  readonly from?: number
  /** Inclusive. */
  readonly to?: number
  /** At most so many are wanted, 512 unless told. */
  readonly buckets?: number
}

/**
 * Stretches of the axis ("buckets"), in order. Borders are multiples of `width`, which is a power of two, the same for all ranks and
 * runs: bucket `i` is of `x[i] <= step < x[i] + width`. Empty ones are left out. A rank's value in a bucket is the mean of its
 * finite points there.
 */
export interface CurveColumns {
  /** Begin of the bucket. */
  readonly x: readonly number[]
  /** Of all points of all ranks, with rank and step of the first that had it. */
  readonly min: readonly number[]
  readonly minRank: readonly number[]
  readonly minStep: readonly number[]
  /** Lower median over ranks of each one's value; where none has a finite one, NaN. */
  readonly median: readonly number[]
  readonly max: readonly number[]
  readonly maxRank: readonly number[]
  readonly maxStep: readonly number[]
  /** Points. */
  readonly count: readonly number[]
  /** Of them NaN, and infinite. */
  readonly nan: readonly number[]
  readonly infinite: readonly number[]
  /** Ranks that have points. */
  readonly ranks: readonly number[]
}

interface CurveFacts {
  readonly metric: string
  readonly unit?: string
  readonly by: 'step' | 'time'
  /** What `live` takes to go on from here. */
  readonly cursor: string
  /** Of a bucket, in steps or microseconds: a power of two. */
  readonly width: number
  /** Made from the points themselves: the bucket is no narrower than what summaries keep. */
  readonly exact: boolean
  /** Of the whole metric, whatever part was asked for: first and last step, or time. */
  readonly first: number
  readonly last: number
  readonly rankCount: number
}

export interface RibbonAnswer extends CurveFacts {
  readonly kind: 'ribbon'
  readonly columns: CurveColumns
  readonly odd: OddColumns
}

export interface RankCurvesAnswer extends CurveFacts {
  readonly kind: 'ranks'
  readonly curves: readonly RankCurve[]
  /** Ranks that were asked for and are not shown: too many. */
  readonly more: number
}

export interface RankCurve {
  readonly rank: number
  /** Begin of the bucket. */
  readonly x: readonly number[]
  readonly min: readonly number[]
  readonly max: readonly number[]
  readonly mean: readonly number[]
  readonly last: readonly number[]
  readonly count: readonly number[]
  readonly nan: readonly number[]
  readonly infinite: readonly number[]
  readonly odd: OddColumns
}

export type CurveAnswer = RibbonAnswer | RankCurvesAnswer
