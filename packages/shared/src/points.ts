/**
 * Metric points as columns: the same layout in an envelope, in the journal and in memory, never an object per point.
 *
 * In the spool a point is one record of 29 bytes (integers little-endian):
 *
 *     u8 1 | u32 series | i64 step | i64 time, microseconds since the Unix epoch | f64 value
 *
 * `series` was declared before by a `series` event of the same stream.
 */
export interface Points {
  readonly count: number
  readonly series: Uint32Array
  readonly step: BigInt64Array
  /** Microseconds since the Unix epoch, UTC. */
  readonly time: BigInt64Array
  readonly value: Float64Array
}

export const pointTag = 1
export const pointBytes = 29

export const noPoints: Points = {
  count: 0,
  series: new Uint32Array(0),
  step: new BigInt64Array(0),
  time: new BigInt64Array(0),
  value: new Float64Array(0),
}

/** Room for `capacity` points, to be filled by `readPoint`. */
export function roomForPoints(capacity: number): Points {
  return {
    count: capacity,
    series: new Uint32Array(capacity),
    step: new BigInt64Array(capacity),
    time: new BigInt64Array(capacity),
    value: new Float64Array(capacity),
  }
}

export function isPoint(payload: Uint8Array): boolean {
  return payload.length === pointBytes && payload[0] === pointTag
}

/** Reads a point record into row `row` of `into`. */
export function readPoint(payload: Buffer, into: Points, row: number): void {
  into.series[row] = payload.readUInt32LE(1)
  into.step[row] = payload.readBigInt64LE(5)
  into.time[row] = payload.readBigInt64LE(13)
  into.value[row] = payload.readDoubleLE(21)
}

/** Writes a point record. `into` has at least 29 bytes; numbers are safe integers. */
export function writePoint(
  into: Buffer,
  series: number,
  step: number | bigint,
  timeUs: number | bigint,
  value: number,
): void {
  into[0] = pointTag
  into.writeUInt32LE(series, 1)
  writeInt64(into, 5, step)
  writeInt64(into, 13, timeUs)
  into.writeDoubleLE(value, 21)
}

/** A number goes as two halves: no BigInt is made per point. */
function writeInt64(into: Buffer, at: number, whole: number | bigint): void {
  if (typeof whole === 'bigint') {
    into.writeBigInt64LE(whole, at)
    return
  }
  const high = Math.floor(whole / 2 ** 32)
  into.writeUInt32LE(whole - high * 2 ** 32, at)
  into.writeInt32LE(high, at + 4)
}

/** Rows `from` (inclusive) to `to` (exclusive), sharing memory. */
export function slicePoints(points: Points, from: number, to: number): Points {
  return {
    count: to - from,
    series: points.series.subarray(from, to),
    step: points.step.subarray(from, to),
    time: points.time.subarray(from, to),
    value: points.value.subarray(from, to),
  }
}
