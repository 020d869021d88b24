import type { Fact } from './fact.ts'

export interface Host extends Fact<'host'> {
  readonly host: string
  readonly hostId?: string
  /** It was asked from inside a container, whose name is not the machine's. */
  readonly container?: boolean
  readonly cpu?: string
  readonly cores?: number
  readonly physicalCores?: number
  readonly sockets?: number
  /** What it is sold as; where nobody says, what it ran at when it was asked. */
  readonly cpuGHz?: number
  readonly cpuMaxGHz?: number
  readonly memoryBytes?: number
  /** `Debian GNU/Linux` with its `release`; the kernel with its name, and the architecture as it calls it. */
  readonly distribution?: string
  readonly release?: string
  readonly kernel?: string
  readonly arch?: string
  /** Its maker's name for it. */
  readonly machine?: string
  /** Whose guest it is. */
  readonly virtualMachine?: string
  readonly gpus?: readonly {
    readonly name: string
    readonly uuid?: string
    readonly memoryBytes?: number
    readonly driver?: string
  }[]
  /** What the working folder and the save directory lie on, there. */
  readonly workFileSystem?: string
  readonly workFileSystemBytes?: number
  readonly saveFileSystem?: string
  readonly saveFileSystemBytes?: number
  /** What its agent has no means to measure there, and why. */
  readonly notMeasured?: string
}

/** Offset of this host's clock to the aggregator's, measured over the wire. Positive: this clock is ahead. */
export interface ClockOffset extends Fact<'clock'> {
  readonly host: string
  readonly hostId?: string
  readonly offsetUs: number
  readonly uncertaintyUs: number
}

/**
 * Energy of one device of a machine, by one way to know it, since the session began to watch its machine; the times in
 * which it did not are left out. Each stream counts from nothing.
 */
export interface Energy extends Fact<'energy'> {
  readonly host: string
  readonly hostId?: string
  readonly device: string
  readonly method: string
  /** Counted by a counter, integrated from samples of power, guessed from what it may take; unknown has no joules. */
  readonly kind: 'measured' | 'integrated' | 'estimated' | 'unknown'
  readonly covers: 'node' | 'package' | 'dram' | 'gpu' | 'platform' | 'core' | 'uncore' | 'rest'
  /** It is part of what the machine took: counted devices do not overlap. */
  readonly counted?: boolean
  readonly joules?: number
  /** Of the time that is covered. */
  readonly lowerJoules?: number
  readonly upperJoules?: number
  readonly coveredMs?: number
  readonly intervalMs?: number
  /** The least and the most power of any interval: what the time that is not covered may have taken. */
  readonly leastWatts?: number
  readonly mostWatts?: number
  /** Of an accelerator what one process on it has, which takes turns with the others that compute on it. */
  readonly holderJoules?: number
  readonly source?: string
  readonly uuid?: string
  readonly model?: string
  /** The machine's number for an accelerator. */
  readonly index?: number
  /** UUIDs of parts of an accelerator that processes are given instead of it (MIG). */
  readonly parts?: readonly string[]
  /** Why it is not known, or not known better. */
  readonly reason?: string
}

/** What this session has of its machine's processors and their memory: never one sum of unlike kinds. Each stream counts from nothing. */
export interface EnergyShare extends Fact<'energy.share'> {
  readonly measuredJoules?: number
  readonly integratedJoules?: number
  readonly estimatedJoules?: number
}

/**
 * What another tool says that a part of the machine took since the session began to watch it: it stands beside what the
 * watch itself found out, and is never counted. Of a tool that says nothing there is one without `part`, whose `reason` says why.
 * Each stream counts from nothing.
 */
export interface OtherEnergy extends Fact<'energy.other'> {
  readonly host: string
  readonly hostId?: string
  readonly tool: 'codecarbon' | 'slurm'
  readonly version?: string
  /** `job`: all of a job's machines, as its scheduler accounts them. */
  readonly part?: 'processors' | 'memory' | 'accelerators' | 'job'
  readonly kind?: 'measured' | 'integrated' | 'estimated'
  /** In the tool's words, how it comes to its figure. */
  readonly method?: string
  readonly joules?: number
  readonly coveredMs?: number
  /** By the tool's own intensity, where anybody has said where the machine is. */
  readonly gramsCO2e?: number
  readonly reason?: string
}

/** What is emitted for a kilowatt-hour where the run is, and who says so. */
export interface Carbon extends Fact<'carbon'> {
  readonly gramsPerKWh: number
  readonly source: string
  readonly zone?: string
  readonly year?: number
  readonly method?: string
  readonly licence?: string
}
