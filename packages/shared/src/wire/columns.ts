import type { Points } from '../points.ts'

/** A point in the columns: step, time and value, 8 bytes each, and series, 4. */
export const pointColumnBytes = 28

/** Writes columns one after the other: those of 64 bits first, so that all are aligned when the first is. */
export function writeColumns(points: Points, into: Uint8Array, from: number): void {
  let at = from
  for (const { buffer, byteOffset, byteLength } of [points.step, points.time, points.value, points.series]) {
    into.set(new Uint8Array(buffer, byteOffset, byteLength), at)
    at += byteLength
  }
}

/**
 * Columns as they stand in `bytes`, sharing its memory where they are aligned, as they are when a frame came alone; in
 * memory of their own otherwise, as they are in a log.
 *
 * @param bytes `rows * pointColumnBytes`
 */
export function readColumns(bytes: Uint8Array, rows: number): Points {
  return bytes.byteOffset % 8 === 0 ? columnsAt(bytes.buffer, bytes.byteOffset, rows) : copied(bytes, rows)
}

function columnsAt(memory: ArrayBufferLike, from: number, rows: number): Points {
  return {
    count: rows,
    step: new BigInt64Array(memory, from, rows),
    time: new BigInt64Array(memory, from + rows * 8, rows),
    value: new Float64Array(memory, from + rows * 16, rows),
    series: new Uint32Array(memory, from + rows * 24, rows),
  }
}

/** Copies of many envelopes share one allocation: they come and go together, and the collector sees few of them. */
const slabBytes = 1024 * 1024
const slabShareMax: number = slabBytes / 8
let slab: Uint8Array = new Uint8Array(0)
let slabUsed = 0

function copied(bytes: Uint8Array, rows: number): Points {
  if (bytes.length > slabShareMax) return columnsAt(Uint8Array.from(bytes).buffer, 0, rows)
  if (slabUsed + bytes.length > slab.length) {
    slab = Buffer.allocUnsafeSlow(slabBytes)
    slabUsed = 0
  }
  const from = slabUsed
  slabUsed += Math.ceil(bytes.length / 8) * 8
  slab.set(bytes, from)
  return columnsAt(slab.buffer, slab.byteOffset + from, rows)
}
