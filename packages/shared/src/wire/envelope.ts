/**
 * The envelope: the unit on the wire and, byte for byte, in the journal. A run of consecutive records of one stream,
 * metric points by column, other events as the JSON bytes they were spooled as.
 *
 * MessagePack array of 15 (docs/wire-format.md):
 *
 *     0 format = 1 · 1 run id · 2 rank · 3 attempt · 4 session · 5 stream
 *     6 number of the first record · 7 records · 8 records directly before the first that are lost
 *     9 bin: u32 x events, index of each event among the records · 10 array of bin: the events
 *     11 bin: u32 x points, series · 12 bin: i64, step · 13 bin: i64, time (us) · 14 bin: f64, value
 *
 * Records that are no events are points, in order. All integers in the columns are little-endian.
 */
import { isAttempt, isCount, isRank, isRunId, isSeq, isStreamId, seq } from '../ids.ts'
import type { Attempt, Rank, RunId, Seq, StreamId } from '../ids.ts'
import { envelopeBytesMax, envelopeRecordsMax } from '../limits.ts'
import type { Points } from '../points.ts'
import { slicePoints } from '../points.ts'
import { pack, unpack } from './pack.ts'

export const envelopeFormat = 1

export interface Envelope {
  readonly runId: RunId
  readonly rank: Rank
  readonly attempt: Attempt
  /** Random id of the agent process that sends; tells a restarted agent from a second one. */
  readonly session: string
  readonly stream: StreamId
  readonly first: Seq
  readonly count: number
  readonly lost: number
  /** Index among the records (0 ... count - 1), ascending, of each event. */
  readonly eventIndex: Uint32Array
  readonly events: readonly Uint8Array[]
  readonly points: Points
}

export type EnvelopeLook =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'bad'; readonly reason: string }

export function encodeEnvelope(envelope: Envelope): Buffer {
  const { points } = envelope
  return pack([
    envelopeFormat,
    envelope.runId,
    envelope.rank,
    envelope.attempt,
    envelope.session,
    envelope.stream,
    envelope.first,
    envelope.count,
    envelope.lost,
    bytesOf(envelope.eventIndex),
    envelope.events,
    bytesOf(points.series),
    bytesOf(points.step),
    bytesOf(points.time),
    bytesOf(points.value),
  ])
}

/** Reads an envelope and checks all that can be checked without its events; never throws. */
export function decodeEnvelope(bytes: Uint8Array): EnvelopeLook {
  if (bytes.length > envelopeBytesMax) return bad(`${bytes.length} bytes, more than ${envelopeBytesMax}`)
  const parts = unpack(bytes)
  if (!Array.isArray(parts)) return bad('not a MessagePack array')
  return envelopeOf(parts)
}

/** The same from a message that has been unpacked already. */
export function envelopeOf(parts: readonly unknown[]): EnvelopeLook {
  const [format, runId, rank, attempt, session, stream, first, count, lost, index, events, ...columns] = parts
  if (format !== envelopeFormat)
    return bad(typeof format === 'number' ? `format ${format}, not ${envelopeFormat}` : 'no format')
  if (!isRunId(runId) || !isRank(rank) || !isAttempt(attempt)) return bad('no run, rank or attempt')
  if (typeof session !== 'string' || session.length > 64 || !isStreamId(stream))
    return bad('no session or stream')
  if (!isSeq(first) || !isCount(count) || !isCount(lost)) return bad('record numbers are not counts')
  if (count === 0 || count > envelopeRecordsMax) return bad(`${count} records`)
  if (!Number.isSafeInteger(first + count)) return bad('record numbers beyond 2^53')
  if (!isBytesArray(events)) return bad('events are not bytes')
  const rows = count - events.length
  if (!hasBytes(index, events.length * 4)) return bad('as many indices as events are due')
  if (rows < 0 || !areColumns(columns, rows)) return bad('the columns do not have the same number of rows')
  const { at, points } = columnsOf(index, columns, events.length, rows)
  for (let i = 0; i < at.length; i++) {
    if (at[i]! >= count || (i > 0 && at[i]! <= at[i - 1]!)) return bad('event indices do not ascend')
  }
  const envelope: Envelope = {
    runId,
    rank,
    attempt,
    session,
    stream,
    first,
    count,
    lost,
    eventIndex: at,
    events,
    points,
  }
  return { kind: 'envelope', envelope }
}

/**
 * The envelope without its first `known` records: what is new when some of it was stored before.
 *
 * @param known 1 ... count - 1
 */
export function trimEnvelope(envelope: Envelope, known: number): Envelope {
  let events = 0
  while (events < envelope.eventIndex.length && envelope.eventIndex[events]! < known) events++
  return {
    ...envelope,
    first: seq(envelope.first + known),
    count: envelope.count - known,
    lost: 0,
    eventIndex: envelope.eventIndex.slice(events).map((at) => at - known),
    events: envelope.events.slice(events),
    points: slicePoints(envelope.points, known - events, envelope.points.count),
  }
}

const widths = [4, 8, 8, 8] as const

type Columns = readonly [series: Uint8Array, step: Uint8Array, time: Uint8Array, value: Uint8Array]

function areColumns(columns: readonly unknown[], rows: number): columns is Columns {
  return columns.length >= widths.length && widths.every((width, i) => hasBytes(columns[i], rows * width))
}

function hasBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length
}

/** All columns in one piece of memory, aligned as typed arrays need them. */
function columnsOf(
  index: Uint8Array,
  [series, step, time, value]: Columns,
  events: number,
  rows: number,
): { at: Uint32Array; points: Points } {
  const { bytes, from } = room(rows * 28 + events * 4)
  bytes.set(step, from)
  bytes.set(time, from + rows * 8)
  bytes.set(value, from + rows * 16)
  bytes.set(series, from + rows * 24)
  bytes.set(index, from + rows * 28)
  const { buffer: memory } = bytes
  const points = {
    count: rows,
    series: new Uint32Array(memory, from + rows * 24, rows),
    step: new BigInt64Array(memory, from, rows),
    time: new BigInt64Array(memory, from + rows * 8, rows),
    value: new Float64Array(memory, from + rows * 16, rows),
  }
  return { at: new Uint32Array(memory, from + rows * 28, events), points }
}

/** Columns of many envelopes share one allocation: they come and go together, and the collector sees few of them. */
const slabBytes = 1024 * 1024
const slabShareMax: number = slabBytes / 8
let slab: Uint8Array<ArrayBuffer> = new Uint8Array(0)
let slabUsed = 0

/** Room for `bytes` bytes, aligned to 8, that nobody else has. */
function room(bytes: number): { bytes: Uint8Array<ArrayBuffer>; from: number } {
  if (bytes > slabShareMax) return { bytes: new Uint8Array(bytes), from: 0 }
  if (slabUsed + bytes > slab.length) {
    const fresh = Buffer.allocUnsafeSlow(slabBytes)
    slab = new Uint8Array(fresh.buffer, fresh.byteOffset, slabBytes)
    slabUsed = 0
  }
  const from = slabUsed
  slabUsed += Math.ceil(bytes / 8) * 8
  return { bytes: slab, from }
}

function bytesOf(numbers: Uint32Array | BigInt64Array | Float64Array): Buffer {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

function isBytesArray(value: unknown): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((one) => one instanceof Uint8Array)
}

function bad(reason: string): EnvelopeLook {
  return { kind: 'bad', reason }
}
