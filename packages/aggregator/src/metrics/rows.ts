import type { Points } from '@provloom/shared'

/** Metric rows by column, as they came: `series` is the number in the run's series table. */
export interface RowColumns {
  readonly count: number
  readonly series: Uint32Array<ArrayBuffer>
  readonly step: BigInt64Array<ArrayBuffer>
  /** Microseconds since the Unix epoch, UTC. */
  readonly time: BigInt64Array<ArrayBuffer>
  readonly value: Float64Array<ArrayBuffer>
}

/** The rows of one journal entry. */
export interface RowChunk extends RowColumns {
  readonly lsn: number
}

/** Bytes of a row in memory. */
export const rowBytes = 28

/**
 * The points of an entry as rows, without those of series that were never declared. Copies: what came over the wire is
 * of a larger message, which would be kept with it.
 */
export function rowsOf(lsn: number, points: Points, ids: ReadonlyMap<number, number>): RowChunk {
  const series = new Uint32Array(points.count)
  let known = 0
  const keep = new Uint8Array(points.count)
  for (let row = 0; row < points.count; row++) {
    const index = ids.get(points.series[row]!)
    if (index === undefined) continue
    series[known++] = index
    keep[row] = 1
  }
  if (known === points.count)
    return {
      lsn,
      count: known,
      series,
      step: points.step.slice(),
      time: points.time.slice(),
      value: points.value.slice(),
    }
  const rows = emptyRows(known)
  rows.series.set(series.subarray(0, known))
  for (let row = 0, to = 0; row < points.count; row++) {
    if (keep[row] === 0) continue
    rows.step[to] = points.step[row]!
    rows.time[to] = points.time[row]!
    // By its bits: a number read and written may lose what kind of NaN it is.
    bitsOf(rows.value)[to] = bitsOf(points.value)[row]!
    to++
  }
  return { lsn, ...rows }
}

/** Room for rows. */
export function emptyRows(count: number): RowColumns {
  return {
    count,
    series: new Uint32Array(count),
    step: new BigInt64Array(count),
    time: new BigInt64Array(count),
    value: new Float64Array(count),
  }
}

/** Chunks one after the other, in memory of their own. */
export function joined(chunks: readonly RowColumns[]): RowColumns {
  const rows = emptyRows(chunks.reduce((sum, chunk) => sum + chunk.count, 0))
  let at = 0
  for (const chunk of chunks) {
    rows.series.set(chunk.series, at)
    rows.step.set(chunk.step, at)
    rows.time.set(chunk.time, at)
    rows.value.set(chunk.value, at)
    at += chunk.count
  }
  return rows
}

/** Doubles as the integers of their bits. */
export function bitsOf(values: Float64Array): BigInt64Array {
  return new BigInt64Array(values.buffer, values.byteOffset, values.length)
}
