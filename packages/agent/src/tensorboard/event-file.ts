import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits } from '@provloom/shared'
import type { Plugins } from './format/fact.ts'
import { RecordCursor } from './format/record-cursor.ts'
import type { Bytes } from './format/record-cursor.ts'
import type { Member } from './members.ts'

/** By which a file is known again: its first record has the time at which it was begun. */
const headBytes = 40
const windowBytes = 256 * 1024

/** What became of a file since the last look. */
export type Change = 'none' | 'grown' | 'truncated' | 'replaced' | 'gone'

/** One event file that is followed. Its descriptor is kept: what is removed is read to its end. */
export class EventFile implements Bytes {
  readonly path: string
  /** Who writes it; undefined where nobody can tell. */
  readonly owner: Member | undefined
  readonly cursor: RecordCursor
  readonly plugins: Plugins = new Map()
  /** Since when what it holds waits for a session: monotonic milliseconds. */
  waitsSinceMs: number | undefined
  /** Its process is gone, and it is read as far as it goes. */
  isOver = false
  /** What is amiss with it, of which no session is told yet. */
  readonly untold: string[] = []
  #head: string | undefined
  #descriptor: number | undefined
  #ino = 0
  #window: Buffer = Buffer.alloc(0)
  #windowAt = 0
  size = 0

  /** @param head of the file that was read as far as the offset */
  constructor(file: string, owner: Member | undefined, offset = 0, head?: string) {
    this.path = file
    this.owner = owner
    this.cursor = new RecordCursor(offset)
    this.#head = head
  }

  get folder(): string {
    return path.dirname(this.path)
  }

  get head(): string | undefined {
    return this.#head
  }

  /** How large it is now, and whether it is the same file still. */
  look(): Change {
    const there = fs.statSync(this.path, { throwIfNoEntry: false })
    if (this.#descriptor === undefined) return there === undefined ? 'gone' : this.#open()
    const isOther = there !== undefined && there.ino !== this.#ino
    // What the one before holds is read first.
    const { size } = fs.fstatSync(this.#descriptor)
    if (isOther && (size <= this.cursor.offset || size === this.size)) {
      this.close()
      return this.#open()
    }
    return this.#sized(size)
  }

  read(at: number, length: number): Buffer {
    const from = at - this.#windowAt
    if (from < 0 || from + length > this.#window.length) this.#fill(at, length)
    const start = at - this.#windowAt
    return this.#window.subarray(start, start + length)
  }

  /** What was read may have changed by the next look: it is read again. */
  forget(): void {
    this.#window = Buffer.alloc(0)
  }

  close(): void {
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor)
    this.#descriptor = undefined
    this.forget()
  }

  #open(): Change {
    try {
      this.#descriptor = fs.openSync(this.path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
    } catch {
      return 'gone'
    }
    const { ino, size } = fs.fstatSync(this.#descriptor)
    this.#ino = ino
    return this.#sized(size)
  }

  #sized(size: number): Change {
    const before = this.size
    this.size = size
    const head = size < headBytes ? undefined : this.#headNow()
    if (head !== undefined && this.#head !== undefined && head !== this.#head) {
      this.#head = head
      this.#restart(0)
      return 'replaced'
    }
    this.#head ??= head
    if (size < this.cursor.offset) {
      // What stood before the cut was read; what comes behind it was not.
      this.#restart(size)
      return 'truncated'
    }
    return size > before || size > this.cursor.offset ? 'grown' : 'none'
  }

  #restart(at: number): void {
    this.cursor.offset = at
    this.plugins.clear()
    this.forget()
  }

  #headNow(): string {
    const bytes = Buffer.alloc(headBytes)
    const read = fs.readSync(this.#descriptor!, bytes, 0, headBytes, 0)
    return createHash('sha256').update(bytes.subarray(0, read)).digest('hex').slice(0, 16)
  }

  #fill(at: number, length: number): void {
    const bytes = Buffer.allocUnsafe(
      Math.min(Math.max(length, windowBytes), limits.tensorboardRecordBytesMax + windowBytes),
    )
    let done = 0
    while (this.#descriptor !== undefined && done < bytes.length) {
      const read = fs.readSync(this.#descriptor, bytes, done, bytes.length - done, at + done)
      if (read === 0) break
      done += read
    }
    this.#window = bytes.subarray(0, done)
    this.#windowAt = at
  }
}
