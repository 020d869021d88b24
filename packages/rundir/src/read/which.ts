import type { SeriesRow } from '../series/series-table.ts'

/** One metric of one rank, in one attempt. */
export type SeriesName = Omit<SeriesRow, 'since'>

/** Which series are meant; what is not said is any. `null` is a series without a context, or of the script itself. */
export interface Which {
  readonly key?: string
  readonly context?: string | null
  readonly source?: string | null
  readonly rank?: number
  readonly attempt?: number
}

/** Steps that are meant: from inclusive, to exclusive. */
export interface Steps {
  readonly from: number
  readonly to: number
}

/** Points of one series, in the order in which they came, by column. */
export interface PointsOfSeries extends SeriesName {
  readonly count: number
  /** Beyond 2^53 the nearest double. */
  readonly step: Float64Array
  /** Microseconds since the Unix epoch, by the rank's clock. */
  readonly time: Float64Array
  readonly value: Float64Array
}

export function isMeant(which: Which, series: SeriesName): boolean {
  return (
    (which.key === undefined || which.key === series.key) &&
    (which.context === undefined || which.context === series.context) &&
    (which.source === undefined || which.source === series.source) &&
    (which.rank === undefined || which.rank === series.rank) &&
    (which.attempt === undefined || which.attempt === series.attempt)
  )
}
