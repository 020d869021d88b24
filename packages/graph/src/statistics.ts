import type { Tallies } from './tally.ts'

/** What the graph says of a series. `min`, `max` and `mean` are of finite values and undefined where there are none. */
export interface Statistics {
  readonly rows: number
  readonly nan: number
  readonly infinite: number
  readonly min: number | undefined
  readonly max: number | undefined
  readonly mean: number | undefined
  readonly sum: number
  /** The first step that had it; where none is finite it says nothing. */
  readonly minStep: number
  readonly maxStep: number
  /** Of the stream with the earliest time. */
  readonly first: number
  /** Of the stream with the latest time. */
  readonly last: number
  readonly firstStep: number
  readonly lastStep: number
  /** Microseconds since the Unix epoch. */
  readonly firstTime: number
  readonly lastTime: number
}

/**
 * The statistics of slots together.
 *
 * @param slots in an order that does not depend on arrival
 * @returns undefined when none of them has a row
 */
export function statisticsOf(tallies: Tallies, slots: readonly number[]): Statistics | undefined {
  const c = tallies.columns
  let rows = 0
  let nan = 0
  let infinite = 0
  let min = Infinity
  let max = -Infinity
  let sum = 0
  let compensation = 0
  let firstStep = Infinity
  let lastStep = -Infinity
  let minStep = NaN
  let maxStep = NaN
  let first = NaN
  let beganTime = Infinity
  let last = NaN
  let lastTime = -Infinity
  for (const slot of slots) {
    const count = c.rows[slot]!
    if (count === 0) continue
    rows += count
    nan += c.nan[slot]!
    infinite += c.positiveInfinity[slot]! + c.negativeInfinity[slot]!
    if (c.min[slot]! < min) {
      min = c.min[slot]!
      minStep = c.minStep[slot]!
    }
    if (c.max[slot]! > max) {
      max = c.max[slot]!
      maxStep = c.maxStep[slot]!
    }
    const value = c.sum[slot]!
    const after = sum + value
    compensation += Math.abs(sum) >= Math.abs(value) ? sum - after + value : value - after + sum
    compensation += c.compensation[slot]!
    sum = after
    firstStep = Math.min(firstStep, c.firstStep[slot]!)
    lastStep = Math.max(lastStep, c.lastStep[slot]!)
    if (c.firstTime[slot]! < beganTime) {
      beganTime = c.firstTime[slot]!
      first = c.first[slot]!
    }
    if (c.lastTime[slot]! > lastTime) {
      lastTime = c.lastTime[slot]!
      last = c.last[slot]!
    }
  }
  if (rows === 0) return undefined
  const finite = rows - nan - infinite
  const total = exact(sum, compensation)
  const some = finite > 0
  return {
    rows,
    nan,
    infinite,
    sum: total,
    minStep,
    maxStep,
    first,
    last,
    firstStep,
    lastStep,
    firstTime: beganTime,
    lastTime,
    min: some ? min : undefined,
    max: some ? max : undefined,
    // A mean lies between the extremes, whatever rounding or overflow say.
    mean: some ? Math.min(Math.max(total / finite, min), max) : undefined,
  }
}

/** The sum of finite values may be beyond a double; the compensation is then no number. */
function exact(sum: number, compensation: number): number {
  const total = sum + compensation
  return Number.isNaN(total) ? sum : total
}

/** First and last step and time of slots together. */
export interface Extent {
  readonly firstStep: number
  readonly lastStep: number
  readonly firstTime: number
  readonly lastTime: number
  /** The longest time between two points of a slot. */
  readonly gap: number
}

/** @returns undefined when no slot has a row */
export function extentOf(tallies: Tallies, slots: readonly number[]): Extent | undefined {
  const c = tallies.columns
  let firstStep = Infinity
  let lastStep = -Infinity
  let firstTime = Infinity
  let lastTime = -Infinity
  let gap = 0
  for (const slot of slots) {
    if (c.rows[slot] === 0) continue
    firstStep = Math.min(firstStep, c.firstStep[slot]!)
    lastStep = Math.max(lastStep, c.lastStep[slot]!)
    firstTime = Math.min(firstTime, c.firstTime[slot]!)
    lastTime = Math.max(lastTime, c.lastTime[slot]!)
    gap = Math.max(gap, c.gap[slot]!)
  }
  return firstStep === Infinity ? undefined : { firstStep, lastStep, firstTime, lastTime, gap }
}
