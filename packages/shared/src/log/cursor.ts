import path from 'node:path'
import type { Files, OpenFile } from '../files.ts'
import { recordBytesMax } from '../limits.ts'
import { pointBytes, pointTag } from '../points.ts'
import {
  findFrame,
  frameBytesMin,
  frameHeaderBytes,
  headerBytes,
  lookAtFrame,
  lookAtHeader,
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

/** Whether the k-th record of a chunk is a metric point; without a view of it. */
export function isPointAt({ bytes, frames }: Chunk, k: number): boolean {
  const start = frames[k]! + frameHeaderBytes
  return frames[k + 1]! - start === pointBytes && bytes[start] === pointTag
}

const SLAB_BYTES = 1024 * 1024
const RECORDS_PER_CHUNK = 65_536
/** So much is copied from the page cache before another thread could be told to. */
const READ_AT_ONCE_BYTES = 64 * 1024

/**
 * Reads a log from a record number on, and goes on reading as it grows. One reader, any number of times;
 * it shares nothing with the writer but the files.
 */
export class LogCursor {
  readonly #files: Files
  readonly #folder: string
  /** What comes before is read over. */
  readonly #wanted: number
  #number: number
  #segment: number | undefined
  /** First number of the next segment, once there is one: the open one is then complete. */
  #following: number | undefined
  #open: OpenFile | undefined
  #offset = 0
  #atEnd = false
  #damage: Damage[] = []

  /** @param from the first record wanted; when it is gone already, reading begins with the first one there is */
  constructor(files: Files, folder: string, from: number) {
    this.#files = files
    this.#folder = folder
    this.#wanted = from
    this.#number = from
  }

  /** The next record this cursor will give. */
  get number(): number {
    return Math.max(this.#number, this.#wanted)
  }

  /** The last chunk went to the end of what was there: another one has first to be written. */
  get atEnd(): boolean {
    return this.#atEnd && this.#following === undefined
  }

  /**
   * The next run of whole records, or undefined when there is none yet.
   *
   * @throws the system's error when a segment cannot be read; an error when it is of a version we cannot read
   */
  async next(): Promise<Chunk | undefined> {
    for (;;) {
      if (this.#open === undefined && !this.#enter()) return undefined
      // Seen before the end is read: its writer may append and go on to the next segment between the two.
      const following = this.#following
      const chunk = await this.#readOn()
      const wanted = chunk === undefined ? undefined : this.#fromWanted(chunk)
      if (wanted !== undefined) return wanted
      if (chunk !== undefined) continue
      if (following !== undefined) this.#leaveFor(following)
      else if (!this.#lookForFollowing()) return undefined
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
    const look = lookAtHeader(header.subarray(0, open.readSync(header, 0)))
    if (look.kind === 'foreign') {
      open.close()
      throw new Error(`${file}: segment format ${look.version} is not known to this version`)
    }
    if (holding > this.#number) this.#lose(holding, 0, holding)
    this.#open = open
    this.#segment = holding
    this.#following = firsts.find((first) => first > holding)
    this.#offset = headerBytes
    this.#number = holding
    return true
  }

  #lookForFollowing(): boolean {
    this.#following = this.#segments().find((first) => first > this.#segment!)
    return this.#following !== undefined
  }

  /** What the left segment lacks at its end is lost. */
  #leaveFor(following: number): void {
    if (following > this.#number) this.#lose(this.#segment!, this.#offset, following)
    this.#number = following
    this.close()
  }

  /** A chunk without its records before the wanted one; undefined when no other is in it. */
  #fromWanted(chunk: Chunk): Chunk | undefined {
    const before = this.#wanted - chunk.first
    if (before <= 0) return chunk
    if (before >= chunk.count) {
      this.#damage = [...chunk.damage]
      return undefined
    }
    return {
      ...chunk,
      first: this.#wanted,
      count: chunk.count - before,
      frames: chunk.frames.subarray(before),
    }
  }

  async #readOn(): Promise<Chunk | undefined> {
    const open = this.#open!
    const left = open.size() - this.#offset
    if (left < frameHeaderBytes || this.#isPast(this.#number)) return undefined
    let slab = Math.min(left, SLAB_BYTES)
    for (;;) {
      const bytes = Buffer.allocUnsafe(slab)
      const got =
        slab <= READ_AT_ONCE_BYTES ? open.readSync(bytes, this.#offset) : await open.read(bytes, this.#offset)
      const end = this.#offset + left
      const chunk = this.#collect(bytes.subarray(0, got))
      this.#atEnd = this.#offset === end
      if (chunk !== undefined) return chunk
      if (got === left) return this.#pastDamage(bytes.subarray(0, got))
      slab = Math.min(left, recordBytesMax * 2)
      if (got >= slab) return this.#pastDamage(bytes.subarray(0, got))
    }
  }

  #collect(bytes: Buffer): Chunk | undefined {
    const most = Math.min(RECORDS_PER_CHUNK, Math.floor(bytes.length / frameBytesMin))
    const frames = new Uint32Array(most + 1)
    let at = 0
    let count = 0
    while (count < most && !this.#isPast(this.#number + count)) {
      const look = lookAtFrame(bytes, at, this.#number + count)
      if (look.kind !== 'frame') break
      at = look.end
      frames[++count] = at
    }
    if (count === 0) return undefined
    const chunk: Chunk = {
      first: this.#number,
      count,
      bytes,
      frames: frames.slice(0, count + 1),
      damage: this.#damage,
    }
    this.#damage = []
    this.#number += count
    this.#offset += at
    return chunk
  }

  /** No right frame stands here: goes to the next right one in these bytes; with none, waits for more bytes or the next segment. */
  #pastDamage(bytes: Buffer): Chunk | undefined {
    const found = findFrame(bytes, 0, this.#number)
    if (found === undefined || this.#isPast(found.number)) return undefined
    this.#lose(this.#segment!, this.#offset, found.number)
    this.#offset += found.at
    this.#number = found.number
    return this.#collect(bytes.subarray(found.at))
  }

  /** Whether the next segment holds this number: what stands under it here was taken back. */
  #isPast(number: number): boolean {
    return this.#following !== undefined && number >= this.#following
  }

  /** The numbers from the next one to `to` are gone; those before the wanted one are nobody's loss. */
  #lose(segment: number, offset: number, to: number): void {
    const lost = to - this.number
    if (lost > 0) this.#damage.push({ file: path.join(this.#folder, segmentName(segment)), offset, lost })
  }
}
