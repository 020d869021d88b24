import type { Clock, Files, GivenOptions, StartFailure } from '@provloom/shared'
import type { Starter } from './launch/command.ts'
import type { Variables } from './place/variables.ts'
import type { AgentStatus } from './status.ts'
import type { Timing } from './timing.ts'
import type { Connect } from './outlet/outlet.ts'

/** What the agent is to do. */
export type AgentMode =
  /** Wrap a command: found a tree, run the command in it, publish what it and we record. */
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly directory?: string }
  /** Serve a tree that a client founded, until no process of it is left, or none has anything open. */
  | { readonly kind: 'tree'; readonly folder: string }
  /** Publish what an abandoned session holds. */
  | {
      readonly kind: 'drain'
      readonly session: string
      readonly ordinal?: number
      /** The run that its process named cannot go on: it asks for one of its own. */
      readonly ownRun?: boolean
    }

/** What `startAggregator` needs to know. */
export interface AggregatorRequest {
  /** The folder that agents and aggregator meet in; run directories go there too unless ranks ask for another. */
  readonly meetDir: string
  readonly jobKey: string
  /** One is started of each: it steps down when there is a later one. */
  readonly generation: number
  readonly environment: Variables
}

/** Resolves when it listens, or with why it ended before. */
export type StartAggregator = (request: AggregatorRequest) => Promise<StartFailure | undefined>

/** One value of a run that lies on disk. */
export interface StoredPoint {
  readonly step: number
  /** Microseconds since the Unix epoch. */
  readonly timeUs: number
  readonly value: number
}

/**
 * Reads values of a run directory, in the order in which they came, the last so many.
 *
 * @param rank undefined: of all ranks
 */
export type ReadPoints = (
  runDir: string,
  key: string,
  rank: number | undefined,
  most: number,
) => Promise<readonly StoredPoint[]>

type OptionName =
  | 'experimentName'
  | 'provUserNamespace'
  | 'provenanceSaveDir'
  | 'collectAllProcesses'
  | 'saveAfterNLogs'
  | 'rank'
  | 'disableCodecarbon'
  | 'disableStderr'
  | 'jobKey'
  | 'runId'
  | 'connection'
  | 'spoolRoot'
  | 'sampleIntervalSeconds'
  | 'carbonZone'
  | 'carbonIntensity'
  | 'mlflow'
  | 'tensorboard'
  | 'disableTensorboard'
  | 'mlflowForward'
  | 'mlflowHttpArtifacts'
  | 'asProv4ml'

type Options = { readonly [Name in OptionName]?: GivenOptions[Name] | undefined }

/** What a person or program asks of an agent. What is absent is found in the environment, or has its default. */
export type AgentConfig = Options & {
  readonly mode: AgentMode
  /** Where `PROVLOOM_*` and the launcher's variables are looked up, and what the command has. Default: the process's own. */
  readonly environment?: Variables
  /** Folder that holds the Python client's package, put in front of the command's PYTHONPATH. */
  readonly pythonPath?: string
  /** Folder that holds prov4ml and yprov4ml by Provloom, put behind it; in front with `asProv4ml`. */
  readonly pythonDoors?: string
  /** With it, somebody else starts the command where this agent cannot: it is told when that is started. */
  readonly starter?: Starter
  /** With it, this agent has an aggregator started where none is alive and no other agent of the job does. */
  readonly startAggregator?: StartAggregator
  /** With it, processes that outlive the command and still log get an agent of their own. Called at most once. */
  readonly startSuccessor?: (tree: string) => void
  /** With it, MLflow's client is told the whole history of a run of an earlier job. */
  readonly readPoints?: ReadPoints
  readonly onStatus?: (status: AgentStatus) => void
  /** Messages for the user; standard error when absent. */
  readonly say?: (line: string) => void
}

/** Test seams. */
export interface AgentSeams {
  readonly timing?: Partial<Timing>
  readonly clock?: Clock
  readonly files?: Files
  readonly connect?: Connect
}
