import type { EventOf, RankState } from './state.ts'

/** How joules came to be known: by a counter of energy, from samples of power, or from what a device is said to take. */
export type EnergyKind = 'measured' | 'integrated' | 'estimated'

export const energyKinds = ['measured', 'integrated', 'estimated'] as const

/** What one device of a machine took, by one way to know it. */
export interface DeviceTotal {
  readonly facts: EventOf<'energy'>
  readonly kind: EnergyKind
  /** It is part of what the machine took. */
  readonly counted: boolean
  readonly joules: number
  /** Of all of the run there, with what it took at least and at most while nobody counted; undefined where nobody can say. */
  readonly lowerJoules: number | undefined
  readonly upperJoules: number | undefined
  /** The part of the run's time there in which it was counted, 0 to 1. */
  readonly coverage: number | undefined
  /** Of an accelerator what one process on it has. */
  readonly holderJoules: number | undefined
}

/** A rank on the machine, and when it was there, microseconds. */
export interface Inhabitant {
  readonly key: string
  readonly rank: RankState
  readonly start: number | undefined
  readonly end: number | undefined
}
