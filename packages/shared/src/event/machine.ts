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

/** Energy of one physical device since the session began to watch its machine; the times in which it did not are left out. */
export interface Energy extends Fact<'energy'> {
  readonly host: string
  readonly hostId?: string
  readonly device: string
  readonly joules: number
  readonly method: string
  readonly gramsCo2eq?: number
  readonly intensity?: number
  readonly intensitySource?: string
}
