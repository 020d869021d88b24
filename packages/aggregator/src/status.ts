import type { Going } from '@provloom/graph'
import type { RunSettings, RunSummary } from '@provloom/rundir/entry'
import type { Attempt, ErrorCode, Rank, RankStatus, RefusalReason, RunId } from '@provloom/shared'

/** What an aggregator tells its host program, as it happens. Times are for the listener to take. */
export type AggregatorStatus =
  | Listening
  | RunOpened
  | RankAdmitted
  | RankRefused
  | Progress
  | Flushed
  | RankLost
  | RankEnded
  | RunEnded
  | RunFinished
  | ProblemBegan
  | ProblemEnded

export type StatusListener = (status: AggregatorStatus) => void

export interface Listening {
  readonly kind: 'listening'
  /** Where it is reached from this machine. */
  readonly endpoint: string
  /** Where it listens, and by which name others reach it. */
  readonly listen: string
  readonly advertise: string
  readonly connectionFile: string
  readonly encrypted: boolean
}

export interface RunOpened {
  readonly kind: 'run-opened'
  readonly runId: RunId
  readonly runDir: string
  readonly jobKey: string
  readonly settings: RunSettings
  /** The run was open when an earlier aggregator ended. */
  readonly resumed: boolean
}

export interface RankAdmitted {
  readonly kind: 'rank-admitted'
  readonly runId: RunId
  readonly rank: Rank
  readonly attempt: Attempt
  readonly host: string
}

export interface RankRefused {
  readonly kind: 'rank-refused'
  readonly runId: RunId | undefined
  readonly rank: Rank
  readonly reason: RefusalReason
  readonly message: string
}

/** At most once a second and run, when something has changed. */
export interface Progress {
  readonly kind: 'progress'
  readonly runId: RunId
  /** Ranks accepted so far. */
  readonly ranks: number
  /** Records stored. */
  readonly events: number
  /** Params, metric points and artifacts among them. */
  readonly logs: number
  readonly flushes: number
  /** How far its ranks have come; absent where nothing is logged step by step. */
  readonly going?: Going
}

export interface Flushed {
  readonly kind: 'flushed'
  readonly runId: RunId
  /** prov.json holds this many logs, and the journal up to this position. */
  readonly logs: number
  readonly position: number
  readonly bytes: number
  /** From its begin until the document is synced. */
  readonly tookMs: number
  /** How much of that it held the event loop, slices together: what it cost others. */
  readonly heldMs: number
}

export interface RankLost {
  readonly kind: 'rank-lost'
  readonly runId: RunId
  readonly rank: Rank
  readonly attempt: Attempt
}

export interface RankEnded {
  readonly kind: 'rank-ended'
  readonly runId: RunId
  readonly rank: Rank
  readonly attempt: Attempt
  readonly status: RankStatus | undefined
}

/** All its ranks have ended, and the document says so. It may be amended, or go on, until it is finished. */
export interface RunEnded {
  readonly kind: 'run-ended'
  readonly runId: RunId
  readonly runDir: string
  readonly summary: RunSummary
  /** Relative to the run directory. */
  readonly files: readonly string[]
}

export interface RunFinished {
  readonly kind: 'run-finished'
  readonly runId: RunId
  readonly runDir: string
  readonly summary: RunSummary
  /** Relative to the run directory. */
  readonly files: readonly string[]
}

/** Told once; `problem-ended` follows when it has passed. */
export interface ProblemBegan {
  readonly kind: 'problem'
  readonly code: ErrorCode
  readonly runId: RunId | undefined
  readonly message: string
  readonly hint: string | undefined
}

export interface ProblemEnded {
  readonly kind: 'problem-ended'
  readonly code: ErrorCode
  readonly runId: RunId | undefined
  readonly message: string
}
