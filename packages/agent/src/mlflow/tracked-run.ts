import { nameWithin } from '@provloom/shared'
import type { LoggedModel, Metric, Owner, Pair, RunView } from '@provloom/mlflow'
import { present } from '../client/present.ts'
import type { Session } from '../client/session.ts'
import { KeptFiles } from './kept-files.ts'
import type { ModelFacts } from './model-file.ts'
import { forgetLastFacts, noteLastFacts } from './last-facts.ts'
import { paramValue } from './param-value.ts'
import { isWorthIt, recordTag } from './run-tags.ts'

/** What of a run is in its record: a session in which it goes on does not say it again. */
export interface Recorded {
  readonly files: Map<string, string>
  readonly tags: Map<string, string>
}

export interface TrackedRunParts {
  /** As its client has it. */
  readonly runId: string
  readonly session: Session
  readonly recorded: Recorded
  readonly isLate: boolean
  /** A file is recorded: it may be handed on. */
  readonly handOn: (owner: Owner, below: string, file: string) => void
}

/** One session of a run that MLflow's client has begun, or gone on with. */
export class TrackedRun {
  readonly session: Session
  readonly recorded: Recorded
  readonly files: KeptFiles
  /** It was begun by what was said after the run's end: it ends well with its process. */
  readonly isLate: boolean
  /** The run as its client sees it. */
  view: RunView | undefined
  readonly #runId: string
  readonly #handOn: TrackedRunParts['handOn']
  #isOver = false

  constructor({ runId, session, recorded, isLate, handOn }: TrackedRunParts) {
    this.session = session
    this.recorded = recorded
    this.files = new KeptFiles(session, recorded.files)
    this.isLate = isLate
    this.#runId = runId
    this.#handOn = handOn
  }

  get isOver(): boolean {
    return this.#isOver
  }

  param({ key, value }: Pair, before: string | undefined): void {
    const { session } = this
    const name = nameWithin(key)
    const { remark, ...found } = paramValue(value)
    if (remark !== undefined)
      session.problem(remark.code, `mlflow: the value of ${name} ${remark.words}`, name)
    session.record({ type: 'param', key: name, ...found })
    if (before !== undefined)
      session.problem(
        'PARAM_CHANGED',
        `mlflow: ${name} was ${shown(before)}, and is ${shown(value)} now`,
        name,
      )
  }

  metrics(metrics: readonly Metric[]): void {
    const { session } = this
    if (!session.active) return
    for (const { key, value, step, timestamp, datasetName } of metrics) {
      const source = datasetName === undefined ? undefined : nameWithin(datasetName)
      const at = Number.isSafeInteger(step) ? step : BigInt(Math.trunc(step))
      session.stream.point(nameWithin(key), undefined, source, at, Math.max(0, timestamp) * 1000, value)
    }
  }

  /** @param folder where its files are; undefined where that is not this machine's */
  model(
    { name, modelType, modelId }: LoggedModel,
    facts: ModelFacts,
    folder: string | undefined,
    step: number,
  ): void {
    this.#modelFacts(name, facts, modelType === '' ? undefined : modelType, modelId)
    if (folder !== undefined)
      this.files.recordModel(folder, nameWithin(name), step, this.#handingOn({ modelId }))
  }

  /** A model among the run's artifacts, of clients before 3. */
  modelFile(name: string, facts: ModelFacts, folder: string | undefined): void {
    this.#modelFacts(name, facts, undefined, undefined)
    if (folder !== undefined)
      this.files.recordModel(folder, nameWithin(name), undefined, (below, file) =>
        this.#handOn({ runId: this.#runId }, `${name}/${below}`, file),
      )
  }

  /** @param page where it can be seen on the server that it is handed on to */
  handedOn(page: string): void {
    recordTag(this.session, 'mlflow.forwardedTo', page)
  }

  /** @param folder of its artifacts */
  end(status: 'completed' | 'failed' | 'killed', folder: string | undefined): void {
    if (this.#isOver) return
    this.#lastFacts(folder)
    this.session.end(status, 'call')
    this.#isOver = true
  }

  /** Its process is gone, and has not ended it: what there is to be told of its end is its agent's. */
  leave(folder: string | undefined): void {
    if (this.#isOver) return
    this.#lastFacts(folder)
    // How its process ends says how the run does.
    if (this.isLate) this.session.end('completed', 'exit')
    else this.session.stream.close()
    this.#isOver = true
  }

  /** What is not recorded yet has changed. @param folder of its artifacts */
  note(folder: string | undefined): void {
    if (!this.#isOver) noteLastFacts(this.session.spool, { folder, tags: this.view?.tags ?? new Map() })
  }

  /** What is as it is when the run ends. */
  #lastFacts(folder: string | undefined): void {
    if (folder !== undefined) this.files.record(folder, this.#handingOn({ runId: this.#runId }))
    for (const [key, value] of this.view?.tags ?? []) {
      if (!isWorthIt(key) || this.recorded.tags.get(key) === value) continue
      this.recorded.tags.set(key, value)
      recordTag(this.session, key, value)
    }
    forgetLastFacts(this.session.spool)
  }

  #handingOn(owner: Owner): (below: string, file: string) => void {
    return (below, file) => this.#handOn(owner, below, file)
  }

  #modelFacts(
    name: string,
    { flavors, signature }: ModelFacts,
    className: string | undefined,
    modelId: string | undefined,
  ): void {
    this.session.record({
      type: 'model',
      name: nameWithin(name),
      flavors,
      ...present({ signature, className, modelId }),
      direction: 'output',
    })
  }
}

function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)
}
