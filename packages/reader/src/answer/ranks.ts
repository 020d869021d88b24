import type { Unread } from './error.ts'
import type { OddColumns } from './numbers.ts'

export interface RanksQuery {
  /** A column's name; `-` before it: the largest first. Unless told: those that stand out first, then by rank. */
  readonly sort?: string
  /** `status:lost`, `host:n05`, `rank:37`, `device:..`, `ratio>1.1`; several with spaces, all of which must hold. */
  readonly where?: string
  /** 2,048 unless told. */
  readonly limit?: number
  /** Behind so many. */
  readonly offset?: number
  /** What `ratio` is of: the pace metric of the run unless told. */
  readonly metric?: string
}

export interface RanksAnswer {
  readonly cursor: string
  /** The last attempt of each rank; of those that match. */
  readonly columns: RankColumns
  readonly odd: OddColumns
  readonly total: number
  readonly matched: number
  /** By status, of all. */
  readonly statuses: Readonly<Record<string, number>>
  /** Metric id of what `ratio` is of, and the steps; absent where no metric tells it. */
  readonly ratioOf?: { readonly metric: string; readonly fromStep: number; readonly toStep: number }
  /** Without it there is no `ratio`. */
  readonly unread: readonly Unread[]
}

/** By rank. A number that is not known is NaN (by `odd`), a text ''. */
export interface RankColumns {
  readonly rank: readonly number[]
  readonly host: readonly string[]
  /** Local rank. */
  readonly local: readonly number[]
  readonly device: readonly string[]
  readonly attempt: readonly number[]
  /** `running`, .., `absent` of ranks that never came. */
  readonly status: readonly string[]
  readonly exit: readonly number[]
  readonly signal: readonly string[]
  /** Of the points that it logged. */
  readonly lastStep: readonly number[]
  /** Microseconds since the Unix epoch, by the rank's clock: of the last that it logged. */
  readonly lastSeen: readonly number[]
  /** Median over the last 20 steps of its value by the median of all ranks at the same step. */
  readonly ratio: readonly number[]
  readonly sent: readonly number[]
  readonly stored: readonly number[]
  readonly dropped: readonly number[]
  /** The line that names the error. */
  readonly error: readonly string[]
}
