import type { TrackedDataset, TrackedFacts, TrackedModel, TrackedRun } from '@provloom/reader'
import { experimentIdOf } from '@provloom/mlflow'
import type { DatasetInput, LoggedModel, Metric, RunInfo, RunStatus, RunView } from '@provloom/mlflow'

/** A run's id as MLflow has it. */
export function idOf({ runId }: Pick<TrackedRun, 'runId'>): string {
  return runId.replaceAll('-', '')
}

/** @param facts what its graph says, where that was asked */
export function viewOf(
  run: TrackedRun,
  last: ReadonlyMap<string, Metric>,
  facts: TrackedFacts | undefined,
): RunView {
  const params = facts?.params ?? run.params
  const pairs = params.map(({ name, context, value, direction }) => ({
    key: context === undefined ? name : `${context}.${name}`,
    value: textOf(value),
    // What came out has text in it as well as what MLflow's client calls a tag.
    isTag: direction === 'output',
  }))
  const told = pairs.filter((one) => one.isTag).map(({ key, value }): [string, string] => [key, value])
  return {
    info: infoOf(run),
    params: new Map(pairs.filter((one) => !one.isTag).map(({ key, value }) => [key, value])),
    tags: new Map([...tagsOf(run), ...told]),
    last,
    datasets: (facts?.datasets ?? []).map(datasetOf),
    modelInputs: [],
    modelOutputs: (facts?.models ?? []).map((one) => ({ modelId: modelIdOf(run, one), step: 0 })),
  }
}

export function modelOf(run: TrackedRun, model: TrackedModel): LoggedModel {
  const time = Date.parse(run.endTime ?? run.startTime)
  return {
    modelId: modelIdOf(run, model),
    experimentId: experimentIdOf(run.experiment),
    name: model.name,
    modelType: model.className ?? '',
    sourceRunId: idOf(run),
    status: 'LOGGED_MODEL_READY',
    creationTime: time,
    lastUpdateTime: time,
    artifactUri: `${rootOf(run)}/${model.name}`,
    params: new Map(),
    tags: new Map(),
    metrics: [],
  }
}

/** One that no MLflow has named goes by its run and its name. */
function modelIdOf(run: TrackedRun, { modelId, name }: TrackedModel): string {
  return modelId ?? `m-${idOf(run)}-${encodeURIComponent(name)}`
}

function infoOf(run: TrackedRun): RunInfo {
  return {
    runId: idOf(run),
    runName: run.runName ?? run.run,
    experimentId: experimentIdOf(run.experiment),
    userId: run.users[0] ?? '',
    status: statusOf(run.status),
    startTime: Date.parse(run.startTime),
    ...(run.endTime === null ? {} : { endTime: Date.parse(run.endTime) }),
    artifactUri: rootOf(run),
    lifecycleStage: 'active',
  }
}

/** Behind it is a run directory's name: what MLflow's client asks for as a path. */
function rootOf({ run }: TrackedRun): string {
  return `mlflow-artifacts:/${run}`
}

function statusOf(status: string): RunStatus {
  if (status === 'running') return 'RUNNING'
  if (status === 'completed') return 'FINISHED'
  return status === 'killed' ? 'KILLED' : 'FAILED'
}

/** What MLflow's client would have set itself. */
function tagsOf({ run, runName, status, users, command, source, worldSize }: TrackedRun): [string, string][] {
  const said: readonly (readonly [string, string | number | null | undefined])[] = [
    ['mlflow.runName', runName ?? run],
    ['mlflow.user', users[0]],
    ['mlflow.source.name', command?.join(' ')],
    ['mlflow.source.git.commit', source?.commit],
    ['mlflow.source.git.branch', source?.branch],
    ['provloom.directory', run],
    ['provloom.status', status],
    ['provloom.worldSize', worldSize],
  ]
  return said.flatMap(([key, value]): [string, string][] =>
    value === undefined || value === null ? [] : [[key, String(value)]],
  )
}

function datasetOf({ name, digest, sourceType, uri, schema, split, samples }: TrackedDataset): DatasetInput {
  return {
    tags: split === undefined ? [] : [{ key: 'mlflow.data.context', value: split }],
    dataset: {
      name,
      digest: digest ?? '',
      sourceType: sourceType ?? 'code',
      source: JSON.stringify(uri === undefined ? {} : { uri }),
      ...(schema === undefined ? {} : { schema }),
      ...(samples === undefined ? {} : { profile: JSON.stringify({ num_rows: samples }) }),
    },
  }
}

/** As Python writes it. */
function textOf(value: string | number | boolean | null): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return value === null ? 'None' : String(value)
}
