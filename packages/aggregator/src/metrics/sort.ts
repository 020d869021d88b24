import { emptyRows, halvesOf } from './rows.ts'
import type { RowColumns } from './rows.ts'
import { compareSeries } from '@provloom/rundir/series'
import type { SeriesRow } from '@provloom/rundir/series'

/**
 * Rows, given in pieces, grouped by series, each series' rows in the order in which they came: what lies together is
 * alike, which is what the encodings live on, and a reader of one series reads few pages. Series are in the order of
 * `compareSeries`, so that a metric is one stretch of the part, and a rank one of that.
 */
export function bySeries(pieces: readonly RowColumns[], series: readonly SeriesRow[]): RowColumns {
  const counts = new Uint32Array(series.length)
  let count = 0
  for (const piece of pieces) {
    count += piece.count
    for (let row = 0; row < piece.count; row++) counts[piece.series[row]!]!++
  }
  const present: number[] = []
  for (let at = 0; at < counts.length; at++) if (counts[at]! > 0) present.push(at)
  present.sort((a, b) => compareSeries(series[a]!, series[b]!) || a - b)
  const next = new Uint32Array(series.length)
  let begin = 0
  for (const at of present) {
    next[at] = begin
    begin += counts[at]!
  }
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
