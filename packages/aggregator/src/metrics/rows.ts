/** Metric rows by column, as they came: `series` is the number in the run's series table. */
export interface RowColumns {
  readonly count: number
  readonly series: Uint32Array
  readonly step: BigInt64Array
  /** Microseconds since the Unix epoch, UTC. */
  readonly time: BigInt64Array
  readonly value: Float64Array
}

/** Bytes of a row in memory. */
export const rowBytes = 28

/** Room for rows. */
export function emptyRows(count: number): RowColumns {
  return columnsIn(new ArrayBuffer(count * rowBytes), count)
}

/** Columns one after the other in one piece of memory of `count * rowBytes` bytes; `count` is even or memory ends with them. */
export function columnsIn(memory: ArrayBufferLike, count: number): RowColumns {
  return {
    count,
    step: new BigInt64Array(memory, 0, count),
    time: new BigInt64Array(memory, count * 8, count),
    value: new Float64Array(memory, count * 16, count),
    series: new Uint32Array(memory, count * 24, count),
  }
}

/** Rows `from` (inclusive) to `to` (exclusive), sharing memory. */
export function sliceRows(rows: RowColumns, from: number, to: number): RowColumns {
  return {
    count: to - from,
    series: rows.series.subarray(from, to),
    step: rows.step.subarray(from, to),
    time: rows.time.subarray(from, to),
    value: rows.value.subarray(from, to),
  }
}

/** Doubles as the integers of their bits. */
export function bitsOf(values: Float64Array): BigInt64Array {
  return new BigInt64Array(values.buffer, values.byteOffset, values.length)
}

/** A 64-bit column as pairs of 32-bit halves: reading a BigInt would make an object a row. */
export function halvesOf(column: BigInt64Array | Float64Array): Int32Array {
  return new Int32Array(column.buffer, column.byteOffset, column.length * 2)
}
