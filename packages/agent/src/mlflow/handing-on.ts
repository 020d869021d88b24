import path from 'node:path'
import { Forwarder, isServerUri, openServer, outboxesOf } from '@provloom/mlflow'
import type { HandedOn, Owner, Said } from '@provloom/mlflow'
import { reasonOf } from '@provloom/shared'
import type { Context } from '../context.ts'
import { formerOf } from '../session/control.ts'
import { sessionFolderAt } from '../session/folder.ts'
import { rootOption } from '../session/leftovers.ts'
import type { SessionOutcome } from '../session/outcome.ts'
import type { TreeFolder } from '../tree/folder.ts'

export interface Listener {
  /** A person, of what they should know, each thing once. */
  readonly tell: (message: string) => void
  /** A run is there, and where it can be seen. */
  readonly madeRun: (rank: number, runId: string, page: string) => void
}

/** Hands on to a real MLflow server what MLflow's clients of one command have said: only of ranks that are collected. */
export class HandingOn {
  readonly uri: string
  readonly #context: Context
  readonly #forwarder: Forwarder
  /** What hands on what is kept. */
  readonly #command: string
  readonly #ended = new Map<string, SessionOutcome['kind']>()

  private constructor(context: Context, folder: string, uri: string, { tell, madeRun }: Listener) {
    const server = openServer(uri, context.variables, () => this.#forwarder.moved())
    this.#context = context
    this.uri = server.uri
    this.#command = `provloom mlflow-forward${rootOption(path.dirname(path.dirname(folder)))}`
    const isWanted = (rank: number, session: string | undefined): boolean | undefined =>
      this.#isWanted(rank, session)
    this.#forwarder = new Forwarder({
      folder,
      server,
      tell: (message) => tell(`--mlflow: ${message}`),
      isWanted,
      madeRun,
    })
  }

  /** @returns undefined where nothing is to be handed on, or cannot be */
  static open(context: Context, tree: TreeFolder, listener: Listener): HandingOn | undefined {
    const { given, variables } = context
    const { tell } = listener
    const own = variables['MLFLOW_TRACKING_URI'] ?? ''
    const uri = given.mlflowForward ?? own
    if (uri === '') return undefined
    const [name, not] =
      given.mlflowForward === undefined
        ? ['MLFLOW_TRACKING_URI', '; what the command logs is recorded here, and not sent there']
        : ['--mlflow-forward', '; nothing is handed on']
    if (!isServerUri(uri)) {
      tell(`--mlflow: ${name} names no server (http://... or https://...)${not}`)
      return undefined
    }
    try {
      const folder = path.join(outboxesOf(path.dirname(tree.root)), path.basename(tree.root))
      const made = new HandingOn(context, folder, uri, listener)
      tell(`--mlflow: what the command logs is recorded here, and handed on to ${made.uri}`)
      made.#forwarder.start()
      return made
    } catch (error) {
      tell(`--mlflow: ${reasonOf(error)}${not}`)
      return undefined
    }
  }

  said(rank: number, said: Said, session: string | undefined): void {
    this.#forwarder.said(rank, said, session)
  }

  file(rank: number, owner: Owner, below: string, file: string): void {
    this.#forwarder.file(rank, owner, below, file)
  }

  /** A session has ended; its folder may be gone. */
  ended(session: string, outcome: SessionOutcome['kind']): void {
    this.#ended.set(session, outcome)
  }

  /** What is left is handed on for a bounded time, and then kept: told. */
  async finish(untilMs: number): Promise<void> {
    const { voice, clock } = this.#context
    const left = Math.max(0, untilMs - clock.monotonicMs())
    const handed = await this.#forwarder.finish(...(Number.isFinite(left) ? ([left] as const) : []))
    const isWhole = handed.left + handed.dropped + handed.refused === 0
    // Of a job's ranks one says that all is well.
    if (!isWhole || voice.rank === 0)
      voice.tell(`--mlflow: ${wordsOf(handed, this.uri)}${handed.left === 0 ? '' : this.#command}`)
  }

  /** As its aggregator has said, where nobody else did. */
  #isWanted(rank: number, session: string | undefined): boolean | undefined {
    if (rank === 0 || this.#context.given.collectAllProcesses === true) return true
    if (session === undefined) return false
    const ended = this.#ended.get(path.basename(session))
    if (ended !== undefined && ended !== 'left') return ended !== 'not-collected'
    const { state, run } = formerOf(sessionFolderAt(session))
    if (state === 'quiet') return false
    return run === undefined ? undefined : true
  }
}

function wordsOf({ runs, values, files, left, dropped, refused, reason }: HandedOn, uri: string): string {
  const said = `handed on to ${uri}: ${runs} runs, ${values} values, ${files} files`
  const lost = [
    ...(refused === 0 ? [] : [`${refused} that it does not take`]),
    ...(dropped === 0 ? [] : [`${dropped} that found no room on disk`]),
  ].join(' and ')
  const without = lost === '' ? '' : `; without ${lost}`
  if (left === 0) return said + without
  return `${said}${without}; ${left} more are kept (${reason ?? 'there was no time'}). Hand them on: `
}
