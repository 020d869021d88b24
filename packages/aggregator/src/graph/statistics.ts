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
  /** Of the stream with the latest time. */
  readonly last: number
  readonly firstStep: number
  readonly lastStep: number
}

/**
 * The statistics of slots together.
 *
 * @param slots in an order that does not depend on arrival
 * @returns undefined when none of them has a row
 */
export function statisticsOf(tallies: Tallies, slots: readonly number[]): Statistics | undefined {
  let [rows, nan, infinite, min, max] = [0, 0, 0, Infinity, -Infinity]
  let [sum, compensation] = [0, 0]
  let [firstStep, lastStep, last, lastTime] = [Infinity, -Infinity, NaN, -Infinity]
  for (const slot of slots) {
    const count = tallies.at('rows', slot)
    if (count === 0) continue
    rows += count
    nan += tallies.at('nan', slot)
    infinite += tallies.at('positiveInfinity', slot) + tallies.at('negativeInfinity', slot)
    min = Math.min(min, tallies.at('min', slot))
    max = Math.max(max, tallies.at('max', slot))
    const value = tallies.at('sum', slot)
    const after = sum + value
    compensation += Math.abs(sum) >= Math.abs(value) ? sum - after + value : value - after + sum
    compensation += tallies.at('compensation', slot)
    sum = after
    firstStep = Math.min(firstStep, tallies.at('firstStep', slot))
    lastStep = Math.max(lastStep, tallies.at('lastStep', slot))
    if (tallies.at('lastTime', slot) > lastTime) {
      lastTime = tallies.at('lastTime', slot)
      last = tallies.at('last', slot)
    }
  }
  if (rows === 0) return undefined
  const finite = rows - nan - infinite
  const shared = { rows, nan, infinite, sum: exact(sum, compensation), last, firstStep, lastStep }
  if (finite === 0) return { ...shared, min: undefined, max: undefined, mean: undefined }
  // A mean lies between the extremes, whatever rounding or overflow say.
  const mean = Math.min(Math.max(shared.sum / finite, min), max)
  return { ...shared, min, max, mean }
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
}

/** @returns undefined when no slot has a row */
export function extentOf(tallies: Tallies, slots: readonly number[]): Extent | undefined {
  let [firstStep, lastStep, firstTime, lastTime] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const slot of slots) {
    if (tallies.at('rows', slot) === 0) continue
    firstStep = Math.min(firstStep, tallies.at('firstStep', slot))
    lastStep = Math.max(lastStep, tallies.at('lastStep', slot))
    firstTime = Math.min(firstTime, tallies.at('firstTime', slot))
    lastTime = Math.max(lastTime, tallies.at('lastTime', slot))
  }
  return firstStep === Infinity ? undefined : { firstStep, lastStep, firstTime, lastTime }
}
