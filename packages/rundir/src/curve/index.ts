// Curves in buckets: made of points, merged, and laid over ranks. Pure: no files, no clock.
export {
  bucketColumns,
  bucketOf,
  bucketsPerSeriesMax,
  curvePointsMin,
  exponentMax,
  finiteIn,
  meanOf,
  pointsIn,
  pointsPerBucket,
  sliceBuckets,
  spanOf,
} from './buckets.ts'
export type { BucketColumn, BucketSpan, Buckets } from './buckets.ts'
export { CurveMaker, bucketsMaxFor, bucketsOf, merged, mergedSpans } from './make.ts'
export type { CurveLimits, CurveRows } from './make.ts'
export { lowerMedian, ribbonOf } from './ribbon.ts'
export type { RankBuckets, RankSpan, Ribbon } from './ribbon.ts'
