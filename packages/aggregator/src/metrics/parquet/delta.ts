/**
 * DELTA_BINARY_PACKED of 64-bit integers (Parquet format, Encodings.md): blocks of 128 deltas in 4 miniblocks, each as
 * wide as its largest delta above the block's smallest.
 *
 * The library's encoder makes a BigInt of every value. This one reads halves of 32 bits and counts in doubles, exact
 * where values are within 2^52; what goes beyond is left to the library.
 */
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { halvesOf } from '../rows.ts'

const blockValues = 128
const miniblocks = 4
const miniblockValues: number = blockValues / miniblocks
/** |values| below it have exact differences, and these exact differences again. */
const exactBelow: number = 2 ** 51

/** Room for the encoded column: a block is at most its head and 128 values of 53 bits. */
function roomFor(count: number): number {
  return 64 + Math.ceil(count / blockValues + 1) * (16 + blockValues * 7)
}

/** @param values at least one */
export function deltaPacked(values: BigInt64Array): Uint8Array {
  const numbers = numbersOf(values)
  return numbers === undefined ? byLibrary(values) : packed(numbers)
}

/** Whether whole numbers have exact differences. */
export function areExact(numbers: Float64Array): boolean {
  return numbers.every((one) => one < exactBelow && one > -exactBelow)
}

/** The same of numbers that `areExact`; at least one. */
export function packed(numbers: Float64Array): Uint8Array {
  const values = numbers
  const out = new Out(roomFor(values.length))
  out.varint(blockValues)
  out.varint(miniblocks)
  out.varint(values.length)
  out.zigzag(numbers[0]!)
  const deltas = new Float64Array(blockValues)
  for (let from = 1; from < numbers.length; from += blockValues) {
    const to = Math.min(from + blockValues, numbers.length)
    packBlock(out, deltas, to - from, differences(numbers, from, to, deltas))
  }
  return out.bytes()
}

/** Fills `deltas` with the differences of values `from` to `to` to their predecessors, and gives the smallest. */
function differences(numbers: Float64Array, from: number, to: number, deltas: Float64Array): number {
  let least = Infinity
  let before = numbers[from - 1]!
  for (let i = from; i < to; i++) {
    const value = numbers[i]!
    const delta = value - before
    before = value
    deltas[i - from] = delta
    if (delta < least) least = delta
  }
  return least
}

/** A last block has fewer deltas; its miniblocks are filled up with zeros, and those without any have width 0. */
function packBlock(out: Out, deltas: Float64Array, count: number, least: number): void {
  out.zigzag(least)
  const widthsAt = out.skip(miniblocks)
  for (let mini = 0; mini < miniblocks; mini++) {
    const from = mini * miniblockValues
    const to = Math.min(from + miniblockValues, count)
    let most = 0
    for (let i = from; i < to; i++) {
      const above = deltas[i]! - least
      if (above > most) most = above
    }
    const width = bitsFor(most)
    out.put(widthsAt + mini, width)
    if (width === 0) continue
    for (let i = from; i < from + miniblockValues; i++) out.bits(i < to ? deltas[i]! - least : 0, width)
  }
}

/** Bits of a whole number below 2^53. */
function bitsFor(value: number): number {
  const high = Math.floor(value / 4_294_967_296)
  return high === 0 ? 32 - Math.clz32(value) : 64 - Math.clz32(high)
}

/** Undefined where a value has no exact differences as a double. */
function numbersOf(values: BigInt64Array): Float64Array | undefined {
  const halves = halvesOf(values)
  const numbers = new Float64Array(values.length)
  for (let i = 0; i < numbers.length; i++) {
    const value = halves[i * 2 + 1]! * 4_294_967_296 + (halves[i * 2]! >>> 0)
    if (value >= exactBelow || value <= -exactBelow) return undefined
    numbers[i] = value
  }
  return numbers
}

function byLibrary(values: BigInt64Array): Uint8Array {
  const writer = new ByteWriter(values.length * 9)
  deltaBinaryPack(writer, values, 'INT64')
  return writer.getBytes()
}

/** Bytes in memory that is large enough from the beginning. */
class Out {
  readonly #bytes: Uint8Array
  #at = 0
  #pending = 0
  #pendingBits = 0

  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  /** Leaves out so many bytes, to be `put` later. */
  skip(count: number): number {
    const at = this.#at
    this.#at += count
    return at
  }

  put(at: number, byte: number): void {
    this.#bytes[at] = byte
  }

  /** ULEB128 of a whole number below 2^53. */
  varint(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at++] = rest
  }

  zigzag(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  /** The low `width` bits of a whole number, least significant first. A miniblock of 32 values ends with a whole byte. */
  bits(value: number, width: number): void {
    let rest = value
    let left = width
    while (left > 24) {
      const low = rest % 16_777_216
      this.#few(low, 24)
      rest = (rest - low) / 16_777_216
      left -= 24
    }
    this.#few(rest, left)
  }

  #few(value: number, width: number): void {
    let pending = this.#pending | (value << this.#pendingBits)
    let bits = this.#pendingBits + width
    while (bits >= 8) {
      this.#bytes[this.#at++] = pending
      pending >>>= 8
      bits -= 8
    }
    this.#pending = pending
    this.#pendingBits = bits
  }
}
