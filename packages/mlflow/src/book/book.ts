import path from 'node:path'
import { limits } from '@provloom/shared'
import { unknown } from '../fault.ts'
import { isOver } from '../record.ts'
import type {
  DatasetInput,
  LifecycleStage,
  LoggedModel,
  Metric,
  ModelOutput,
  ModelStatus,
  Pair,
  RunInfo,
  RunStatus,
  RunView,
} from '../record.ts'
import type { Connection, Recorder } from '../recorder.ts'
import type { ExperimentNamed } from '../said.ts'
import { Experiments, defaultExperiment } from './experiments.ts'
import { Models } from './models.ts'
import type { ModelRequest } from './models.ts'
import { RunState } from './run-state.ts'

export interface RunRequest {
  readonly experimentId: string
  readonly userId: string | undefined
  readonly runName: string | undefined
  readonly startTime: number | undefined
  readonly tags: readonly Pair[]
}

export interface RunUpdate {
  readonly status: RunStatus | undefined
  readonly endTime: number | undefined
  readonly runName: string | undefined
}

/**
 * What this rank has said, folded, so that it reads its own writes: answered from memory, whatever becomes of what is
 * recorded. Each fact goes to the recorder when it is new.
 */
export class Book {
  readonly experiments: Experiments
  readonly models: Models = new Models()
  readonly #recorder: Recorder
  readonly #folder: string
  readonly #runs = new Map<string, RunState>()

  /**
   * @param folder for what is too much for memory
   * @param rootUri where artifacts are, as clients are told
   */
  constructor(recorder: Recorder, folder: string, rootUri: string) {
    this.#recorder = recorder
    this.#folder = folder
    this.experiments = new Experiments(rootUri)
  }

  get runs(): readonly RunView[] {
    return [...this.#runs.values()]
  }

  /** @throws {Fault} `RESOURCE_DOES_NOT_EXIST` */
  run(id: string): RunView {
    return this.#run(id)
  }

  create(request: RunRequest, connection: Connection): RunView {
    const { experimentId, runName, userId, startTime } = request
    const experiment = this.experiments.get(experimentId)
    const named = runName ?? tagOf(request.tags, 'mlflow.runName')
    const runId = this.#recorder.begin({
      experiment: this.experiments.nameFor(experimentId),
      runName: named,
      parent: tagOf(request.tags, 'mlflow.parentRunId'),
      connection,
    })
    const info: RunInfo = {
      runId,
      runName: named ?? nameOf(runId),
      experimentId: experiment.experimentId,
      userId: userId ?? '',
      status: 'RUNNING',
      startTime: startTime ?? Date.now(),
      artifactUri: `${experiment.artifactLocation}/${runId}/artifacts`,
      lifecycleStage: 'active',
    }
    const run = new RunState(info, request.tags, path.join(this.#folder, runId))
    run.rename(info.runName)
    this.#add(run)
    this.#forgetOldest()
    return run
  }

  /** Names, ends or resumes it. */
  update(id: string, { status, endTime, runName }: RunUpdate, connection: Connection): RunInfo {
    const run = this.#run(id)
    const before = run.info.status
    if (runName !== undefined) run.rename(runName)
    run.info = {
      ...run.info,
      ...(status === undefined ? {} : { status }),
      ...(endTime === undefined ? {} : { endTime }),
    }
    this.#sayUpdate(id, { status, endTime, runName })
    if (status === undefined || isOver(status) === isOver(before)) return run.info
    if (isOver(status)) this.#recorder.end(id, status)
    else this.#recorder.resume(id, connection)
    return run.info
  }

  #sayUpdate(runId: string, { status, endTime, runName }: RunUpdate): void {
    this.#recorder.said({
      kind: 'update',
      runId,
      ...(status === undefined ? {} : { status }),
      ...(endTime === undefined ? {} : { endTime }),
      ...(runName === undefined ? {} : { runName }),
    })
  }

  move(id: string, lifecycleStage: LifecycleStage): void {
    const run = this.#run(id)
    run.info = { ...run.info, lifecycleStage }
    this.#recorder.said({ kind: 'moved', runId: id, stage: lifecycleStage })
  }

  params(id: string, params: readonly Pair[]): void {
    const run = this.#run(id)
    const fresh = params.filter((param) => {
      const isNew = run.params.get(param.key) !== param.value
      const before = run.setParam(param)
      if (isNew) this.#recorder.param(id, param, before)
      return isNew
    })
    if (fresh.length > 0) this.#recorder.said({ kind: 'params', runId: id, params: fresh })
  }

  metrics(id: string, metrics: readonly Metric[]): void {
    const run = this.#run(id)
    for (const metric of metrics) {
      run.addMetric(metric)
      if (metric.modelId !== undefined) this.models.addMetric(metric.modelId, metric)
    }
    if (metrics.length === 0) return
    this.#recorder.metrics(id, metrics)
    this.#recorder.said({ kind: 'metrics', runId: id, metrics })
  }

  /** Of a run of an earlier job what was logged there comes first; where that cannot be read, its last value. */
  async history(id: string, key: string): Promise<readonly Metric[]> {
    const run = this.#run(id)
    if (run.former === undefined) return run.history.of(key)
    const recalled = run.recalled.get(key)
    const before = (await run.former(key)) ?? (recalled === undefined ? [] : [recalled])
    return [...before, ...run.history.of(key)]
  }

  tags(id: string, tags: readonly Pair[]): void {
    const run = this.#run(id)
    for (const tag of tags) run.setTag(tag)
    if (tags.length > 0) this.#recorder.said({ kind: 'tags', runId: id, tags })
  }

  deleteTag(id: string, key: string): void {
    this.#run(id).tags.delete(key)
    this.#recorder.said({ kind: 'tag-gone', runId: id, key })
  }

  inputs(id: string, datasets: readonly DatasetInput[], models: readonly string[]): void {
    const run = this.#run(id)
    for (const input of datasets) {
      run.datasets.push(input)
      this.#recorder.dataset(id, input)
    }
    run.modelInputs.push(...models)
    this.#recorder.said({ kind: 'inputs', runId: id, datasets, models })
  }

  outputs(id: string, models: readonly ModelOutput[]): void {
    this.#run(id).modelOutputs.push(...models)
    this.#recorder.said({ kind: 'outputs', runId: id, models })
  }

  modelFile(id: string, model: string): void {
    this.#run(id)
    this.#recorder.modelFile(id, model)
    this.#recorder.said({ kind: 'model-file', runId: id, model })
  }

  makeModel(request: ModelRequest): LoggedModel {
    const made = this.models.make(request, this.experiments.get(request.experimentId).artifactLocation)
    const { modelId, name, modelType, artifactUri, sourceRunId } = made
    const named = { modelId, experiment: this.#named(request.experimentId), name, modelType, artifactUri }
    const { params, tags } = request
    this.#recorder.said({ kind: 'model', ...named, runId: sourceRunId, params, tags })
    return made
  }

  setModelTags(modelId: string, tags: readonly Pair[]): LoggedModel {
    const model = this.models.setTags(modelId, tags)
    this.#recorder.said({ kind: 'model-tags', modelId, tags })
    return model
  }

  deleteModelTag(modelId: string, key: string): void {
    this.models.deleteTag(modelId, key)
    this.#recorder.said({ kind: 'model-tag-gone', modelId, key })
  }

  setModelParams(modelId: string, params: readonly Pair[]): void {
    this.models.setParams(modelId, params)
    this.#recorder.said({ kind: 'model-params', modelId, params })
  }

  setExperimentTag(experimentId: string, tag: Pair): void {
    this.experiments.setTag(experimentId, tag)
    this.#recorder.said({ kind: 'experiment-tags', experiment: this.#named(experimentId), tags: [tag] })
  }

  /** A model is recorded when its files are there. */
  setModelStatus(id: string, status: ModelStatus): LoggedModel {
    const before = this.models.get(id).status
    const model = this.models.setStatus(id, status)
    if (status === 'LOGGED_MODEL_READY' && before !== status && this.#runs.has(model.sourceRunId))
      this.#recorder.model(model.sourceRunId, model)
    this.#recorder.said({ kind: 'model-status', modelId: id, status })
    return model
  }

  #run(id: string): RunState {
    const found = this.#runs.get(id) ?? this.#formerRun(id)
    if (found === undefined) throw unknown('Run', id)
    return found
  }

  /** One of an earlier job is there from now on: what is said of it is said behind its end. */
  #formerRun(runId: string): RunState | undefined {
    const former = this.#recorder.former(runId)
    if (former === undefined) return undefined
    const { experiment, runName, status, startTime, endTime, params, tags, metrics } = former
    const { experimentId, artifactLocation } =
      experiment === undefined
        ? this.experiments.get(defaultExperiment)
        : this.experiments.make(experiment, undefined, [])
    const info: RunInfo = {
      runId,
      runName: runName ?? nameOf(runId),
      experimentId,
      userId: '',
      status,
      startTime,
      ...(endTime === undefined ? {} : { endTime }),
      artifactUri: `${artifactLocation}/${runId}/artifacts`,
      lifecycleStage: 'active',
    }
    const run = new RunState(info, tags, path.join(this.#folder, runId))
    for (const param of params) run.setParam(param)
    for (const metric of metrics) {
      run.recall(metric)
      run.recalled.set(metric.key, metric)
    }
    run.former = former.history
    this.#add(run)
    return run
  }

  /** It is there from now on. */
  #add(run: RunState): void {
    const { runId, experimentId, runName, userId, startTime, artifactUri } = run.info
    this.#runs.set(runId, run)
    this.#recorder.began(runId, run)
    const named = { experiment: this.#named(experimentId), runName, userId, startTime, artifactUri }
    this.#recorder.said({ kind: 'run', runId, ...named, tags: pairsOf(run.tags) })
  }

  #named(experimentId: string): ExperimentNamed {
    return { id: experimentId, name: this.experiments.get(experimentId).name }
  }

  /** Of those that have ended: a sweep may have any number. */
  #forgetOldest(): void {
    if (this.#runs.size <= limits.mlflowRunsMax) return
    for (const [id, run] of this.#runs) {
      if (!isOver(run.info.status)) continue
      run.history.remove()
      this.#runs.delete(id)
      return
    }
  }
}

/** Of a run that nobody named, the same on all ranks. */
function nameOf(runId: string): string {
  return `run-${runId.slice(0, 6)}`
}

function pairsOf(map: ReadonlyMap<string, string>): Pair[] {
  return [...map].map(([key, value]) => ({ key, value }))
}

function tagOf(tags: readonly Pair[], key: string): string | undefined {
  const value = tags.find((one) => one.key === key)?.value
  return value === '' ? undefined : value
}
