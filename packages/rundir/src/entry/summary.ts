import type { Attempt, Kept, ProblemCode, ProblemWords, Rank, RankStatus, RunId } from '@provloom/shared'
import type { Count } from './count.ts'
import type { Part } from './entry.ts'

/** sent = stored + dropped, always. */
export interface Ledger {
  readonly sent: Count
  readonly stored: Count
  readonly dropped: Count
}

/** Problems of one kind: how many there are, what that is and what to try. */
export interface ProblemKind extends ProblemWords {
  readonly code: ProblemCode
  readonly count: number
}

export interface RankSummary extends Ledger {
  readonly rank: Rank
  readonly attempt: Attempt
  readonly status: RankStatus | 'running'
  readonly host: string
  /** The session that speaks for it. */
  readonly session?: string
  /** What has not come in and is not dropped: it can be handed in. */
  readonly kept?: Kept
  /** There when it has any. */
  readonly problems?: number
  readonly exitCode?: number
  readonly signal?: string
  /** On its machine. */
  readonly localRank?: number
  readonly device?: string
  /** Of the metrics that it logged itself: the last step, and the last time by its clock in microseconds since the Unix epoch. */
  readonly lastStep?: number
  readonly lastUs?: number
  /** The line that names the error that it ended with. */
  readonly error?: string
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
  /** Ranks of the known world that never came. */
  readonly absent: readonly number[]
  /** All of them, as they are counted in the graph. */
  readonly problems: number
  /** By their kind, most first. */
  readonly problemKinds: readonly ProblemKind[]
  /** What its users may want to know, though nothing is amiss. */
  readonly hints: readonly string[]
  /** Params, artifacts and metric points accepted. */
  readonly logs: number
  readonly total: Ledger
  /** Parquet parts, as the journal names them. */
  readonly parts: readonly Part[]
}
