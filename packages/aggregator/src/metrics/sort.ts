import { emptyRows, halvesOf } from './rows.ts'
import type { RowColumns } from './rows.ts'

/**
 * Rows, given in pieces, grouped by series, each series' rows in the order in which they came: what lies together is
 * alike, which is what the encodings live on, and a reader of one series reads few pages.
 */
export function bySeries(pieces: readonly RowColumns[], seriesCount: number): RowColumns {
  const next = new Uint32Array(seriesCount + 1)
  let count = 0
  for (const piece of pieces) {
    count += piece.count
    for (let row = 0; row < piece.count; row++) next[piece.series[row]! + 1]!++
  }
  for (let series = 0; series < seriesCount; series++) next[series + 1]! += next[series]!
  const sorted = emptyRows(count)
  for (const piece of pieces) place(piece, next, sorted)
  return sorted
}

/** By halves of 32 bits: reading 64-bit integers would make objects, and a NaN keeps its bits. */
function place(piece: RowColumns, next: Uint32Array, sorted: RowColumns): void {
  const [step, time, value] = [halvesOf(piece.step), halvesOf(piece.time), halvesOf(piece.value)]
  const [toStep, toTime, toValue] = [halvesOf(sorted.step), halvesOf(sorted.time), halvesOf(sorted.value)]
  for (let row = 0; row < piece.count; row++) {
    const series = piece.series[row]!
    const at = next[series]!
    next[series] = at + 1
    sorted.series[at] = series
    const [from, to] = [row * 2, at * 2]
    toStep[to] = step[from]!
    toStep[to + 1] = step[from + 1]!
    toTime[to] = time[from]!
    toTime[to + 1] = time[from + 1]!
    toValue[to] = value[from]!
    toValue[to + 1] = value[from + 1]!
  }
}
