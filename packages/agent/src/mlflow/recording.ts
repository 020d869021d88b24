import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { reasonOf } from '@provloom/shared'
import type {
  ArtifactPlace,
  Beginning,
  Connection,
  DatasetInput,
  FormerRun,
  LoggedModel,
  Metric,
  Owner,
  Pair,
  Recorder,
  RunStatus,
  RunView,
  Said,
} from '@provloom/mlflow'
import type { AskingProcess, AskingProcesses } from './asking-process.ts'
import { datasetFacts } from './dataset-facts.ts'
import type { Granted, Granting } from './granting.ts'
import { resumesTag } from './former-run.ts'
import type { HandingOn } from './handing-on.ts'
import { modelFactsIn, modelFactsOf } from './model-file.ts'
import { recordTag } from './run-tags.ts'
import { TrackedRun } from './tracked-run.ts'

/** What serves a command's tree, for who records there. */
export interface RecordingParts {
  readonly granting: Granting
  readonly processes: AskingProcesses
  /** One of an earlier job, by the id that MLflow has. */
  readonly formerRun: (runId: string, rank: number | undefined) => FormerRun | undefined
  /** A session was begun. */
  readonly begun: () => void
  /** Undefined where nothing is handed on. */
  readonly handingOn: HandingOn | undefined
}

type Named = Pick<Beginning, 'experiment' | 'runName'>

/** What MLflow's clients of one rank say, recorded into sessions: one a run, as if their processes had begun them. */
export class Recording implements Recorder {
  readonly #tell: (message: string) => void
  readonly #parts: RecordingParts | undefined
  readonly #place: ArtifactPlace | undefined
  /** By the id that the client knows; of a run that goes on, its newest session. */
  readonly #runs = new Map<string, TrackedRun>()
  readonly #named = new Map<string, Named>()
  readonly #bySession = new Map<string, string>()
  #asking: AskingProcess | undefined
  readonly #told: number | undefined
  #rank = 0
  readonly #views = new Map<string, RunView>()

  /**
   * @param tell a person, of what they should know
   * @param rank that its processes are told; undefined where they are told none
   * @param parts undefined where nobody serves the tree yet: nothing is recorded then
   */
  constructor(
    tell: (message: string) => void,
    parts: RecordingParts | undefined,
    place: ArtifactPlace | undefined,
    rank?: number,
  ) {
    this.#told = rank
    this.#tell = tell
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

  former(runId: string): FormerRun | undefined {
    const found = this.#safely(() => this.#parts?.formerRun(runId, this.#told))
    if (found !== undefined) this.#named.set(runId, found)
    return found
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
      const { path: name, ...said } = modelFactsIn(text)
      if (name === undefined) return
      // What is sent along has no signature.
      const folder = this.#place?.folderOf(`${run.view?.info.artifactUri}/${name}`)
      const found = modelFactsOf(folder === undefined ? '' : textAt(path.join(folder, 'MLmodel')))
      run.modelFile(name, { ...said, signature: said.signature ?? found.signature }, folder)
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

  /** As its launcher or its agent has it; that of its first run. */
  get rank(): number {
    return this.#rank
  }

  /** Where a run can be seen that is handed on: recorded, as long as it goes on. */
  handedOn(runId: string, page: string): void {
    const run = this.#runs.get(runId)
    if (run !== undefined && !run.isOver) this.#safely(() => run.handedOn(page))
  }

  said(said: Said): void {
    const session = said.kind === 'run' ? this.#runs.get(said.runId)?.session.spool.root : undefined
    this.#safely(() => this.#parts?.handingOn?.said(this.#rank, said, session))
    if (said.kind === 'run' || said.kind === 'tags' || said.kind === 'tag-gone')
      this.#safely(() => this.#runs.get(said.runId)?.note(this.#folderOf(said.runId)))
  }

  tell(message: string): void {
    this.#tell(message)
  }

  /** With the session that a run has now; what is said behind its end is another's, which follows from it. */
  #with(runId: string, record: (run: TrackedRun) => void): void {
    const run = this.#runs.get(runId)
    const open = run === undefined || run.isOver ? this.#goOn(runId, undefined, true) : run
    if (open !== undefined) this.#safely(() => record(open))
  }

  #goOn(runId: string, connection: Connection, isLate: boolean): TrackedRun | undefined {
    const named = this.#named.get(runId)
    if (named === undefined) return undefined
    const granted = this.#grant(named, runId, connection)
    if (granted === undefined) return undefined
    recordTag(granted.session, resumesTag, runId)
    return this.#track(runId, granted, isLate)
  }

  #track(runId: string, { session }: Granted, isLate: boolean): TrackedRun {
    const recorded = this.#runs.get(runId)?.recorded ?? { files: new Map(), tags: new Map() }
    const handingOn = this.#parts?.handingOn
    const handOn = (owner: Owner, below: string, file: string): void =>
      handingOn?.file(this.#rank, owner, below, file)
    const run = new TrackedRun({ runId, session, recorded, isLate, handOn })
    run.view = this.#views.get(runId)
    this.#runs.set(runId, run)
    if (run.view !== undefined) run.note(this.#folderOf(runId))
    this.#bySession.set(session.spool.id, runId)
    this.#parts?.begun()
    return run
  }

  #grant(named: Named, informedBy: string | undefined, connection: Connection): Granted | undefined {
    const parts = this.#parts
    if (parts === undefined) return undefined
    if (connection !== undefined) this.#asking = parts.processes.of(connection)
    // Of what is said without, by whoever began or went on with a run last.
    const asking = this.#asking ?? parts.processes.of(undefined)
    const granted = this.#safely(() => parts.granting.grant(asking, named, informedBy))
    if (granted !== undefined) this.#rank = granted.rank
    return granted
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
