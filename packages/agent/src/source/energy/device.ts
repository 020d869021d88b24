/** How joules came to be known: by a counter of energy, from samples of power, or from what a device is said to take. */
export type EnergyKind = 'measured' | 'integrated' | 'estimated'

/**
 * What a figure is of. Packages with their memory, GPUs, and what a node takes beyond them do not overlap; cores and what is
 * beside them in a package lie in it, and the platform's total holds all of these again.
 */
export type Covers = 'node' | 'package' | 'dram' | 'gpu' | 'platform' | 'core' | 'uncore' | 'rest'

/** One device, by one way to know it. */
export interface Device {
  /** As the graph and people call it: `package-0`, `package-0/dram`, `node`, a GPU's UUID. */
  readonly device: string
  readonly method: string
  readonly kind: EnergyKind
  readonly covers: Covers
  /** The file or library that says it. */
  readonly source: string
  readonly uuid?: string | undefined
  readonly model?: string | undefined
  /** The machine's number for it, as variables that choose devices count them. */
  readonly index?: number | undefined
  /** UUIDs of parts of it that processes are given instead (MIG). */
  readonly parts?: readonly string[] | undefined
  /** Why it is not known better, where it is not measured. */
  readonly reason?: string | undefined
}

/** A counter: where it stands. Microjoules begin anew at `rangeUj`, where that is known. */
export interface CounterDevice extends Device {
  readonly kind: 'measured'
  readonly resolutionUj: number
  readonly rangeUj?: bigint | undefined
  /** No more than this can be taken: whoever counts more was reset. */
  readonly plausibleWatts: number
}

export interface PowerDevice extends Device {
  readonly kind: 'integrated' | 'estimated'
}

/** A device of which nothing can be known, and why. */
export interface UnknownDevice {
  readonly device: string
  readonly covers: Covers
  readonly reason: string
  readonly uuid?: string | undefined
  readonly model?: string | undefined
  readonly index?: number | undefined
}

export interface Found {
  readonly devices: readonly (CounterDevice | PowerDevice)[]
  readonly unknown: readonly UnknownDevice[]
}

/** Where one device stands at a moment. */
export type Reading =
  /** `isAnew`: it began anew since it was last read, wherever it stands. */
  | { readonly microjoules: bigint; readonly isAnew?: true }
  /** At least and at most where the figure itself is a guess. */
  | {
      readonly watts: number
      readonly leastWatts?: number
      readonly mostWatts?: number
      readonly atMs: number
    }

/** What one accelerator does at a moment; what it does not tell is left out. */
export interface GpuLook {
  readonly device: string
  readonly usePercent?: number | undefined
  readonly memoryBytes?: number | undefined
  readonly celsius?: number | undefined
  readonly watts?: number | undefined
  readonly megahertz?: number | undefined
  /** Processes that compute on it. */
  readonly holders?: number | undefined
}

/** A name, its value, and its unit by UCUM. */
export type Figure = readonly [name: string, value: number, unit: string]

/** One way to know what devices of a machine take. */
export interface EnergySource {
  /** What there is. Never rejects. */
  find(): Found | Promise<Found>
  /** Asks what cannot be read at once; `read` has it then. Never rejects. */
  poll?(): Promise<void>
  /** By the device's name; of what cannot be read there is none. Never throws. */
  read(): ReadonlyMap<string, Reading>
  /** What its accelerators did when they were last read. */
  looks?(): readonly GpuLook[]
}

/** Where a machine is seen; a test has another one. */
export interface MachinePlaces {
  /** Above `sys` and `proc`. */
  readonly root: string
  /** NVIDIA's library, by its path or by the name that the loader knows. */
  readonly nvml: string
}

export const machinePlaces: MachinePlaces = { root: '/', nvml: 'libnvidia-ml.so.1' }
