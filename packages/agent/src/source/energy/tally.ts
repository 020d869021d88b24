import type { CounterDevice, PowerDevice, Reading } from './device.ts'

/**
 * What was counted since the beginning; what was not counted has no joules, and is no covered time. Bounds are those of its
 * readings: a counter's own resolution comes in where its account begins and ends.
 */
export interface Total {
  readonly joules: number
  readonly lowerJoules: number
  readonly upperJoules: number
  readonly coveredMs: number
  /** The least and the most power of any interval; undefined before there was one. */
  readonly leastWatts: number | undefined
  readonly mostWatts: number | undefined
}

/** Adds up one device. */
export interface Tally {
  /** @returns in words, what is odd about it: that, and the time since the last reading, is not counted */
  add(nowMs: number, reading: Reading): string | undefined
  readonly total: Total
}

/**
 * Counters stand still between their updates, the slowest for so long (Cray's pm_counters are updated at 10 Hz, RAPL at
 * 1 kHz): of two readings close together the second may have what was used since the update before the first.
 */
const updateMs = 100

/** Between two readings: how long, and at what power. */
class Course {
  joules = 0
  coveredMs = 0
  leastWatts: number | undefined
  mostWatts: number | undefined
  /** Not yet long enough to say at what power. */
  #short = { joules: 0, ms: 0 }

  add(joules: number, ms: number): void {
    this.joules += joules
    this.coveredMs += ms
    this.#short = { joules: this.#short.joules + joules, ms: this.#short.ms + ms }
    if (this.#short.ms < updateMs) return
    this.see((this.#short.joules * 1000) / this.#short.ms)
    this.#short = { joules: 0, ms: 0 }
  }

  see(watts: number): void {
    this.leastWatts = Math.min(this.leastWatts ?? watts, watts)
    this.mostWatts = Math.max(this.mostWatts ?? watts, watts)
  }
}

/**
 * A counter of energy, whoever else reads it: what it counted between two readings, however far apart, as long as it cannot
 * have begun anew more than once in between.
 */
export class CounterTally implements Tally {
  readonly #device: CounterDevice
  readonly #course = new Course()
  #last: { readonly atMs: number; readonly microjoules: bigint } | undefined

  constructor(device: CounterDevice) {
    this.#device = device
  }

  add(nowMs: number, reading: Reading): string | undefined {
    if (!('microjoules' in reading)) return undefined
    const { microjoules, isAnew = false } = reading
    const last = this.#last
    const ms = nowMs - (last?.atMs ?? nowMs)
    // Less than a clock tells apart.
    if (last !== undefined && ms <= 0) return undefined
    this.#last = { atMs: nowMs, microjoules }
    if (last === undefined) return undefined
    const { rangeUj, plausibleWatts } = this.#device
    const mostUj = plausibleWatts * (ms + updateMs) * 1000
    if (rangeUj !== undefined && mostUj >= Number(rangeUj))
      return `was not read for ${seconds(ms)}, in which its counter may have begun anew more than once`
    const delta = microjoules - last.microjoules
    const uj = Number(delta < 0n && rangeUj !== undefined ? delta + rangeUj : delta)
    if (isAnew || uj < 0 || uj > mostUj) return `was set back, or set anew: ${seconds(ms)} are not counted`
    this.#course.add(uj / 1e6, ms)
    return undefined
  }

  /** Where the counter stood when it was read last. */
  get microjoules(): bigint | undefined {
    return this.#last?.microjoules
  }

  get total(): Total {
    const { joules, coveredMs, leastWatts, mostWatts } = this.#course
    return { joules, lowerJoules: joules, upperJoules: joules, coveredMs, leastWatts, mostWatts }
  }
}

type Sample = Extract<Reading, { readonly watts: number }>

/** Samples of power: between two of them as if it went straight from one to the other; no further apart than `gapMs`. */
export class PowerTally implements Tally {
  readonly #gapMs: number
  readonly #isEstimated: boolean
  readonly #course = new Course()
  #lower = 0
  #upper = 0
  #last: Sample | undefined

  constructor(device: PowerDevice, gapMs: number) {
    this.#gapMs = gapMs
    this.#isEstimated = device.kind === 'estimated'
  }

  add(_nowMs: number, reading: Reading): string | undefined {
    if (!('watts' in reading)) return undefined
    const last = this.#last
    const ms = reading.atMs - (last?.atMs ?? reading.atMs)
    if (last !== undefined && ms <= 0) return undefined
    this.#last = reading
    if (last === undefined) return undefined
    if (ms > this.#gapMs) return `was not sampled for ${seconds(ms)}, which are not counted`
    this.#take(last.watts, reading, ms)
    return undefined
  }

  /** An estimate is of the time before it; a sample is of its moment. */
  #take(before: number, { watts, leastWatts, mostWatts }: Sample, ms: number): void {
    const mean = this.#isEstimated ? watts : (before + watts) / 2
    this.#course.add((mean * ms) / 1000, ms)
    this.#course.see(leastWatts ?? watts)
    this.#course.see(mostWatts ?? watts)
    this.#lower += ((leastWatts ?? Math.min(before, watts)) * ms) / 1000
    this.#upper += ((mostWatts ?? Math.max(before, watts)) * ms) / 1000
  }

  get total(): Total {
    const { joules, coveredMs, leastWatts, mostWatts } = this.#course
    return { joules, lowerJoules: this.#lower, upperJoules: this.#upper, coveredMs, leastWatts, mostWatts }
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
