import path from 'node:path'
import type { Files, OpenFile } from '../files.ts'
import { recordBytesMax } from '../limits.ts'
import {
  decodeHeader,
  findFrame,
  frameHeaderBytes,
  headerBytes,
  lookAtFrame,
  segmentFirst,
  segmentName,
} from './format.ts'

/** Where a log is damaged and what that cost. */
export interface Damage {
  readonly file: string
  /** Byte offset in the file. */
  readonly offset: number
  /** Record numbers that are gone. */
  readonly lost: number
}

/**
 * A run of consecutive records, still framed in one slab of bytes: no object per record.
 * Record `first + k` is `bytes.subarray(frames[k] + 12, frames[k + 1])`.
 */
export interface Chunk {
  readonly first: number
  readonly count: number
  readonly bytes: Buffer
  readonly frames: Uint32Array
  /** Records directly before `first` that are gone, with the places; usually none. */
  readonly damage: readonly Damage[]
}

/** The payload of the k-th record of a chunk: a view, valid as long as the chunk. */
export function payloadAt(chunk: Chunk, k: number): Buffer {
  return chunk.bytes.subarray(chunk.frames[k]! + frameHeaderBytes, chunk.frames[k + 1])
}

const SLAB_BYTES = 1024 * 1024
const RECORDS_PER_CHUNK = 65_536

/**
 * Reads a log from a record number on, and goes on reading as it grows. One reader, any number of times;
 * it shares nothing with the writer but the files.
 */
export class LogCursor {
  readonly #files: Files
  readonly #folder: string
  #number: number
  #segment: number | undefined
  #open: OpenFile | undefined
  #offset = 0
  #damage: Damage[] = []

  /** @param from the first record wanted; when it is gone already, reading begins with the first one there is */
  constructor(files: Files, folder: string, from: number) {
    this.#files = files
    this.#folder = folder
    this.#number = from
  }

  /** The next record this cursor will give. */
  get number(): number {
    return this.#number
  }

  /**
   * The next run of whole records, or undefined when there is none yet.
   *
   * @throws the system's error when a segment cannot be read
   */
  async next(): Promise<Chunk | undefined> {
    for (;;) {
      if (this.#open === undefined && !this.#enter()) return undefined
      const chunk = await this.#readOn()
      if (chunk !== undefined) return chunk
      if (!this.#leave()) return undefined
    }
  }

  close(): void {
    this.#open?.close()
    this.#open = undefined
  }

  #segments(): number[] {
    const firsts: number[] = []
    for (const name of this.#files.list(this.#folder)) {
      const first = segmentFirst(name)
      if (first !== undefined) firsts.push(first)
    }
    return firsts
  }

  /** Opens the segment that holds the wanted record, or the first one after it. */
  #enter(): boolean {
    const firsts = this.#segments()
    const holding = firsts.findLast((first) => first <= this.#number) ?? firsts[0]
    if (holding === undefined) return false
    const file = path.join(this.#folder, segmentName(holding))
    const open = this.#files.open(file, 'read')
    const header = Buffer.alloc(headerBytes)
    const whole = open.readSync(header, 0) === headerBytes && decodeHeader(header) === holding
    if (!whole && !firsts.some((first) => first > holding)) {
      open.close()
      return false
    }
    if (holding > this.#number) this.#lose(holding, 0, holding - this.#number)
    this.#open = open
    this.#segment = holding
    this.#offset = headerBytes
    this.#skipTo(holding)
    return true
  }

  /** Passes over the records before the wanted one; damage among them has been told already. */
  #skipTo(holding: number): void {
    const wanted = this.#number
    const look = Buffer.alloc(frameHeaderBytes)
    let number = holding
    while (number < wanted && this.#open!.readSync(look, this.#offset) === frameHeaderBytes) {
      const length = look.readUInt32LE(4)
      if (length === 0 || length > recordBytesMax || look.readUInt32LE(8) !== number % 2 ** 32) break
      this.#offset += frameHeaderBytes + length
      number++
    }
    this.#number = number
  }

  /** Goes to the next segment when there is one; what the left one lacks at its end is lost. */
  #leave(): boolean {
    const left = this.#segment!
    const following = this.#segments().find((first) => first > left)
    if (following === undefined) return false
    if (following > this.#number) this.#lose(left, this.#offset, following - this.#number)
    this.#number = following
    this.close()
    return true
  }

  async #readOn(): Promise<Chunk | undefined> {
    const open = this.#open!
    const left = open.size() - this.#offset
    if (left < frameHeaderBytes) return undefined
    let slab = Math.min(left, SLAB_BYTES)
    for (;;) {
      const bytes = Buffer.allocUnsafe(slab)
      const got = await open.read(bytes, this.#offset)
      const chunk = this.#collect(bytes.subarray(0, got))
      if (chunk !== undefined) return chunk
      if (got === left) return this.#pastDamage(bytes.subarray(0, got))
      slab = Math.min(left, recordBytesMax * 2)
      if (got >= slab) return this.#pastDamage(bytes.subarray(0, got))
    }
  }

  #collect(bytes: Buffer): Chunk | undefined {
    const frames: number[] = [0]
    let at = 0
    while (frames.length <= RECORDS_PER_CHUNK) {
      const look = lookAtFrame(bytes, at, this.#number + frames.length - 1)
      if (look.kind !== 'frame') break
      at = look.end
      frames.push(at)
    }
    const count = frames.length - 1
    if (count === 0) return undefined
    const chunk: Chunk = {
      first: this.#number,
      count,
      bytes,
      frames: Uint32Array.from(frames),
      damage: this.#damage,
    }
    this.#damage = []
    this.#number += count
    this.#offset += at
    return chunk
  }

  /** No right frame stands here: goes to the next right one in these bytes; with none, waits for more bytes or the next segment. */
  #pastDamage(bytes: Buffer): Chunk | undefined {
    const found = findFrame(bytes, 1, this.#number, 2 ** 31)
    if (found === undefined) return undefined
    this.#lose(this.#segment!, this.#offset, found.number - this.#number)
    this.#offset += found.at
    this.#number = found.number
    return this.#collect(bytes.subarray(found.at))
  }

  #lose(segment: number, offset: number, lost: number): void {
    this.#damage.push({ file: path.join(this.#folder, segmentName(segment)), offset, lost })
  }
}
