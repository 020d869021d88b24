export type Series = readonly number[]

/** The quantile by linear interpolation between order statistics; NaN of nothing. */
export function quantile(series: Series | Float64Array, q: number): number {
  if (series.length === 0) return Number.NaN
  const sorted = Float64Array.from(series).sort()
  const at = (sorted.length - 1) * q
  const below = Math.floor(at)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (at - below)
}

export function median(series: Series | Float64Array): number {
  return quantile(series, 0.5)
}

/** Makes a median absolute deviation comparable to a standard deviation (normal distribution). */
const MAD_TO_SIGMA = 1.4826

/**
 * Relative deviation, robust: 1.4826 x MAD of the logarithms. With fewer than 4 values, where a MAD says little, half
 * their range. Null of fewer than 2, or where a value is not positive.
 */
export function spreadOf(series: Series): number | null {
  if (series.length < 2 || series.some((value) => !(value > 0))) return null
  const logs = series.map(Math.log)
  if (logs.length < 4) return (Math.max(...logs) - Math.min(...logs)) / 2
  const middle = median(logs)
  return MAD_TO_SIGMA * median(logs.map((value) => Math.abs(value - middle)))
}
