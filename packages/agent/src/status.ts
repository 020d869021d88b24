import type { RefusalReason, RunId } from '@provloom/shared'
import type { CommandEnd } from './launch/command.ts'

/** What happens to an agent, told to its listeners in order. */
export type AgentStatus =
  | SpoolReady
  | WorkerStarted
  | WorkerEnded
  | Seeking
  | Connecting
  | Welcomed
  | Disconnected
  | RefusedStatus
  | Draining
  | Trouble
  | Finished

export interface SpoolReady {
  readonly type: 'spool-ready'
  readonly spool: string
}
export interface WorkerStarted {
  readonly type: 'worker-started'
  readonly pid: number
}
export interface WorkerEnded {
  readonly type: 'worker-ended'
  /** Undefined for a worker that was attached to: its end was seen, not its exit code. */
  readonly end: CommandEnd | undefined
}
/** No connection file yet. */
export interface Seeking {
  readonly type: 'seeking'
  readonly files: readonly string[]
}
export interface Connecting {
  readonly type: 'connecting'
  readonly endpoint: string
}
export interface Welcomed {
  readonly type: 'welcomed'
  readonly runId: RunId
  readonly runDir: string
}
export interface Disconnected {
  readonly type: 'disconnected'
}
export interface RefusedStatus {
  readonly type: 'refused'
  readonly reason: RefusalReason
  readonly message: string
}
export interface Draining {
  readonly type: 'draining'
}
/** Something the user was told on standard error. */
export interface Trouble {
  readonly type: 'trouble'
  readonly message: string
}
export interface Finished {
  readonly type: 'finished'
  readonly delivery: Delivery
}

/** What became of the rank's events. */
export type Delivery =
  /** All of them are in the run's journal; the spool is gone. */
  | { readonly kind: 'delivered'; readonly runId: RunId; readonly runDir: string }
  /** The rank is not collected; the spool is gone. */
  | { readonly kind: 'not-collected' }
  /** So many, or more where there was no time to count, are still in the spool, to be imported. */
  | { readonly kind: 'kept'; readonly spool: string; readonly records: number; readonly reason: string }
  /** The command was never started. */
  | { readonly kind: 'none' }
