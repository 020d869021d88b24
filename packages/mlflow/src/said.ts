import type {
  DatasetInput,
  LifecycleStage,
  Metric,
  ModelOutput,
  ModelStatus,
  Pair,
  RunStatus,
} from './record.ts'

/** An experiment as its client names it: by a name, or by an id that another server has given out. */
export interface ExperimentNamed {
  readonly id: string
  readonly name: string
}

/**
 * What a client has said and was taken in, in the order in which it was: enough to say the same to another server. Ids of
 * runs and models are those that we have told it.
 */
export type Said =
  /** Of who begins a run, or goes on with one of an earlier job: `rank` tells it from the same run of other ranks. */
  | {
      readonly kind: 'run'
      readonly runId: string
      readonly experiment: ExperimentNamed
      readonly runName: string
      readonly userId: string
      readonly startTime: number
      readonly artifactUri: string
      readonly tags: readonly Pair[]
    }
  | {
      readonly kind: 'update'
      readonly runId: string
      readonly status?: RunStatus
      readonly endTime?: number
      readonly runName?: string
    }
  | { readonly kind: 'moved'; readonly runId: string; readonly stage: LifecycleStage }
  | { readonly kind: 'params'; readonly runId: string; readonly params: readonly Pair[] }
  | { readonly kind: 'metrics'; readonly runId: string; readonly metrics: readonly Metric[] }
  | { readonly kind: 'tags'; readonly runId: string; readonly tags: readonly Pair[] }
  | { readonly kind: 'tag-gone'; readonly runId: string; readonly key: string }
  | {
      readonly kind: 'inputs'
      readonly runId: string
      readonly datasets: readonly DatasetInput[]
      readonly models: readonly string[]
    }
  | { readonly kind: 'outputs'; readonly runId: string; readonly models: readonly ModelOutput[] }
  /** log_model of clients before 3. */
  | { readonly kind: 'model-file'; readonly runId: string; readonly model: string }
  | {
      readonly kind: 'model'
      readonly modelId: string
      readonly experiment: ExperimentNamed
      readonly name: string
      readonly modelType: string
      readonly runId: string
      readonly artifactUri: string
      readonly params: readonly Pair[]
      readonly tags: readonly Pair[]
    }
  | { readonly kind: 'model-status'; readonly modelId: string; readonly status: ModelStatus }
  | { readonly kind: 'model-tags'; readonly modelId: string; readonly tags: readonly Pair[] }
  | { readonly kind: 'model-tag-gone'; readonly modelId: string; readonly key: string }
  | { readonly kind: 'model-params'; readonly modelId: string; readonly params: readonly Pair[] }
  | { readonly kind: 'experiment-tags'; readonly experiment: ExperimentNamed; readonly tags: readonly Pair[] }
  /** A model of the registry. */
  | { readonly kind: 'registered'; readonly name: string }
  | {
      readonly kind: 'version'
      readonly name: string
      readonly source: string
      readonly runId: string
      readonly modelId: string
    }
