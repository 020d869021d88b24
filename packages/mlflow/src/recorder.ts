import type { Socket } from 'node:net'
import type { DatasetInput, LoggedModel, Metric, Pair, RunStatus, RunView } from './record.ts'
import type { Said } from './said.ts'

/** By which a request came: its recorder finds out which process is behind it. */
export type Connection = Socket | undefined

/** A run that is to begin. */
export interface Beginning {
  /** Undefined where the script named none. */
  readonly experiment: string | undefined
  /** Undefined where the script named none: a name that was made up is not the same on all ranks. */
  readonly runName: string | undefined
  /** The run that it is nested in. */
  readonly parent: string | undefined
  readonly connection: Connection
}

/** A run of an earlier job, as far as it is known here. Times in milliseconds since the epoch. */
export interface FormerRun {
  readonly experiment: string | undefined
  readonly runName: string | undefined
  readonly status: RunStatus
  readonly startTime: number
  readonly endTime?: number
  readonly params: readonly Pair[]
  readonly tags: readonly Pair[]
  /** Of each its last value. */
  readonly metrics: readonly Metric[]
  /** All values of one, in the order in which they came; undefined where they cannot be read. Never rejects. */
  readonly history: (key: string) => Promise<readonly Metric[] | undefined>
}

/**
 * Who records what is said. No call throws, none waits, and none says no: a client that is told of a trouble of ours would
 * try for minutes, and then end its script.
 */
export interface Recorder {
  /** @returns the run's id, 32 hexadecimal digits: the same on all ranks that begin the same */
  begin(beginning: Beginning): string
  /** A run that is not of this job: `MLFLOW_RUN_ID` of the next one names it. */
  former(runId: string): FormerRun | undefined
  /** @param run as its client sees it, from now on */
  began(runId: string, run: RunView): void
  /** A run that had ended goes on. */
  resume(runId: string, connection: Connection): void
  /** @param before what it was, where it is changed */
  param(runId: string, param: Pair, before: string | undefined): void
  metrics(runId: string, metrics: readonly Metric[]): void
  dataset(runId: string, input: DatasetInput): void
  /** What a model is is known when its files are there. */
  model(runId: string, model: LoggedModel): void
  /** What log_model of clients before 3 says of a model among the run's files: the text of its MLmodel, as JSON. */
  modelFile(runId: string, model: string): void
  end(runId: string, status: RunStatus): void
  /** All that was said and taken in, behind whichever of the calls above it was too: what may be handed on. */
  said(said: Said): void
  /** A person should know, once. */
  tell(message: string): void
}

/** Ranks that ask at one door are told one id for one run, and each reads its own. */
export interface Recorders {
  /** That of the rank behind a connection, the same each time. */
  of(connection: Connection): Recorder
}
