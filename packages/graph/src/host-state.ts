import type { EventOf } from './event-of.ts'

/** A machine: by its boot id where that is known, else by its name. */
export interface HostState {
  readonly bootId: string | undefined
  /** It may have several: pods of a node each have their own. */
  readonly names: ReadonlyMap<string, true>
  /** All that was told of it, together. */
  readonly facts: EventOf<'host'> | undefined
  /** By what it says: its ranks say the same, mostly. */
  readonly told: ReadonlyMap<string, ToldHost>
  readonly clock: ClockState | undefined
  /** By device and method what each stream has told of it last. */
  readonly energy: ReadonlyMap<string, ReadonlyMap<string, ToldEnergy>>
  /** By rank whose agent measures for the machine. */
  readonly watchers: ReadonlyMap<string, Watcher>
  /** The most runs that were watched at once. */
  readonly sharedBy: number | undefined
}

export interface ToldHost {
  /** The first of the ranks that told it. */
  readonly rankKey: string
  readonly event: EventOf<'host'>
}

/** The offsets of a machine's clock that its ranks measured, microseconds. */
export interface ClockState {
  readonly surest: EventOf<'clock'>
  readonly latest: EventOf<'clock'>
  readonly least: number
  readonly most: number
  /** No offset that all measurements allow is below `from`, or above `to`. */
  readonly from: number
  readonly to: number
}

export interface WatchEdge {
  readonly time: number
  readonly edge: 'start' | 'end'
}

export interface Watcher {
  readonly start: number
  readonly end: number | undefined
  /** What it said, by time. */
  readonly edges: readonly WatchEdge[]
  /** It was told to, so that no other does at the same time. */
  readonly told: boolean
}

/** A stream counts from nothing, and tells how far it has come. */
export interface ToldEnergy {
  readonly rankKey: string
  readonly event: EventOf<'energy'>
}

export interface ToldOther {
  readonly rankKey: string
  readonly event: EventOf<'energy.other'>
}
