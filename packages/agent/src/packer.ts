import {
  frameHeaderBytes,
  limits,
  pointBytes,
  pointColumnBytes,
  pointTag,
  roomForPoints,
  slicePoints,
} from '@provloom/shared'
import type { Chunk, Points } from '@provloom/shared'

export interface PackBounds {
  readonly records: number
  /** Of the encoded envelope, its header excluded. */
  readonly bytes: number
}

/** Room for everything of an envelope that is no record: names, numbers, MessagePack's own bytes. */
const envelopeHeaderBytes = 1024

export const defaultBounds: PackBounds = {
  records: limits.envelopeRecordsMax,
  bytes: limits.envelopeBytesMax - envelopeHeaderBytes,
}

/** Two envelopes fit into the credit, so that one is made and sent while the other is stored. */
export function boundsFor(creditBytes: number): PackBounds {
  const bytes = Math.floor(creditBytes / 2) - envelopeHeaderBytes
  return { ...defaultBounds, bytes: Math.min(defaultBounds.bytes, Math.max(envelopeHeaderBytes, bytes)) }
}

/** Consecutive records by column. `count` 0: the record at `from` is larger than any event may be. */
export interface Pack {
  readonly count: number
  readonly eventIndex: Uint32Array
  readonly events: readonly Buffer[]
  readonly points: Points
}

/** Index and MessagePack's header of one event. */
const eventOverheadBytes = 9

/**
 * Takes as many records of a chunk, from the k-th on, as the bounds let through: points into columns straight from
 * the framed bytes, without an object per point; everything else as the bytes it was spooled as. One record is taken
 * whatever the bounds.
 */
export function packRecords(chunk: Chunk, from: number, bounds: PackBounds): Pack {
  const { bytes, frames } = chunk
  const most = Math.min(chunk.count - from, bounds.records)
  const room = roomForPoints(most)
  const put = pointWriter(bytes, room)
  const indices: number[] = []
  const events: Buffer[] = []
  let left = bounds.bytes
  let rows = 0
  let k = 0
  for (; k < most; k++) {
    const start = frames[from + k]! + frameHeaderBytes
    const length = frames[from + k + 1]! - start
    if (length === pointBytes && bytes[start] === pointTag) {
      if (left < pointColumnBytes && k > 0) break
      left -= pointColumnBytes
      put(start, rows++)
      continue
    }
    if (length > limits.eventBytesMax || (left < length + eventOverheadBytes && k > 0)) break
    left -= length + eventOverheadBytes
    indices.push(k)
    events.push(bytes.subarray(start, start + length))
  }
  return {
    count: k,
    eventIndex: Uint32Array.from(indices),
    events,
    points: slicePoints(room, 0, rows),
  }
}

/**
 * Copies a point record (shared/points.ts) into its row. 64-bit values go as two halves: no BigInt is made per point,
 * and a NaN keeps its bits.
 */
function pointWriter(bytes: Buffer, room: Points): (start: number, row: number) => void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { series } = room
  const step = new Uint32Array(room.step.buffer)
  const time = new Uint32Array(room.time.buffer)
  const value = new Uint32Array(room.value.buffer)
  return (start, row) => {
    const half = row * 2
    series[row] = view.getUint32(start + 1, true)
    step[half] = view.getUint32(start + 5, true)
    step[half + 1] = view.getUint32(start + 9, true)
    time[half] = view.getUint32(start + 13, true)
    time[half + 1] = view.getUint32(start + 17, true)
    value[half] = view.getUint32(start + 21, true)
    value[half + 1] = view.getUint32(start + 25, true)
  }
}
