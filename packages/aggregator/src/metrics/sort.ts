import { bitsOf, emptyRows } from './rows.ts'
import type { RowColumns } from './rows.ts'

/**
 * Rows grouped by series, each series' rows in the order in which they came: what lies together is alike, which is what
 * the encodings live on, and a reader of one series reads few pages.
 */
export function bySeries(rows: RowColumns, seriesCount: number): RowColumns {
  const next = new Uint32Array(seriesCount + 1)
  for (let row = 0; row < rows.count; row++) next[rows.series[row]! + 1]!++
  for (let series = 0; series < seriesCount; series++) next[series + 1]! += next[series]!
  const sorted = emptyRows(rows.count)
  const from = bitsOf(rows.value)
  const to = bitsOf(sorted.value)
  for (let row = 0; row < rows.count; row++) {
    const series = rows.series[row]!
    const at = next[series]!
    next[series] = at + 1
    sorted.series[at] = series
    sorted.step[at] = rows.step[row]!
    sorted.time[at] = rows.time[row]!
    to[at] = from[row]!
  }
  return sorted
}
