import type {
  Attempt,
  Event,
  Kept,
  Lsn,
  PlaceEnd,
  Points,
  Rank,
  RunId,
  StreamId,
  StreamLedger,
} from '@provloom/shared'

/**
 * What a run is made of: the records of its journal, decoded. The graph, the ledger and the metric store are functions
 * of these and of nothing else, so that a replay gives the same bytes.
 *
 * Times are microseconds since the Unix epoch, by the aggregator's clock; times inside events are by the rank's.
 */
export type RunEntry =
  | Opened
  | Resumed
  | Admitted
  | Refusal
  | Conflict
  | Records
  | Lost
  | Ended
  | KeptBack
  | Retired
  | Exited
  | Uncollected
  | Absent
  | Remark
  | Reopened
  | FilesGone
  | PartsSealed
  | Closed

/**
 * Stands in the journal's order for entries that no reader takes in: they are damaged, or one reader cannot take them.
 * It is never journaled, for it follows from the entry.
 */
export interface Skipped {
  readonly kind: 'skipped'
  readonly entries: number
  readonly reason: string
  /** What the entry held, where that is known: these records count as dropped. */
  readonly records?: Pick<Records, 'rank' | 'attempt' | 'stream' | 'first' | 'count' | 'lost'>
}

export interface RunSettings {
  readonly provUserNamespace: string
  readonly experimentName: string
  readonly collectAllProcesses: boolean
  readonly saveAfterNLogs: number
}

/** Always the first entry. */
export interface Opened {
  readonly kind: 'opened'
  readonly time: number
  readonly runId: RunId
  /** The run directory's number: `<experimentName>_<number>`. */
  readonly number: number
  readonly jobKey: string
  /** Which of the runs of its job, experiment and name it is. */
  readonly ordinal: number
  readonly runName?: string
  /** The run that it follows from: whose turn it takes, that it goes on with, or that it is nested in. */
  readonly informedBy?: RunId
  readonly settings: RunSettings
  readonly aggregator: Recorder
}

/** The process that records: an aggregator, or a command that went on where one had ended. */
export interface Recorder {
  readonly version: string
  readonly host: string
  readonly pid: number
}

/** The aggregator was restarted and went on. */
export interface Resumed {
  readonly kind: 'resumed'
  readonly time: number
  readonly aggregator: Recorder
  /** Why: in words for people. */
  readonly cause?: string
}

/** A rank's agent said hello and was accepted; again after every reconnection with a new session. */
export interface Admitted {
  readonly kind: 'admitted'
  readonly time: number
  readonly rank: Rank
  readonly attempt: Attempt
  readonly session: string
  /** The process that it is counted under; a restarted rank is another one. */
  readonly worker: string
  readonly host: string
  /** The machine: its boot id. */
  readonly hostId?: string
  /** The attempt that it asked for, where it was given a higher one. */
  readonly told?: Attempt
  /** When the session began, by its own clock. */
  readonly startedUs?: number
  readonly worldSize?: number
  /** The launcher will start a failed rank again, at most this often. */
  readonly restartsMax?: number
  /** Whom the launcher starts again. */
  readonly restarts?: 'all' | 'one'
}

/** A rank was turned away by `collectAllProcesses`. Counted in the summary; the graph shows nothing of it but the count. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly time: number
  readonly rank: Rank
}

/** Two live agents claim one (rank, attempt). */
export interface Conflict {
  readonly kind: 'conflict'
  readonly time: number
  readonly rank: Rank
  readonly attempt: Attempt
  readonly host: string
}

/** The new part of an envelope: records `first` ... `first + count - 1` of a stream, `lost` ones directly before it. */
export interface Records {
  readonly kind: 'records'
  readonly rank: Rank
  readonly attempt: Attempt
  readonly stream: StreamId
  readonly first: number
  readonly count: number
  readonly lost: number
  /** Events with their record numbers, ascending. Records that were no readable event are in `bad`. */
  readonly events: readonly NumberedEvent[]
  readonly bad: readonly { readonly number: number; readonly reason: string }[]
  readonly points: Points
}

export interface NumberedEvent {
  readonly number: number
  readonly event: Event
}

/** No heartbeat came from a rank for too long. A later `admitted` or `records` of it takes that back. */
export interface Lost {
  readonly kind: 'lost'
  readonly time: number
  readonly rank: Rank
  readonly attempt: Attempt
}

/** The rank's agent has sent everything and said so. */
export interface Ended {
  readonly kind: 'ended'
  readonly time: number
  readonly rank: Rank
  readonly attempt: Attempt
  /** What the writers of its streams say that they wrote and dropped. */
  readonly ledger: Readonly<Record<string, StreamLedger>>
  /** Every writer had closed its ledger. */
  readonly ledgerClosed: boolean
  /** Asked for by the rank. */
  readonly createGraph?: boolean
  readonly createSvg?: boolean
}

/** The rank's agent has left with records that could not be brought in: they lie in its session until they are handed in. */
export interface KeptBack extends Kept {
  readonly kind: 'kept'
  readonly time: number
  readonly rank: Rank
  readonly attempt: Attempt
}

/** Streams whose writer is gone: nothing of them comes any more. */
export interface Retired {
  readonly kind: 'retired'
  readonly rank: Rank
  readonly attempt: Attempt
  readonly ledger: Readonly<Record<string, StreamLedger>>
}

/** The process of a session ended after it. Amends the attempt: its status stays. */
export interface Exited {
  readonly kind: 'exited'
  /** By the rank's clock. */
  readonly time: number
  /** When the aggregator heard of it, by its own. */
  readonly heardTime: number
  readonly rank: Rank
  readonly attempt: Attempt
  readonly exitCode?: number
  readonly signal?: string
}

/** How a rank ended that is not collected, told by its agent when it left. */
export interface Uncollected extends PlaceEnd {
  readonly kind: 'uncollected'
  readonly time: number
}

/** Ranks of the known world that never came: of no agent, and of agents of the job that had nothing for this run. */
export interface Absent {
  readonly kind: 'absent'
  readonly time: number
  readonly ranks: readonly number[]
  readonly elsewhere: readonly number[]
}

/** Something that the run's users should know of it. */
export interface Remark {
  readonly kind: 'remark'
  readonly time: number
  readonly code: string
  readonly message: string
}

/** The run had ended, and goes on. */
export interface Reopened {
  readonly kind: 'reopened'
  readonly time: number
}

/**
 * Files of the run directory that the run's records name, by what a look at its end found: not there any more; and there
 * again, of those of which that was said.
 */
export interface FilesGone {
  readonly kind: 'gone'
  readonly time: number
  readonly files: readonly string[]
  readonly back: readonly string[]
}

/** Metric rows up to this entry are in immutable Parquet parts; the whole list of parts, each time. */
export interface PartsSealed {
  readonly kind: 'parts'
  readonly parts: readonly Part[]
  /** Rows of entries up to this one are in the parts. */
  readonly through: Lsn
}

export interface Part {
  /** Relative to the run directory. */
  readonly file: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

/** Every collected rank has ended. Behind it come amendments, or `reopened`. */
export interface Closed {
  readonly kind: 'closed'
  readonly time: number
  /** Why: every accepted rank ended, or the aggregator was told to stop. */
  readonly cause: 'ranks-ended' | 'stopped'
}
