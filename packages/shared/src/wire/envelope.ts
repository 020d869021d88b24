/**
 * The envelope: the unit on the wire and, byte for byte, in the journal. A run of consecutive records of one stream,
 * metric points by column, other events as the JSON bytes they were spooled as.
 *
 * MessagePack array of 13 (docs/wire-format.md):
 *
 *     0 format = 1 · 1 run id · 2 rank · 3 attempt · 4 session · 5 stream
 *     6 number of the first record · 7 records · 8 records directly before the first that are lost
 *     9 bin: u32 x events, index of each event among the records · 10 array of bin: the events
 *     11 bin: 0 to 7 zeros, so that the next one's content begins at a multiple of 8
 *     12 bin: the points by column, i64 x points, step · i64, time (us) · f64, value · u32, series
 *
 * Records that are no events are points, in order. All integers in the columns are little-endian. The columns are last
 * and aligned, so that a receiver reads them where they came, without a copy.
 */
import { isAttempt, isCount, isRank, isRunId, isSeq, isStreamId, seq } from '../ids.ts'
import type { Attempt, Rank, RunId, Seq, StreamId } from '../ids.ts'
import { envelopeBytesMax, envelopeRecordsMax } from '../limits.ts'
import type { Points } from '../points.ts'
import { slicePoints } from '../points.ts'
import { pointColumnBytes, readColumns, writeColumns } from './columns.ts'
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
  const { points, events } = envelope
  const head = pack([
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
    events,
  ])
  const padding = (8 - ((head.length + binHeadBytes) % 8)) % 8
  const from = head.length + binHeadBytes + padding
  const into = Buffer.allocUnsafe(from + points.count * pointColumnBytes)
  into.set(head)
  into[0] = arrayOf13
  into[head.length] = bin8
  into[head.length + 1] = padding
  into.fill(0, head.length + 2, head.length + 2 + padding)
  into[from - 5] = bin32
  into.writeUInt32BE(points.count * pointColumnBytes, from - 4)
  writeColumns(points, into, from)
  return into
}

/** MessagePack's marks of what is written by hand, because its place counts. */
const arrayOf13 = 0x9d
const bin8 = 0xc4
const bin32 = 0xc6
/** Both of the padding and of the columns. */
const binHeadBytes = 7

/** Reads an envelope and checks all that can be checked without its events; never throws. */
export function decodeEnvelope(bytes: Uint8Array): EnvelopeLook {
  if (bytes.length > envelopeBytesMax) return bad(`${bytes.length} bytes, more than ${envelopeBytesMax}`)
  const parts = unpack(bytes)
  if (!Array.isArray(parts)) return bad('not a MessagePack array')
  return envelopeOf(parts)
}

/** The same from a message that has been unpacked already. */
export function envelopeOf(parts: readonly unknown[]): EnvelopeLook {
  const [format, runId, rank, attempt, session, stream, first, count, lost, index, events, padding, columns] =
    parts
  if (format !== envelopeFormat)
    return bad(typeof format === 'number' ? `format ${format}, not ${envelopeFormat}` : 'no format')
  if (!isRunId(runId) || !isRank(rank) || !isAttempt(attempt)) return bad('no run, rank or attempt')
  if (typeof session !== 'string' || session.length > 64 || !isStreamId(stream))
    return bad('no session or stream')
  if (!isSeq(first) || !isCount(count) || !isCount(lost)) return bad('record numbers are not counts')
  if (count === 0 || count > envelopeRecordsMax) return bad(`${count} records`)
  if (lost > first) return bad(`${lost} records lost before number ${first}`)
  if (!Number.isSafeInteger(first + count)) return bad('record numbers beyond 2^53')
  if (!isBytesArray(events)) return bad('events are not bytes')
  if (!isPadding(padding)) return bad('the padding is not 0 to 7 zeros')
  const rows = count - events.length
  if (!hasBytes(index, events.length * 4)) return bad('as many indices as events are due')
  if (rows < 0 || !hasBytes(columns, rows * pointColumnBytes)) return bad(`columns of ${rows} rows are due`)
  const at = indicesOf(index)
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
    points: readColumns(columns, rows),
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

function hasBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length
}

function isPadding(value: unknown): boolean {
  return value instanceof Uint8Array && value.length < 8 && value.every((byte) => byte === 0)
}

const noIndices = new Uint32Array(0)

function indicesOf(bytes: Uint8Array): Uint32Array {
  if (bytes.length === 0) return noIndices
  return new Uint32Array(Uint8Array.from(bytes).buffer)
}

function bytesOf(numbers: Uint32Array): Buffer {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

function isBytesArray(value: unknown): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((one) => one instanceof Uint8Array)
}

function bad(reason: string): EnvelopeLook {
  return { kind: 'bad', reason }
}
