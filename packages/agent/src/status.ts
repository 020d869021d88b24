import type { RefusalReason, RunId } from '@provloom/shared'
import type { CommandEnd } from './launch/command.ts'

/** What happens to an agent, told to its listeners in order. */
export type AgentStatus =
  | SpoolReady
  | WorkerStarted
  | WorkerEnded
  | Connecting
  | Welcomed
  | SessionEnded
  | Disconnected
  | RefusedStatus
  | Trouble
  | Finished

export interface SpoolReady {
  readonly kind: 'spool-ready'
  readonly spool: string
}
export interface WorkerStarted {
  readonly kind: 'worker-started'
  readonly pid: number
}
export interface WorkerEnded {
  readonly kind: 'worker-ended'
  /** Undefined for a worker that was attached to: its end was seen, not its exit code. */
  readonly end: CommandEnd | undefined
}
export interface Connecting {
  readonly kind: 'connecting'
  readonly endpoint: string
}
export interface Welcomed {
  readonly kind: 'welcomed'
  readonly runId: RunId
  readonly runDir: string
}
export interface SessionEnded {
  readonly kind: 'session-ended'
  readonly session: string
}
export interface Disconnected {
  readonly kind: 'disconnected'
}
export interface RefusedStatus {
  readonly kind: 'refused'
  readonly reason: RefusalReason
  readonly message: string
}
/** Something the user was told on standard error. */
export interface Trouble {
  readonly kind: 'trouble'
  readonly message: string
}
export interface Finished {
  readonly kind: 'finished'
  readonly delivery: Delivery
}

/** What became of what was recorded. */
export type Delivery =
  /** All of it is in the runs' documents; the spool is gone. */
  | {
      readonly kind: 'delivered'
      readonly runs: readonly { readonly runId: RunId; readonly runDir: string }[]
    }
  /** The rank is not collected; the spool is gone. */
  | { readonly kind: 'not-collected' }
  /** So many records, or more where there was no time to count, are still in these sessions, to be imported. */
  | {
      readonly kind: 'kept'
      readonly folders: readonly string[]
      readonly records: number
      readonly reason: string
      /** The same for a person, a line for each. */
      readonly told: readonly string[]
    }
  /** The command has ended and left processes that still log: another agent is to serve the tree. */
  | { readonly kind: 'handed-on'; readonly tree: string }
  /** There was nothing. */
  | { readonly kind: 'none' }
