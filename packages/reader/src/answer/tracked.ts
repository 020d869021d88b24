import type { HeadParam, HeadSource } from '@provloom/rundir'
import type { RunId } from '@provloom/shared'
import type { RunMetric } from './run.ts'

/** A run as trackers of experiments tell one: what its run.json says. */
export interface TrackedRun {
  /** Its directory's name. */
  readonly run: string
  /** Absolute path. */
  readonly directory: string
  readonly runId: RunId
  /** When run.json, which this is of, was written; milliseconds since the Unix epoch. */
  readonly writtenMs: number
  readonly experiment: string
  readonly runName?: string
  /** As a row of the list has it. */
  readonly status: string
  /** ISO 8601, UTC. */
  readonly startTime: string
  readonly endTime: string | null
  readonly worldSize: number | null
  readonly users: readonly string[]
  readonly command?: readonly string[]
  readonly source?: HeadSource
  readonly params: readonly HeadParam[]
  /** Further ones, that `tracked` of the run alone has. */
  readonly paramsMore: number
  readonly metrics: readonly RunMetric[]
  readonly metricsMore: number
  /** Files of a model are among its outputs. */
  readonly hasModels: boolean
}

/** What only its graph says, and all of it: of a run that has not written one yet nothing. */
export interface TrackedFacts {
  readonly params: readonly HeadParam[]
  readonly datasets: readonly TrackedDataset[]
  readonly models: readonly TrackedModel[]
}

export interface TrackedDataset {
  readonly name: string
  readonly digest?: string
  readonly sourceType?: string
  readonly uri?: string
  readonly schema?: string
  readonly split?: string
  readonly samples?: number
}

export interface TrackedModel {
  readonly name: string
  /** As MLflow has it. */
  readonly modelId?: string
  readonly className?: string
}

/** Values of one metric of one rank in one attempt, by column, in the order in which they came. */
export interface MetricPoints {
  readonly metric: string
  readonly rank: number
  readonly attempt: number
  readonly source: string | null
  readonly count: number
  /** Beyond 2^53 the nearest double. */
  readonly step: Float64Array
  /** Microseconds since the Unix epoch, by the rank's clock. */
  readonly time: Float64Array
  readonly value: Float64Array
}
