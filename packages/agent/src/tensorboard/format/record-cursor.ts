import { limits } from '@provloom/shared'
import { maskedCrc32c } from './crc32c.ts'

/**
 * TFRecord (tensorflow/core/lib/io/record_writer.h), the frame of event files. Integers are little-endian:
 *
 *     u64  length
 *     u32  masked CRC-32C of the length
 *          data
 *     u32  masked CRC-32C of the data
 *
 * A file only grows, and its end may be a part of a record that is being written. TensorBoard stops for good at the first
 * CRC that is wrong; here the next record whose both CRCs are right is gone on with, and what lies between is told.
 */
export const headerBytes = 12
const trailerBytes = 4

/** Bytes of a file, as they are now: fewer than asked for at its end. */
export interface Bytes {
  /** @returns a view that is valid until the next call */
  read(at: number, length: number): Buffer
  readonly size: number
}

/**
 * record: whole, its data valid until the next call · large: whole, and too large to be read · damaged: so many bytes are
 * passed over · wait: what is there is no whole record yet · busy: ask again, it is still being searched
 */
export type Step =
  | { readonly kind: 'record'; readonly data: Buffer }
  | { readonly kind: 'large'; readonly at: number; readonly length: number }
  | { readonly kind: 'damaged'; readonly at: number; readonly lost: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'busy' }

const wait: Step = { kind: 'wait' }
/** Bytes that are searched at once. */
const searchedBytes = 256 * 1024

/** Reads the records of a file from an offset on, and goes on as it grows. */
export class RecordCursor {
  /** Behind the last record. */
  offset: number
  /** Below this no record begins, behind a damage. */
  #searchedTo = 0

  constructor(offset: number) {
    this.offset = offset
  }

  /** @param last nothing comes any more: what is not whole now never will be */
  next(bytes: Bytes, last: boolean): Step {
    const at = this.offset
    const left = bytes.size - at
    if (left <= 0) return wait
    const length = lengthAt(bytes, at)
    if (length === undefined) return left < headerBytes && !last ? wait : this.#search(bytes, last)
    const end = at + headerBytes + length + trailerBytes
    if (end > bytes.size) return last ? this.#search(bytes, last) : wait
    if (length > limits.tensorboardRecordBytesMax) {
      this.offset = end
      return { kind: 'large', at, length }
    }
    const record = bytes.read(at + headerBytes, length + trailerBytes)
    if (isWhole(record, length)) {
      this.offset = end
      return { kind: 'record', data: record.subarray(0, length) }
    }
    // The last one may be on its way to the disk.
    if (end === bytes.size && !last) return wait
    this.offset = end
    return { kind: 'damaged', at, lost: end - at }
  }

  /** Where the next record is, behind a length that is none. */
  #search(bytes: Bytes, last: boolean): Step {
    const at = this.offset
    const until = bytes.size - headerBytes - trailerBytes
    let from = Math.max(at + 1, this.#searchedTo)
    const to = Math.min(until, from + searchedBytes)
    for (; from <= to; from++) {
      const length = lengthAt(bytes, from)
      if (length === undefined) continue
      const end = from + headerBytes + length + trailerBytes
      if (end > bytes.size && !last) break
      if (end > bytes.size || length > limits.tensorboardRecordBytesMax) continue
      if (isWhole(bytes.read(from + headerBytes, length + trailerBytes), length)) return this.#pass(from)
    }
    this.#searchedTo = from
    if (to < until && from > to) return { kind: 'busy' }
    return last ? this.#pass(bytes.size) : wait
  }

  #pass(to: number): Step {
    const at = this.offset
    this.offset = to
    this.#searchedTo = 0
    return { kind: 'damaged', at, lost: to - at }
  }
}

/** Of the record there; undefined where its CRC says that it is none. */
function lengthAt(bytes: Bytes, at: number): number | undefined {
  const header = bytes.read(at, headerBytes)
  if (header.length < headerBytes || header.readUInt32LE(8) !== maskedCrc32c(header, 0, 8)) return undefined
  const length = Number(header.readBigUInt64LE(0))
  return Number.isSafeInteger(length) ? length : undefined
}

function isWhole(record: Buffer, length: number): boolean {
  return (
    record.length === length + trailerBytes && record.readUInt32LE(length) === maskedCrc32c(record, 0, length)
  )
}
