/** A param or a tag: MLflow has text alone. */
export interface Pair {
  readonly key: string
  readonly value: string
}

/** One value of a metric. `timestamp` in milliseconds since the epoch. */
export interface Metric {
  readonly key: string
  readonly value: number
  readonly timestamp: number
  readonly step: number
  readonly modelId?: string
  readonly datasetName?: string
  readonly datasetDigest?: string
}

export interface Dataset {
  readonly name: string
  readonly digest: string
  readonly sourceType: string
  /** JSON text, as each kind of source has it. */
  readonly source: string
  readonly schema?: string
  readonly profile?: string
}

export interface DatasetInput {
  readonly tags: readonly Pair[]
  readonly dataset: Dataset
}

export const runStatuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const
export type RunStatus = (typeof runStatuses)[number]

export function isRunStatus(value: unknown): value is RunStatus {
  return runStatuses.some((one) => one === value)
}

export function isOver(status: RunStatus): boolean {
  return status !== 'RUNNING' && status !== 'SCHEDULED'
}

export type LifecycleStage = 'active' | 'deleted'

/** Times in milliseconds since the epoch. */
export interface RunInfo {
  /** 32 hexadecimal digits. */
  readonly runId: string
  readonly runName: string
  readonly experimentId: string
  readonly userId: string
  readonly status: RunStatus
  readonly startTime: number
  readonly endTime?: number
  readonly artifactUri: string
  readonly lifecycleStage: LifecycleStage
}

export interface Experiment {
  readonly experimentId: string
  readonly name: string
  readonly artifactLocation: string
  readonly lifecycleStage: LifecycleStage
  readonly creationTime: number
  readonly lastUpdateTime: number
  readonly tags: ReadonlyMap<string, string>
}

/** A run as whoever asks sees it: its last value of each metric. */
export interface RunView {
  readonly info: RunInfo
  readonly params: ReadonlyMap<string, string>
  readonly tags: ReadonlyMap<string, string>
  readonly last: ReadonlyMap<string, Metric>
  readonly datasets: readonly DatasetInput[]
  readonly modelInputs: readonly string[]
  readonly modelOutputs: readonly ModelOutput[]
}

export interface ModelOutput {
  readonly modelId: string
  readonly step: number
}

export const modelStatuses = [
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
] as const
export type ModelStatus = (typeof modelStatuses)[number]

export function isModelStatus(value: unknown): value is ModelStatus {
  return modelStatuses.some((one) => one === value)
}

/** A logged model of MLflow 3. */
export interface LoggedModel {
  /** `m-` and 32 hexadecimal digits. */
  readonly modelId: string
  readonly experimentId: string
  readonly name: string
  readonly modelType: string
  readonly sourceRunId: string
  readonly status: ModelStatus
  readonly creationTime: number
  readonly lastUpdateTime: number
  readonly artifactUri: string
  readonly params: ReadonlyMap<string, string>
  readonly tags: ReadonlyMap<string, string>
  readonly metrics: readonly Metric[]
}
