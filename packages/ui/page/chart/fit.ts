import type { Strip } from './strip.ts'

/** The axis of values, and what lies beyond it. */
export interface Fit {
  readonly low: number
  readonly high: number
  /** Buckets whose range ends above or below. */
  readonly above: number
  readonly below: number
  readonly of: number
  /** How far they go. */
  readonly top: number
  readonly bottom: number
}

/** Of the ends of the band so many stay inside: one point of a start or a spike does not press all else flat. */
const share = 0.99
/** Of so many buckets one at least may lie beyond: long runs have not always a hundred. */
const bucketsMin = 32
/** What reaches no further beyond the axis than this part of it is taken in: nothing is cut off for little. */
const slack = 0.5

/** From `low` to `high` all that is usual; what is not is counted and told, never left out in silence. */
export function fitOf(strips: readonly Strip[], { log = false, whole = false } = {}): Fit | undefined {
  const highs = valuesOf(strips, 'max', log)
  const lows = valuesOf(strips, 'min', log)
  const mids = valuesOf(strips, 'mid', log)
  if (mids.length === 0 && highs.length === 0) return undefined
  const top = Math.max(...highs, ...mids)
  const bottom = Math.min(...lows, ...mids)
  const size =
    Math.max(quantile(highs, share), quantile(mids, share)) -
    Math.min(quantile(lows, 1 - share), quantile(mids, 1 - share))
  let high = Math.max(quantile(highs, share), quantile(mids, share))
  let low = Math.min(quantile(lows, 1 - share), quantile(mids, 1 - share))
  if (whole || log || top - high <= slack * size) high = top
  if (whole || log || low - bottom <= slack * size) low = bottom
  const above = highs.filter((one) => one > high).length
  const below = lows.filter((one) => one < low).length
  // Near zero the axis begins there: how far a value is from nothing is then seen.
  if (!log && low > 0 && low < (high - low) * 0.6) low = 0
  if (high === low)
    [low, high] = low === 0 ? [-1, 1] : [low - Math.abs(low) * 0.1, high + Math.abs(high) * 0.1]
  const room = log ? 0 : (high - low) * 0.04
  return { low: low === 0 ? 0 : low - room, high: high + room, above, below, of: highs.length, top, bottom }
}

function valuesOf(strips: readonly Strip[], name: 'min' | 'mid' | 'max', log: boolean): number[] {
  const values = strips.flatMap((strip) => strip[name] ?? strip.mid)
  return values.filter((one) => one !== null).filter((one) => !log || one > 0)
}

function quantile(values: readonly number[], at: number): number {
  if (values.length === 0) return at > 0.5 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const sorted = values.toSorted((a, b) => a - b)
  const { length } = sorted
  const beyond = Math.max(length < bucketsMin ? 0 : 1, length - Math.ceil(Math.max(at, 1 - at) * length))
  return sorted[at > 0.5 ? length - 1 - beyond : beyond]!
}
