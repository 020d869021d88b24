import type { Clock, Files } from '@provloom/shared'
import type { Variables } from './place/variables.ts'
import type { AgentStatus } from './status.ts'
import type { Timing } from './timing.ts'
import type { Connect } from './transport/transport.ts'

/** What the agent is to do. */
export type AgentMode =
  /** Wrap a command: make a spool, run it, publish what it and we record. */
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly directory?: string }
  /** Serve the spool of a worker that runs already, until that process is gone. */
  | { readonly kind: 'attach'; readonly spool: string; readonly pid: number }
  /** Publish what an abandoned spool holds. */
  | { readonly kind: 'drain'; readonly spool: string }

/** What `startAggregator` needs to know. */
export interface AggregatorRequest {
  readonly provenanceSaveDir: string
  readonly experimentName: string
  readonly jobKey: string | undefined
  readonly environment: Variables
}

/** What a person or program asks of an agent. */
export interface AgentConfig {
  readonly mode: AgentMode
  /** Options by the names of `GivenOptions`, unchecked: they are checked here, with the environment's PROVLOOM_*. */
  readonly options?: Readonly<Record<string, unknown>>
  /** The agent's and the command's variables; the process's own when absent. */
  readonly environment?: Variables
  /** Folder that holds the Python client's package, put in front of the command's PYTHONPATH. */
  readonly pythonPath?: string
  /** With it, the agent of rank 0 has an aggregator started when none is alive. Called at most once. */
  readonly startAggregator?: (request: AggregatorRequest) => Promise<void> | void
  /** With it, a process that outlives the command and still logs gets an agent of its own. Called at most once. */
  readonly startSuccessor?: (spool: string, pid: number) => void
  readonly onStatus?: (status: AgentStatus) => void
  /** Messages for the user; standard error when absent. */
  readonly say?: (line: string) => void
  readonly version?: string
  readonly timing?: Partial<Timing>
  /** Seams. */
  readonly clock?: Clock
  readonly files?: Files
  readonly connect?: Connect
}
