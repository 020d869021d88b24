import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits, reasonOf } from '@provloom/shared'
import type {
  ArtifactPlace,
  Beginning,
  Connection,
  DatasetInput,
  LoggedModel,
  Metric,
  Pair,
  Recorder,
  RunStatus,
  RunView,
} from '@provloom/mlflow'
import type { AskingProcesses } from './asking-process.ts'
import { datasetFacts } from './dataset-facts.ts'
import type { Granted, Granting } from './granting.ts'
import { modelFactsIn, modelFactsOf } from './model-file.ts'
import { TrackedRun } from './tracked-run.ts'

/** What serves a command's tree, for who records there. */
export interface RecordingParts {
  readonly granting: Granting
  readonly processes: AskingProcesses
  /** A session was begun. */
  readonly begun: () => void
}

type Named = Pick<Beginning, 'experiment' | 'runName'>

/** What MLflow's clients say, recorded into sessions: one a run, as if their processes had begun them. */
export class Recording implements Recorder {
  readonly #tell: (message: string) => void
  #parts: RecordingParts | undefined
  #place: ArtifactPlace | undefined
  /** By the id that the client knows; of a run that goes on, its newest session. */
  readonly #runs = new Map<string, TrackedRun>()
  readonly #named = new Map<string, Named>()
  readonly #bySession = new Map<string, string>()
  readonly #views = new Map<string, RunView>()
  readonly #told = new Set<string>()

  /** @param tell a person, of what they should know */
  constructor(tell: (message: string) => void) {
    this.#tell = tell
  }

  /** Its tree is served from now on. */
  attach(parts: RecordingParts, place: ArtifactPlace): void {
    this.#parts = parts
    this.#place = place
  }

  begin(beginning: Beginning): string {
    const { experiment, runName, parent, connection } = beginning
    const granted = this.#grant({ experiment, runName }, parent, connection)
    // Nothing of it is recorded: its client goes on, and reads what it has said.
    const runId = granted?.runId ?? randomBytes(16).toString('hex')
    this.#named.set(runId, { experiment, runName })
    if (granted !== undefined) this.#track(runId, granted, false)
    return runId
  }

  began(runId: string, run: RunView): void {
    this.#views.set(runId, run)
    const tracked = this.#runs.get(runId)
    if (tracked !== undefined) tracked.view = run
  }

  resume(runId: string, connection: Connection): void {
    this.#goOn(runId, connection, false)
  }

  param(runId: string, param: Pair, before: string | undefined): void {
    this.#with(runId, (run) => run.param(param, before))
  }

  metrics(runId: string, metrics: readonly Metric[]): void {
    this.#with(runId, (run) => run.metrics(metrics))
  }

  dataset(runId: string, input: DatasetInput): void {
    this.#with(runId, ({ session }) => session.record(datasetFacts(input)))
  }

  model(runId: string, model: LoggedModel): void {
    this.#with(runId, (run) => {
      const folder = this.#place?.folderOf(model.artifactUri)
      const facts = modelFactsOf(folder === undefined ? '' : textAt(path.join(folder, 'MLmodel')))
      const step = run.view?.modelOutputs.find(({ modelId }) => modelId === model.modelId)?.step ?? 0
      run.model(model, facts, folder, step)
    })
  }

  modelFile(runId: string, text: string): void {
    this.#with(runId, (run) => {
      const { path: name, ...facts } = modelFactsIn(text)
      if (name !== undefined) run.modelFile(name, facts)
    })
  }

  end(runId: string, status: RunStatus): void {
    const how = status === 'FAILED' ? 'failed' : status === 'KILLED' ? 'killed' : 'completed'
    this.#safely(() => this.#runs.get(runId)?.end(how, this.#folderOf(runId)))
  }

  /** The process of a session is gone: what it has put there is recorded before the session ends. */
  lastWords(session: string): void {
    const runId = this.#bySession.get(session)
    if (runId === undefined) return
    this.#bySession.delete(session)
    const run = this.#runs.get(runId)
    if (run?.session.spool.id === session) this.#safely(() => run.leave(this.#folderOf(runId)))
  }

  tell(message: string): void {
    if (this.#told.has(message) || this.#told.size >= limits.problemsMax) return
    this.#told.add(message)
    this.#tell(message)
  }

  /** With the session that a run has now; what is said behind its end is another's, which follows from it. */
  #with(runId: string, record: (run: TrackedRun) => void): void {
    const run = this.#runs.get(runId)
    if (run === undefined) return
    const open = run.isOver ? this.#goOn(runId, undefined, true) : run
    if (open !== undefined) this.#safely(() => record(open))
  }

  #goOn(runId: string, connection: Connection, isLate: boolean): TrackedRun | undefined {
    const named = this.#named.get(runId)
    if (named === undefined) return undefined
    const granted = this.#grant(named, runId, connection)
    return granted === undefined ? undefined : this.#track(runId, granted, isLate)
  }

  #track(runId: string, { session }: Granted, isLate: boolean): TrackedRun {
    const run = new TrackedRun(session, isLate)
    run.view = this.#views.get(runId)
    this.#runs.set(runId, run)
    this.#bySession.set(session.spool.id, runId)
    this.#parts?.begun()
    return run
  }

  #grant(named: Named, informedBy: string | undefined, connection: Connection): Granted | undefined {
    const parts = this.#parts
    if (parts === undefined) return undefined
    return this.#safely(() => parts.granting.grant(parts.processes.of(connection), named, informedBy))
  }

  #folderOf(runId: string): string | undefined {
    const uri = this.#views.get(runId)?.info.artifactUri
    return uri === undefined ? undefined : this.#place?.folderOf(uri)
  }

  /** Whatever goes wrong in recording is no client's trouble. */
  #safely<T>(what: () => T): T | undefined {
    try {
      return what()
    } catch (error) {
      this.tell(`what MLflow's client said is not recorded: ${reasonOf(error)}`)
      return undefined
    }
  }
}

function textAt(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
