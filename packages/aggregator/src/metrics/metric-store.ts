import type { EntryReader } from '@provloom/rundir/entry'
import type { StoreState } from '@provloom/rundir/series'
import type { Files } from '@provloom/shared'

/**
 * Metric rows to immutable Parquet parts under `<runDir>/metrics/`: of entries it takes in the `series` events and points,
 * without an object per point, and from `parts` that rows need not be written again.
 */
export interface MetricStore extends EntryReader {
  /** Whether enough rows wait, or some wait for long enough, to be sealed. */
  due(): boolean
  /**
   * Writes the rows appended before this call into a synced part, or the first of them where there are too many for one.
   * Appends may go on meanwhile. One call at a time.
   *
   * @returns all parts of the run so far, sealed ones first, and what a store goes on from behind them
   * @throws the system's error; the rows then stay and a later call tries again
   */
  seal(): Promise<StoreState>
  /** The part that is sealed next is the last that its rows go to: none grows any more with the rows after it. */
  settle(): void
  /** Bytes of rows in memory that are in no part. */
  readonly pendingBytes: number
}

/** `saved` as given by a former `seal()`. Parts in `folder` that no `parts` entry names are leftovers and are removed or replaced. */
export type CreateMetricStore = (options: MetricStoreOptions) => MetricStore

export interface MetricStoreOptions {
  /** `<runDir>/metrics` */
  readonly folder: string
  /** `<runDir>/curves` */
  readonly curves: string
  readonly saved?: StoreState
  /** Milliseconds, never jumping: ages of waiting rows. */
  readonly monotonicMs: () => number
  /** The system's, unless told otherwise. */
  readonly files?: Files
}
