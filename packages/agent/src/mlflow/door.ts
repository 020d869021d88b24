import path from 'node:path'
import { reasonOf } from '@provloom/shared'
import { createMlflow } from '@provloom/mlflow'
import type { FormerRun, Mlflow } from '@provloom/mlflow'
import type { Context } from '../context.ts'
import type { Variables } from '../place/variables.ts'
import type { TreeFolder } from '../tree/folder.ts'
import type { Places } from '../tree/places.ts'
import { AskingProcesses } from './asking-process.ts'
import { formerRunIn } from './former-run.ts'
import { Granting } from './granting.ts'
import { Recordings } from './recordings.ts'
import { clientVariables } from './variables.ts'

/** What the door needs of who serves the tree. */
export interface DoorHost {
  readonly places: Pick<Places, 'seat' | 'job'>
  /** The command's. */
  readonly pid: number
  /** A session was begun. */
  readonly begun: () => void
}

/** The door for MLflow's clients below one command: its tracking server, and the sessions that it records into. */
export class MlflowDoor {
  /** The command's, with those by which it finds the door. */
  readonly variables: Variables
  readonly #tree: TreeFolder
  readonly #server: Mlflow
  readonly #recordings: Recordings

  private constructor(tree: TreeFolder, server: Mlflow, recordings: Recordings, before: Variables) {
    this.#tree = tree
    this.#server = server
    this.#recordings = recordings
    this.variables = { ...before, ...clientVariables(server, before) }
  }

  /** Before the command is started. @returns undefined where nothing can be listened on: the command runs without */
  static async open({ variables, voice }: Context, tree: TreeFolder): Promise<MlflowDoor | undefined> {
    const recordings = new Recordings((message) => voice.tell(message))
    const before = variables['MLFLOW_TRACKING_URI']
    if (before !== undefined && before !== '')
      voice.tell(
        '--mlflow: MLFLOW_TRACKING_URI was set; what the command logs is recorded here, and not sent there',
      )
    try {
      const options = { folder: path.join(tree.root, 'mlflow'), artifacts: 'file' } as const
      return new MlflowDoor(tree, await createMlflow(recordings, options), recordings, variables)
    } catch (error) {
      voice.tell(`--mlflow: ${reasonOf(error)}; what the command logs by MLflow is not recorded`)
      return undefined
    }
  }

  /** Its tree is served: sessions are granted from now on. */
  attach({ places, pid, begun }: DoorHost): void {
    const granting = new Granting({ tree: this.#tree, places })
    const formerRun = (runId: string): FormerRun | undefined =>
      formerRunIn(places.job(undefined).saveDir, runId)
    const parts = { granting, processes: new AskingProcesses(pid), formerRun, begun }
    this.#recordings.attach(parts, this.#server.place)
  }

  /** The process of a session is gone. */
  lastWords(session: string): void {
    this.#recordings.lastWords(session)
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}
