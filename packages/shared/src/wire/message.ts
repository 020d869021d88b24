/**
 * What agent and aggregator say to each other besides envelopes. Each message is one ZeroMQ frame: a MessagePack map
 * with `kind`; an envelope is a MessagePack array. docs/wire-format.md tells the conversation.
 *
 * One agent speaks for many sessions over one connection: every message names its `session`. Of each session it says
 * `hello` until it is answered, sends envelopes within its credit, `heartbeat` at intervals, and `bye` when everything
 * is acknowledged. The aggregator answers `welcome`, `later` or `refused` (final), `acks`, `pulse`, `farewell`,
 * `settled` when the graph on disk holds the session's end, and `again` when it does not know the session (it was
 * restarted): the agent then says hello anew.
 */
import type { Attempt, Rank, RunId } from '../ids.ts'
import type { RankStatus } from '../event/event.ts'
import { pack } from './pack.ts'

export const protocolVersion = 2

/** What a session asks for; the aggregator's own settings win. */
export interface Asked {
  readonly provUserNamespace?: string
  readonly experimentName?: string
  readonly provenanceSaveDir?: string
  readonly collectAllProcesses?: boolean
  readonly saveAfterNLogs?: number
}

/** Who told the rank: the call itself, a library that the script had initialised, the launcher's variables, nobody. */
export type RankToldBy = 'call' | 'library' | 'launcher' | 'alone'

export interface Hello {
  readonly kind: 'hello'
  readonly version: number
  readonly session: string
  /** Random, one per agent process. */
  readonly agent: string
  /** The process right below the launcher, else the tree's founder: a restarted rank is a new worker. */
  readonly worker: string
  /** Names the job on every rank alike. */
  readonly jobKey: string
  /** Given when somebody named the run. */
  readonly runId?: RunId
  /** The id of the run, where it is begun with this session and no other run has it. A wish. */
  readonly newRunId?: RunId
  /** The run that one begun with this session follows from. */
  readonly informedBy?: RunId
  /** The run that a former welcome of this session named. */
  readonly admitted?: RunId
  readonly rank: Rank
  /** A lower bound: the aggregator may know of a later start of the rank. */
  readonly attempt: Attempt
  readonly rankToldBy: RankToldBy
  /** How many sessions of this experiment and run name came before at this place under this worker. A wish. */
  readonly ordinal: number
  readonly runName?: string
  readonly worldSize?: number
  /** The launcher will start failed ranks again, at most this often. */
  readonly restartsMax?: number
  /** Whom it starts again when one fails. */
  readonly restarts?: 'all' | 'one'
  /** The machine's name, for people. */
  readonly host: string
  /** The machine: its boot id. Two machines may have one name, and eight pods of one machine have eight. */
  readonly hostId: string
  readonly pid: number
  /** Time of the session's `session.start`. */
  readonly startedUs: number
  /** A command that has ended and called nothing of ours: its agent tells how it ended. */
  readonly silent?: boolean
  /**
   * It goes on, on the machine that `hostId` names, and its agent can watch that for the run, or was told to and does, or has
   * begun to where nobody had answered.
   */
  readonly watches?: 'can' | 'does' | 'began'
  readonly asked: Asked
}

/** `next`: per stream the number of the first record the aggregator does not hold. */
export interface Welcome {
  readonly kind: 'welcome'
  readonly session: string
  readonly runId: RunId
  readonly runDir: string
  /** The place that the session was given: its attempt may be a later one than it asked for. */
  readonly rank: Rank
  readonly attempt: Attempt
  readonly ordinal: number
  readonly next: Readonly<Record<string, number>>
  readonly creditBytes: number
  /** Oldest record to hold back to fill an envelope; the agent's own when absent. */
  readonly envelopeAgeMs?: number
  /** Its agent is to watch the machine for this run: of those on it no other session is. Each pulse says how that stands. */
  readonly watch?: boolean
  /** What the user should know, in words: settings that differ from what was asked, ranks that have come apart. */
  readonly differences: readonly string[]
}

export type RefusalReason = 'not-collected' | 'conflict' | 'version' | 'bad-hello' | 'run-ended'

export interface Refused {
  readonly kind: 'refused'
  readonly session: string
  readonly reason: RefusalReason
  readonly message: string
}

/** Cannot be answered yet: hello again, after a while. */
export interface Later {
  readonly kind: 'later'
  readonly session: string
  readonly message: string
  /** A person should know: it will not be soon. */
  readonly tell?: boolean
}

export interface Acks {
  readonly kind: 'acks'
  readonly session: string
  /** Cumulative: every record of the stream below this number is in the journal and synced. */
  readonly next: Readonly<Record<string, number>>
}

/** An envelope or message that was not accepted. `retry`: send it again later (the disk is full, say). */
export interface Rejected {
  readonly kind: 'rejected'
  readonly session: string
  readonly stream: string
  readonly next: number
  readonly retry: boolean
  readonly message: string
  /** A person should know: nothing can be stored now. */
  readonly tell?: boolean
}

export interface Heartbeat {
  readonly kind: 'heartbeat'
  readonly session: string
  readonly sentUs: number
  /** Records in the spool and not acknowledged. */
  readonly backlog: number
  /** The session's end was read; what is left is on its way. */
  readonly closing?: boolean
}

export interface Pulse {
  readonly kind: 'pulse'
  readonly session: string
  /** The heartbeat's `sentUs`, and the aggregator's clock when it came. */
  readonly sentUs: number
  readonly receivedUs: number
  /** As in `welcome`: from now on, and no longer where it is absent. */
  readonly watch?: boolean
}

/** What the writer of a stream says that it wrote (`next` records) and dropped, by reason. */
export interface StreamLedger {
  readonly next: number
  readonly drops: Readonly<Record<string, number>>
}

/** What a session could not get into its run: it stays in its folder until somebody hands it in. */
export interface Kept {
  readonly records: number
  readonly folder: string
  readonly reason: string
}

/**
 * Everything this session had to send is acknowledged, or what is not is `kept`. `final`: the session has ended; else
 * another agent may come.
 */
export interface Bye {
  readonly kind: 'bye'
  readonly session: string
  readonly final: boolean
  /** By stream, retired ones included; empty where it cannot be known. */
  readonly ledger: Readonly<Record<string, StreamLedger>>
  /** Every stream's ledger was read after its writer had closed it. */
  readonly ledgerClosed: boolean
  readonly createGraph?: boolean
  readonly createSvg?: boolean
  readonly kept?: Kept
}

/** An agent without an open session is here, and may have one yet. `session` is the agent's own id. */
export interface Present {
  readonly kind: 'present'
  readonly session: string
  readonly agent: string
  readonly jobKey: string
  readonly rank?: Rank
  readonly attempt?: Attempt
  readonly worldSize?: number
  /** Its process has called nothing of ours yet: it may still be importing. */
  readonly silent: boolean
}

/** Whose run: what an agent says of it in a hello. */
export interface TurnTold {
  readonly experimentName?: string
  readonly runName?: string
  readonly ordinal: number
  readonly runId?: RunId
}

/** How a rank ended that had no session, or none that is collected. */
export interface PlaceEnd {
  /** The run that it was quiet in; of one that had no session none is known. */
  readonly turn?: TurnTold
  readonly rank: Rank
  readonly attempt: Attempt
  readonly status: RankStatus
  /** When, by the rank's clock; where it is not known, when its agent left. */
  readonly endUs?: number
  readonly exitCode?: number
  readonly signal?: string
  readonly error?: string
}

/** An agent leaves: no process of its tree lives, or all have been idle. `session` is the agent's own id. */
export interface Gone {
  readonly kind: 'gone'
  readonly session: string
  readonly agent: string
  readonly jobKey: string
  readonly idle?: boolean
  readonly ends: readonly PlaceEnd[]
}

/** Streams whose writer is gone and whose records are all acknowledged: nothing of them comes any more. */
export interface Retired {
  readonly kind: 'retired'
  readonly session: string
  readonly ledger: Readonly<Record<string, StreamLedger>>
}

/** How the process of a session that had ended before it, ended. */
export interface Exit {
  readonly kind: 'exit'
  readonly session: string
  readonly time: number
  readonly exitCode?: number
  readonly signal?: string
}

/** The document on disk holds this session's end. Said again when the whole run has ended. */
export interface Settled {
  readonly kind: 'settled'
  readonly session: string
  readonly runDir: string
  /** The whole run has ended. */
  readonly ended: boolean
  readonly status: RankStatus | 'running'
  readonly logs: number
  /** Ranks that go on. */
  readonly missing: readonly number[]
  /** Problems and hints of the run as a whole, `CODE: words`, to one of its ranks. */
  readonly told: readonly string[]
  /** Ranks of the known world that have not come yet. */
  readonly absent: readonly number[]
}

export interface Farewell {
  readonly kind: 'farewell'
  readonly session: string
}

export interface Again {
  readonly kind: 'again'
  readonly session: string
}

export type AgentMessage = Hello | Heartbeat | Bye | Present | Gone | Retired | Exit
export type AggregatorMessage =
  | Welcome
  | Refused
  | Later
  | Acks
  | Rejected
  | Pulse
  | Settled
  | Farewell
  | Again

export function encodeMessage(message: AgentMessage | AggregatorMessage): Buffer {
  return pack(message)
}
