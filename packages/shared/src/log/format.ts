/**
 * The segment log: the one durable format of Provloom, for the rank's spool and the aggregator's journal.
 * docs/spool-format.md tells the same to those who write a client in another language.
 *
 * A log is a folder of segments. A segment is a file named by the number of its first record, in 20 decimal digits:
 * `00000000000000000000.seg`. It has one writer; it only grows; it is removed whole, from the front of the log.
 * All integers are little-endian.
 *
 *     segment  := header frame*
 *     header   := magic "PVLMSEG1" | u16 version = 1 | u16 header length = 32 | u32 0
 *               | u64 number of the first record | u32 0 | u32 CRC-32 of the 28 bytes before       (32 bytes)
 *     frame    := u32 CRC-32 of all of the frame after this field
 *               | u32 payload length, 1 ... 16 MiB
 *               | u32 low half of the record's number
 *               | payload
 *
 * CRC-32 is the one of zlib (ISO 3309). Invariants:
 *
 * 1. Numbers are dense: the k-th frame of a segment has number first + k. They never come again in one log.
 * 2. A frame is written by one write call and never changed.
 * 3. A segment is complete when one with a higher number exists.
 *
 * Reading stops at the first frame that is not whole. Three cases:
 *   torn      the file ends within the frame, and the segment is the last: its writer may still be writing, wait.
 *             The owner of the log, when it opens it to append, cuts the file there.
 *   corrupt   a frame whose length is plausible and whose CRC is wrong, or bytes that are no frame: search forward,
 *             byte by byte, for the next frame with a right CRC and a number that fits. The numbers between are
 *             lost, and told with their place.
 *   gap       a segment begins with a higher number than its predecessor ends with: the numbers between are lost.
 * A log that is synced commit by commit, as the journal is, says in its records which of them follow in one commit
 * (`recover.ts`): a hole in its last commit is then known to be no damage, but a commit that never was whole, and is cut.
 *
 * A frame whose number is not below the next segment's first was taken back by its writer (the sync failed, and
 * cutting it off failed too): it is not part of the log. A damaged header costs nothing: the name says the same.
 */
import { crc32 } from 'node:zlib'
import { recordBytesMax } from '../limits.ts'
import { crc32Of } from './crc.ts'

export const headerBytes = 32
export const frameHeaderBytes = 12
export const frameBytesMin: number = frameHeaderBytes + 1
const MAGIC = Buffer.from('PVLMSEG1', 'latin1')
const VERSION = 1
const SUFFIX = '.seg'

export function segmentName(first: number): string {
  return String(first).padStart(20, '0') + SUFFIX
}

/** The number in a segment's name, or undefined when the name is no segment's. */
export function segmentFirst(name: string): number | undefined {
  return /^\d{20}\.seg$/.test(name) ? Number(name.slice(0, 20)) : undefined
}

export function encodeHeader(first: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  MAGIC.copy(header)
  header.writeUInt16LE(VERSION, 8)
  header.writeUInt16LE(headerBytes, 10)
  header.writeBigUInt64LE(BigInt(first), 16)
  header.writeUInt32LE(crc32(header.subarray(0, 28)), 28)
  return header
}

export type HeaderLook =
  | { readonly kind: 'header'; readonly first: number }
  /** Whole and right, of a version that we cannot read. */
  | { readonly kind: 'foreign'; readonly version: number }
  /** Not all there, or damaged. The segment's name tells the same, so its frames can be read all the same. */
  | { readonly kind: 'wrong' }

export function lookAtHeader(bytes: Buffer): HeaderLook {
  if (bytes.length < headerBytes || !bytes.subarray(0, 8).equals(MAGIC)) return { kind: 'wrong' }
  if (crc32(bytes.subarray(0, 28)) !== bytes.readUInt32LE(28)) return { kind: 'wrong' }
  const version = bytes.readUInt16LE(8)
  if (version !== VERSION || bytes.readUInt16LE(10) !== headerBytes) return { kind: 'foreign', version }
  return { kind: 'header', first: Number(bytes.readBigUInt64LE(16)) }
}

/** Appends the frame of `payload` to `into` at `at`; the caller has made room for payload and 12 bytes. */
export function encodeFrame(into: Buffer, at: number, number: number, payload: Uint8Array): number {
  const end = at + frameHeaderBytes + payload.length
  into.writeUInt32LE(payload.length, at + 4)
  into.writeUInt32LE(number % 2 ** 32, at + 8)
  into.set(payload, at + frameHeaderBytes)
  into.writeUInt32LE(crc32Of(into, at + 4, end), at)
  return end
}

/**
 * The same of a payload given in parts. One copy and one checksum over what lies together cost less than a call and an
 * object for each part.
 */
export function encodeFrameOf(
  into: Buffer,
  at: number,
  number: number,
  parts: readonly Uint8Array[],
): number {
  let end = at + frameHeaderBytes
  for (const part of parts) {
    into.set(part, end)
    end += part.length
  }
  into.writeUInt32LE(end - at - frameHeaderBytes, at + 4)
  into.writeUInt32LE(number % 2 ** 32, at + 8)
  into.writeUInt32LE(crc32Of(into, at + 4, end), at)
  return end
}

export type FrameLook =
  | { readonly kind: 'frame'; readonly end: number }
  | { readonly kind: 'short' }
  | { readonly kind: 'wrong' }

/** What stands at `at`: a frame with this number, the beginning of one, or something else. */
export function lookAtFrame(bytes: Buffer, at: number, number: number): FrameLook {
  if (bytes.length - at < frameHeaderBytes) return { kind: 'short' }
  const length = bytes.readUInt32LE(at + 4)
  if (length === 0 || length > recordBytesMax) return { kind: 'wrong' }
  if (bytes.readUInt32LE(at + 8) !== number % 2 ** 32) return { kind: 'wrong' }
  const end = at + frameHeaderBytes + length
  if (end > bytes.length) return { kind: 'short' }
  return crc32Of(bytes, at + 4, end) === bytes.readUInt32LE(at) ? { kind: 'frame', end } : { kind: 'wrong' }
}

/** Checksums computed in one search over what looks like a frame by itself; those of frames in a row are free. */
const searchBytesMax: number = 256 * 1024 * 1024

/**
 * Finds the next right frame after damage. Numbers are dense and a frame has at least 13 bytes, so that only a few
 * numbers fit at each place; and most frames are followed by another one or by the end. So few checksums are computed
 * in vain, even where the records are columns of integers.
 *
 * @param damaged where the damage begins
 * @param number of the frame that should stand there
 * @returns where the next frame begins and its number, or undefined when there is none in these bytes
 */
export function findFrame(
  bytes: Buffer,
  damaged: number,
  number: number,
): { at: number; number: number } | undefined {
  let budget = searchBytesMax
  for (let at = damaged + 1; at + frameHeaderBytes < bytes.length; at++) {
    const ahead = (bytes.readUInt32LE(at + 8) - (number % 2 ** 32) + 2 ** 32) % 2 ** 32
    if (ahead > (at - damaged) / frameBytesMin) continue
    const length = bytes.readUInt32LE(at + 4)
    const end = at + frameHeaderBytes + length
    if (length === 0 || end > bytes.length) continue
    if (!isFollowed(bytes, end, number + ahead)) {
      if (length > budget) continue
      budget -= length
    }
    if (lookAtFrame(bytes, at, number + ahead).kind === 'frame') return { at, number: number + ahead }
  }
  return undefined
}

/** Whether the frame of the next number, or nothing, begins at `end`. */
function isFollowed(bytes: Buffer, end: number, number: number): boolean {
  if (bytes.length - end < frameHeaderBytes) return true
  return bytes.readUInt32LE(end + 8) === (number + 1) % 2 ** 32
}
