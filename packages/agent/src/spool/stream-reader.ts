import path from 'node:path'
import { LogCursor, limits, reasonOf, segmentFirst, segmentName } from '@provloom/shared'
import type { Chunk, Damage, Files, StreamId } from '@provloom/shared'
import { packRecords } from '../packer.ts'
import type { Pack, PackBounds } from '../packer.ts'

/** What a reader found out besides records; told once each. */
export type ReaderProblem =
  | { readonly kind: 'damage'; readonly stream: StreamId; readonly damage: Damage }
  | { readonly kind: 'oversized'; readonly stream: StreamId; readonly number: number; readonly bytes: number }
  | { readonly kind: 'unreadable'; readonly stream: StreamId; readonly reason: string }

/** Consecutive records of a stream, ready to be sent. */
export interface Packed extends Pack {
  readonly stream: StreamId
  readonly first: number
  /** Records directly before the first that are gone. */
  readonly lost: number
}

/**
 * Reads one stream of a spool in order, and from anywhere again. Holds at most one chunk: the file is the buffer.
 */
export class StreamReader {
  readonly id: StreamId
  readonly folder: string
  readonly #files: Files
  readonly #tell: (problem: ReaderProblem) => void
  #cursor: LogCursor
  #chunk: Chunk | undefined
  #at = 0
  #lost = 0
  #told = 0
  #position = 0

  constructor(files: Files, folder: string, id: StreamId, tell: (problem: ReaderProblem) => void) {
    this.id = id
    this.folder = folder
    this.#files = files
    this.#tell = tell
    this.#cursor = new LogCursor(files, folder, 0)
  }

  /** The number of the next record to be packed. */
  get position(): number {
    return this.#position
  }

  /** What was packed last was the last that was there. */
  get atEnd(): boolean {
    return this.#chunk === undefined && this.#cursor.atEnd
  }

  /** Goes to record `number`: what is packed next begins there. Not while `next` is under way. */
  rewind(number: number): void {
    this.#cursor.close()
    this.#cursor = new LogCursor(this.#files, this.folder, number)
    this.#chunk = undefined
    this.#at = 0
    this.#lost = 0
    this.#position = number
  }

  /** Passes over records that can never be accepted; they are told as lost with the next ones. */
  passOver(to: number): void {
    const lost = this.#lost + Math.max(0, to - this.#position)
    this.rewind(to)
    this.#lost = lost
  }

  /** The next records, or undefined when there are none now. */
  async next(bounds: PackBounds): Promise<Packed | undefined> {
    for (;;) {
      if (this.#chunk === undefined && !(await this.#load())) return undefined
      const chunk = this.#chunk!
      const first = chunk.first + this.#at
      const pack = packRecords(chunk, this.#at, bounds)
      if (pack.count === 0) {
        this.#passOversized(chunk)
        continue
      }
      const lost = this.#lost
      this.#advance(chunk, pack.count)
      this.#lost = 0
      return { ...pack, stream: this.id, first, lost }
    }
  }

  /** Removes segments whose records are all below `number`. The last segment stays: its writer may hold it. */
  release(number: number): void {
    const firsts = this.#files.list(this.folder).flatMap((name) => segmentFirst(name) ?? [])
    for (let i = 0; i + 1 < firsts.length && firsts[i + 1]! <= number; i++) {
      this.#files.remove(path.join(this.folder, segmentName(firsts[i]!)))
    }
  }

  close(): void {
    this.#cursor.close()
    this.#chunk = undefined
  }

  async #load(): Promise<boolean> {
    let chunk: Chunk | undefined
    try {
      chunk = await this.#cursor.next()
    } catch (error) {
      // The cursor may hold a half-read place; a fresh one goes on from the same record.
      this.rewind(this.#position)
      this.#tell({ kind: 'unreadable', stream: this.id, reason: reasonOf(error) })
      return false
    }
    if (chunk === undefined) return false
    for (const damage of chunk.damage) {
      this.#lost += damage.lost
      // Read again after a rewind, the same damage is no news.
      if (chunk.first > this.#told) this.#tell({ kind: 'damage', stream: this.id, damage })
    }
    this.#told = Math.max(this.#told, chunk.first)
    this.#chunk = chunk
    this.#at = 0
    this.#position = chunk.first
    return true
  }

  #advance(chunk: Chunk, count: number): void {
    this.#at += count
    this.#position = chunk.first + this.#at
    if (this.#at === chunk.count) this.#chunk = undefined
  }

  #passOversized(chunk: Chunk): void {
    const number = chunk.first + this.#at
    const bytes = chunk.frames[this.#at + 1]! - chunk.frames[this.#at]!
    if (number >= this.#told) {
      this.#tell({ kind: 'oversized', stream: this.id, number, bytes: Math.max(bytes, limits.eventBytesMax) })
      this.#told = number + 1
    }
    this.#lost++
    this.#advance(chunk, 1)
  }
}
