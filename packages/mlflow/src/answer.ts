import { valueJson } from './number.ts'
import type { DatasetInput, Experiment, LoggedModel, Metric, Pair, RunInfo, RunView } from './record.ts'

// MLflow's messages as JSON: service.proto, as `message_to_json` of its Python package writes them.

export type Json = Readonly<Record<string, unknown>>

/** How an artifact URI is told. */
export interface Telling {
  told(uri: string): string
}

export function infoJson(info: RunInfo, place: Telling): Json {
  return {
    run_uuid: info.runId,
    run_id: info.runId,
    run_name: info.runName,
    experiment_id: info.experimentId,
    user_id: info.userId,
    status: info.status,
    start_time: info.startTime,
    ...(info.endTime === undefined ? {} : { end_time: info.endTime }),
    artifact_uri: place.told(info.artifactUri),
    lifecycle_stage: info.lifecycleStage,
  }
}

export function runJson(run: RunView, place: Telling): Json {
  return {
    info: infoJson(run.info, place),
    data: {
      metrics: [...run.last.values()].map((one) => metricJson(one, run.info.runId)),
      params: pairsJson(run.params),
      tags: pairsJson(run.tags),
    },
    inputs: {
      dataset_inputs: run.datasets.map(datasetJson),
      model_inputs: run.modelInputs.map((modelId) => ({ model_id: modelId })),
    },
    outputs: { model_outputs: run.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step })) },
  }
}

export function metricJson(metric: Metric, runId: string): Json {
  const { key, value, timestamp, step, modelId, datasetName, datasetDigest } = metric
  return {
    key,
    value: valueJson(value),
    timestamp,
    step,
    run_id: runId,
    ...(modelId === undefined ? {} : { model_id: modelId }),
    ...(datasetName === undefined ? {} : { dataset_name: datasetName }),
    ...(datasetDigest === undefined ? {} : { dataset_digest: datasetDigest }),
  }
}

export function pairsJson(pairs: ReadonlyMap<string, string>): Pair[] {
  return [...pairs].map(([key, value]) => ({ key, value }))
}

function datasetJson({ tags, dataset }: DatasetInput): Json {
  const { name, digest, sourceType, source, schema, profile } = dataset
  return {
    tags,
    dataset: {
      name,
      digest,
      source_type: sourceType,
      source,
      ...(schema === undefined ? {} : { schema }),
      ...(profile === undefined ? {} : { profile }),
    },
  }
}

export function experimentJson(experiment: Experiment): Json {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.creationTime,
    last_update_time: experiment.lastUpdateTime,
    tags: pairsJson(experiment.tags),
  }
}

export function modelJson(model: LoggedModel, place: Telling): Json {
  return {
    info: {
      model_id: model.modelId,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.creationTime,
      last_updated_timestamp_ms: model.lastUpdateTime,
      artifact_uri: place.told(model.artifactUri),
      status: model.status,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      tags: pairsJson(model.tags),
    },
    data: {
      params: pairsJson(model.params),
      metrics: model.metrics.map((one) => metricJson(one, model.sourceRunId)),
    },
  }
}
