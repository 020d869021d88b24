import type { HeadFile, HeadMetric, HeadOtherEnergy, HeadParam, ProblemKind, Shown } from '@provloom/rundir'
import type { Unread } from './error.ts'
import type { RunRow } from './runs.ts'
import type { Finding } from './why.ts'

export interface RunQuery {
  /** Of metrics: those whose id, or whose name in words, begins with it or holds it behind a `/`, `.` or `_`. */
  readonly prefix?: string
  /** Of metrics; 200 unless told. */
  readonly limit?: number
  /** `metricsCursor` of the page before. */
  readonly after?: string
  /** `known`: of a large run those that are known by now, others are looked for meanwhile. Else they are waited for, there for seconds. */
  readonly findings?: 'known'
}

/** The run's head. */
export interface RunAnswer extends Omit<RunRow, 'params' | 'metrics' | 'model' | 'more' | 'script'> {
  /** Absolute path. */
  readonly directory: string
  readonly number: number
  readonly finished: boolean
  /** When run.json, which this is of, was written; ISO 8601. */
  readonly asOf: string
  readonly journalPosition: number
  /** Params, artifacts and points that users logged. */
  readonly logs: number
  /** As `why` has them; of a run that goes on they are at most a few seconds old. */
  readonly findings: readonly Finding[]
  readonly going?: RunGoing
  /** What other tools say of the energy; absent where none was asked. */
  readonly otherEnergy?: readonly HeadOtherEnergy[]
  readonly users: readonly string[]
  readonly hosts: Shown<string>
  readonly command?: readonly string[]
  readonly params: readonly RunParam[]
  readonly paramsMore: number
  readonly metrics: readonly RunMetric[]
  /** All that fit the prefix. */
  readonly metricsTotal: number
  readonly metricsCursor?: string
  readonly inputs: readonly HeadFile[]
  readonly inputsMore: number
  /** The last one first. */
  readonly outputs: readonly HeadFile[]
  readonly outputsMore: number
  /** Those that differ apart, the one of most ranks first. Empty where the graph cannot be read. */
  readonly environment: readonly RunEnvironment[]
  readonly hostFacts: readonly Readonly<Record<string, string | number | boolean>>[]
  readonly problems: { readonly count: number; readonly kinds: readonly ProblemKind[] }
  readonly hints: readonly string[]
  readonly unread: readonly Unread[]
}

/** How far the ranks have come with what they log. Absent where they log nothing step by step. */
export interface RunGoing {
  /** The last one of any rank. */
  readonly step: number
  /** When it was logged, ISO 8601, by its rank's clock. */
  readonly stepTime?: string
  /** How many there are to be, where a parameter (`steps`, `epochs`) or the step timer says so. */
  readonly steps?: number
  /** That is where a loop over a loader ends; how many there are in all nobody says. */
  readonly loop?: true
  /** Over the last steps: the median over ranks. Of a run that has ended from its first step to its last. */
  readonly stepsPerSecond?: number
  /** At that pace; absent of a run that does not go on, and where no step has come for long. */
  readonly secondsToGo?: number
}

/** `values` above 1: ranks logged different ones, or one did later. */
export interface RunParam extends Omit<HeadParam, 'values'> {
  readonly values: number
  readonly conflict: boolean
  /** Which ranks logged which, the value of most ranks first: the first 8, and 64 ranks of each. Where the graph tells it. */
  readonly apart?: readonly { readonly value: string; readonly ranks: readonly number[] }[]
}

/** `id` is `[context]/key[@source]`, each percent-encoded. */
export interface RunMetric
  extends
    Pick<HeadMetric, 'key' | 'context' | 'source' | 'ranks' | 'points'>,
    Partial<Omit<HeadMetric, 'key' | 'context' | 'source' | 'ranks' | 'points'>> {
  readonly id: string
}

/** What ranks ran in: all that have it alike. */
export interface RunEnvironment {
  /** Of the graph. */
  readonly id: string
  readonly interpreter?: string
  readonly version?: string
  readonly platform?: string
  readonly container?: string
  readonly modules: readonly string[]
  readonly packages: readonly RunPackage[]
  readonly packagesMore: number
  readonly packagesSha256?: string
  readonly variables: Readonly<Record<string, string>>
  /** How many ranks told it. */
  readonly ranks: number
  /** The first ones of them. */
  readonly ofRanks: readonly number[]
}

export interface RunPackage {
  readonly name: string
  readonly version: string
}
