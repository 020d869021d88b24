import path from 'node:path'
import { limits, reasonOf } from '@provloom/shared'
import { createMlflow } from '@provloom/mlflow'
import type { FormerRun, Metric, Mlflow } from '@provloom/mlflow'
import type { Context } from '../context.ts'
import type { Variables } from '../place/variables.ts'
import type { TreeFolder } from '../tree/folder.ts'
import type { SessionEnd } from '../tree/open-sessions.ts'
import type { Places } from '../tree/places.ts'
import { AskingProcesses } from './asking-process.ts'
import { formerRunIn } from './former-run.ts'
import { Granting } from './granting.ts'
import { HandingOn } from './handing-on.ts'
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
  readonly #context: Context
  readonly #tree: TreeFolder
  readonly #server: Mlflow
  readonly #recordings: Recordings
  readonly #handingOn: HandingOn | undefined

  private constructor(
    context: Context,
    tree: TreeFolder,
    server: Mlflow,
    recordings: Recordings,
    handingOn: HandingOn | undefined,
  ) {
    this.#context = context
    this.#tree = tree
    this.#server = server
    this.#recordings = recordings
    this.#handingOn = handingOn
    const { variables } = context
    this.variables = { ...variables, ...clientVariables(server, variables) }
  }

  /** Before the command is started. @returns undefined where nothing can be listened on: the command runs without */
  static async open(context: Context, tree: TreeFolder): Promise<MlflowDoor | undefined> {
    const { voice } = context
    const tell = (message: string): void => voice.tell(message)
    const recordings = new Recordings(tell)
    try {
      const artifacts = context.given.mlflowHttpArtifacts === true ? 'http' : 'file'
      const server = await createMlflow(recordings, { folder: path.join(tree.root, 'mlflow'), artifacts })
      const handingOn = HandingOn.open(context, tree, {
        tell,
        madeRun: (rank, runId, page) => recordings.handedOn(rank, runId, page),
      })
      return new MlflowDoor(context, tree, server, recordings, handingOn)
    } catch (error) {
      voice.tell(`--mlflow: ${reasonOf(error)}; what the command logs by MLflow is not recorded`)
      return undefined
    }
  }

  /** Its tree is served: sessions are granted from now on. */
  attach({ places, pid, begun }: DoorHost): void {
    const granting = new Granting({ tree: this.#tree, places })
    const formerRun = (runId: string, rank: number | undefined): FormerRun | undefined =>
      formerRunIn(places.job(undefined).saveDir, runId, (runDir, key) => this.#pointsOf(runDir, key, rank))
    const processes = new AskingProcesses(pid)
    const parts = { granting, processes, formerRun, begun, handingOn: this.#handingOn }
    this.#recordings.attach(parts, this.#server.place)
  }

  async #pointsOf(
    runDir: string,
    key: string,
    rank: number | undefined,
  ): Promise<readonly Metric[] | undefined> {
    const { config, voice } = this.#context
    try {
      const points = await config.readPoints?.(runDir, key, rank, limits.mlflowFormerPointsMax)
      return points?.map(({ step, timeUs, value }) => ({
        key,
        step,
        timestamp: Math.round(timeUs / 1000),
        value,
      }))
    } catch (error) {
      voice.tell(`--mlflow: of an earlier run only last values can be asked back: ${reasonOf(error)}`)
      return undefined
    }
  }

  /** The process of a session is gone. */
  lastWords(session: string): void {
    this.#recordings.lastWords(session)
  }

  /** A session of the tree has ended. */
  ended({ session, outcome }: Pick<SessionEnd, 'session' | 'outcome'>): void {
    this.#handingOn?.ended(session, outcome.kind)
  }

  /** Nobody asks any more. @param untilMs monotonic milliseconds at which nothing more is handed on */
  async close(untilMs: number): Promise<void> {
    await this.#server.close()
    await this.#handingOn?.finish(untilMs)
  }
}
