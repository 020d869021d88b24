import type { Socket } from 'node:net'
import type { DatasetInput, LoggedModel, Metric, Pair, RunStatus, RunView } from './record.ts'

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

/**
 * Who records what is said. No call throws, none waits, and none says no: a client that is told of a trouble of ours would
 * try for minutes, and then end its script.
 */
export interface Recorder {
  /** @returns the run's id, 32 hexadecimal digits: the same on all ranks that begin the same */
  begin(beginning: Beginning): string
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
  /** A person should know, once. */
  tell(message: string): void
}
