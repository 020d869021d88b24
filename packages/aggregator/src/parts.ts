import type { ProvDocument } from '@provloom/prov'
import type { Attempt, Files, Lsn, Rank, RankStatus, RunId } from '@provloom/shared'
import type { Part, Records, RunEntry } from './graph/entry.ts'

/**
 * The interfaces between the rooms of the aggregator. `run/open-run.ts` drives them in journal order, live and in replay alike:
 * entry k is applied once, after entry k - 1, and whatever a part keeps is a function of the entries alone.
 */

/** Run events to PROV. Pure: no clock, no files; the same entries give the same bytes. */
export interface GraphBuilder {
  /** Takes in one entry. Never throws: what cannot be shown is counted. */
  apply(lsn: Lsn, entry: RunEntry): void
  /** prov.json as chunks, whole and valid, holding all applied entries. Costs what changed since the last call. */
  render(): Uint8Array[]
  /** The same, a few milliseconds of work between two yields. Between its first and last step nothing may be applied. */
  renderSlices(): Generator<void, Uint8Array[]>
  /** The same document for the drawer. */
  document(): ProvDocument
  summary(): RunSummary
  /** Everything that `apply` has built up, so that a builder loaded from it goes on to the same bytes. */
  save(): Uint8Array
  /** The same, a few milliseconds of work between two yields. Between its first and last step nothing may be applied. */
  saveSlices(): Generator<void, Uint8Array>
}

/** `saved` is a former `save()`; without it the graph is empty. Throws when `saved` is of another version or damaged. */
export type CreateGraphBuilder = (saved?: Uint8Array) => GraphBuilder

/** sent = stored + dropped, always. */
export interface Ledger {
  readonly sent: number
  readonly stored: number
  readonly dropped: number
}

export interface RankSummary extends Ledger {
  readonly rank: Rank
  readonly attempt: Attempt
  readonly status: RankStatus | 'running'
  readonly host: string
  readonly exitCode?: number
  readonly signal?: string
}

export interface RunSummary {
  readonly runId: RunId
  readonly status: RankStatus | 'running'
  /** Microseconds since the Unix epoch. */
  readonly startUs: number
  readonly endUs?: number
  readonly worldSize?: number
  /** By rank, then attempt. */
  readonly ranks: readonly RankSummary[]
  /** Distinct ranks turned away by `collectAllProcesses`. */
  readonly ranksRefused: number
  readonly conflicts: number
  /** Params, artifacts and metric points accepted. */
  readonly logs: number
  readonly total: Ledger
}

/** Metric rows to immutable Parquet parts under `<runDir>/metrics/`. */
export interface MetricStore {
  /** Takes in the `series` events and points of an entry, in journal order. No object per point. */
  append(lsn: Lsn, entry: Records): void
  /** Whether enough rows wait, or some wait for long enough, to be sealed. */
  due(): boolean
  /**
   * Writes the rows appended before this call into a synced part, or the first of them where there are too many for one.
   * Appends may go on meanwhile. One call at a time.
   *
   * @returns all parts of the run so far, sealed ones first, and what `save()` is at the sealed position
   * @throws the system's error; the rows then stay and a later call tries again
   */
  seal(): Promise<Sealed>
  /** A `parts` entry, live or replayed: rows of entries up to `through` are in these parts and must not be written again. */
  sealed(parts: readonly Part[], through: Lsn): void
  /** The part that is sealed next is the last that its rows go to: none grows any more with the rows after it. */
  settle(): void
  /** Bytes of rows in memory that are in no part. */
  readonly pendingBytes: number
}

export interface Sealed {
  readonly parts: readonly Part[]
  /** The last entry whose rows are in `parts`. -1 when nothing was appended. */
  readonly through: Lsn
  /**
   * Entries before are needed no more. The rows from here to `through` are in the last part, which is small: given again
   * to a store loaded from `saved`, they let it grow on.
   */
  readonly replayFrom: Lsn
  /** Series tables and the like at `through`, so that a store loaded from it goes on with the entry after it. */
  readonly saved: Uint8Array
}

/** `saved` as given by a former `seal()`. Parts in `folder` that no `parts` entry names are leftovers and are removed or replaced. */
export type CreateMetricStore = (options: MetricStoreOptions) => MetricStore

export interface MetricStoreOptions {
  /** `<runDir>/metrics` */
  readonly folder: string
  readonly saved?: Uint8Array
  /** Milliseconds, never jumping: ages of waiting rows. */
  readonly monotonicMs: () => number
  /** The system's, unless told otherwise. */
  readonly files?: Files
}
