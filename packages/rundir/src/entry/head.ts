import type { ArtifactKind } from '@provloom/shared'

/** The first of many, and how many more there are. */
export interface Shown<T> {
  readonly shown: readonly T[]
  readonly more: number
}

/** A number of a metric; JSON has no others. */
export type HeadNumber = number | 'NaN' | 'Infinity' | '-Infinity'

/**
 * A run's head: what lists of runs, comparisons and searches by a file's checksum need, so that a thousand runs are a
 * thousand small reads and no graphs. In run.json with every flush, of at most `headBytesMax` bytes.
 */
export interface RunHead {
  /** Login names. */
  readonly users: readonly string[]
  readonly hosts: Shown<string>
  /** As the first rank was started. */
  readonly command?: readonly string[]
  readonly source?: HeadSource
  readonly params: Shown<HeadParam>
  /**
   * Those that people look at first, then those that tell the pace (`isOfPace`), then what else users log, then what agents
   * measure: where not all are shown, none of an earlier kind is missing as long as one of a later kind is here.
   */
  readonly metrics: Shown<HeadMetric>
  /** Files and datasets that were used, the first ones. */
  readonly inputs: Shown<HeadFile>
  /** Files that were made, the last ones. */
  readonly outputs: Shown<HeadFile>
  /** Empty where none was measured. */
  readonly energy: readonly HeadEnergy[]
  /** What other tools say of it; absent where none was asked. */
  readonly otherEnergy?: readonly HeadOtherEnergy[]
  /** Why the energy of machines is not known. */
  readonly notMeasured: readonly HeadNotMeasured[]
  /** Why it did not end well, or what of a completed one is not well, in words; of a run that goes on there is none. */
  readonly finding?: HeadFinding
}

export interface HeadSource {
  readonly commit?: string
  readonly branch?: string
  readonly dirty?: boolean
}

export interface HeadParam {
  readonly name: string
  readonly context?: string
  /** As it was logged, a float that JSON has not as `HeadNumber`; text is cut at `headTextMax` characters, which `cut` says. */
  readonly value: number | boolean | string | null
  readonly cut?: true
  /** How many ranks logged it. */
  readonly ranks: number
  /** Other values were logged too, by other ranks or later: how many values there are. */
  readonly values?: number
  readonly direction?: 'output'
}

export interface HeadMetric {
  readonly key: string
  readonly context?: string
  /** What measured it, where the script did not. */
  readonly source?: string
  readonly unit?: string
  /** Agents measure it; scripts log the others. */
  readonly measured?: true
  readonly ranks: number
  readonly points: number
  /** The lower median over ranks of each one's first point, and of its last. */
  readonly first: HeadNumber
  readonly last: HeadNumber
  /** Of finite values of all ranks, with the step; absent where there are none. */
  readonly min?: number
  readonly minStep?: number
  readonly max?: number
  readonly maxStep?: number
  /** Points that are NaN, and that are infinite; absent where none is. */
  readonly nan?: number
  readonly infinite?: number
  readonly firstStep: number
  readonly lastStep: number
  /** When it was logged. */
  readonly span?: HeadSpan
  /** Means over all ranks of stretches of steps, in their order, at most 32; absent where none are kept. */
  readonly spark?: readonly number[]
}

/** When ranks logged a metric, by their clocks. */
export interface HeadSpan {
  /** Of all ranks the first point and the last, microseconds since the Unix epoch. */
  readonly firstUs: number
  readonly lastUs: number
  /** The longest time between two points of a rank, microseconds. */
  readonly gapUs: number
}

export interface HeadFile {
  readonly name: string
  readonly kind: ArtifactKind
  readonly path?: string
  readonly size?: number
  readonly sha256?: string
  /** Of an output: who made it, and when. */
  readonly rank?: number
  readonly step?: number
  readonly version?: number
  readonly model?: string
  /** Its copy, relative to the run directory. */
  readonly stored?: string
}

/** What counted devices took, by how that is known: unlike kinds are never one sum. */
export interface HeadEnergy {
  /** By counters of energy, from samples of power, or guessed from what devices may take. */
  readonly kind: 'measured' | 'integrated' | 'estimated'
  readonly method: string
  readonly devices: number
  readonly joules: number
  /** At least and at most, with the time in which nobody counted; absent where nobody can say. */
  readonly lowerJoules?: number
  readonly upperJoules?: number
  /** The least of its devices' parts of the run's time in which they were counted, 0 to 1. */
  readonly coverage?: number
  /** Of so many runs at once on one machine: it is the whole machine's. */
  readonly shared?: number
  readonly gramsCo2eq?: number
}

/** What another tool says of the run's energy: it stands beside what was counted, and is no part of it. */
export interface HeadOtherEnergy {
  readonly tool: 'codecarbon' | 'slurm'
  readonly version?: string
  readonly parts: readonly HeadOtherPart[]
  /** By the tool's own intensity. */
  readonly gramsCO2e?: number
  /** Why it says nothing, or nothing of some of the time. */
  readonly reason?: string
}

export interface HeadOtherPart extends HeadFigure {
  readonly part: 'processors' | 'memory' | 'accelerators' | 'job'
  /** The least of its machines' times in which the tool counted. */
  readonly coveredMs?: number
  /** What was counted of the same part of the same machines. */
  readonly ours: readonly HeadFigure[]
}

export interface HeadFigure {
  readonly kind: HeadEnergy['kind']
  readonly method: string
  readonly joules: number
}

export interface HeadNotMeasured {
  readonly reason: string
  /** Of how many machines, of some device or all. */
  readonly hosts: number
}

export interface HeadFinding {
  /**
   * `RANK_FAILED`, `RANK_KILLED`, `RANK_LOST`, `RANK_INCOMPLETE`, `RANKS_ABSENT`; `RANK_LEFT`, `ENDED_FROM_OUTSIDE`,
   * `PEERS_LOST` where none stopped of itself; of a completed run `NAN_FIRST_SEEN`.
   */
  readonly code: string
  /** Who stopped first, as it stands behind how the run ended: `rank 2`, `ranks 0-1`, `from outside`; nobody of one that completed. */
  readonly who: string
  readonly text: string
  /** All that stopped, in that order; the first 64. */
  readonly ranks: readonly number[]
}
