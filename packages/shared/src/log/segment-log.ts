import path from 'node:path'
import { ProvloomError } from '../errors.ts'
import type { Files, OpenFile } from '../files.ts'
import { segmentBytesMax } from '../limits.ts'
import { LogCursor } from './cursor.ts'
import {
  encodeFrameOf,
  encodeHeader,
  findFrame,
  frameHeaderBytes,
  headerBytes,
  lookAtHeader,
  segmentFirst,
  segmentName,
} from './format.ts'
import { scanEnd } from './recover.ts'
import type { CommitMarks, Cut } from './recover.ts'

export interface SegmentLogOptions {
  readonly files: Files
  readonly folder: string
  /** A segment is closed when it has grown to this many bytes. */
  readonly segmentBytesMax?: number
  readonly marks?: CommitMarks
}

/** A record's payload, in parts. */
export type RecordParts = readonly Uint8Array[]

const SCRATCH_BYTES_MIN = 64 * 1024

/**
 * The owner's side of a segment log (format: `format.ts`). One writer; opening cuts a torn tail.
 *
 * `commit` resolves when the records are synced, with every record that was found when the log was opened, and the names
 * of their files. Spools are written by others, in any language, and not synced (docs/spool-format.md).
 */
export class SegmentLog {
  readonly #files: Files
  readonly #folder: string
  readonly #segmentBytesMax: number
  readonly #marks: CommitMarks | undefined
  #open: OpenFile | undefined
  #file = ''
  #size = 0
  #next: number
  #committing = false
  /** The last segment as it was found: an earlier process may have died before it synced what it wrote. */
  #unsynced: OpenFile | undefined
  /** Folders with names that may not be durable yet. */
  #unsyncedFolders: string[]
  #scratch = Buffer.allocUnsafe(0)
  #cut: Cut | undefined

  /** @throws {ProvloomError} `LOG_FAILED` when the folder cannot be made or its last segment not be opened */
  constructor(options: SegmentLogOptions) {
    this.#files = options.files
    this.#folder = options.folder
    this.#segmentBytesMax = options.segmentBytesMax ?? segmentBytesMax
    this.#marks = options.marks
    // Two levels up, because a run's directory and its journal/ are made together.
    this.#unsyncedFolders = [
      this.#folder,
      path.dirname(this.#folder),
      path.dirname(path.dirname(this.#folder)),
    ]
    try {
      this.#files.makeFolder(this.#folder)
      this.#next = this.#recover()
    } catch (error) {
      throw this.#failure('open the log', error)
    }
  }

  /** The number the next record will have. */
  get next(): number {
    return this.#next
  }

  /** What was cut off when the log was opened, because the last commit was not whole. */
  get cut(): Cut | undefined {
    return this.#cut
  }

  /** The lowest number still kept; equal to `next` when the log is empty. */
  get first(): number {
    return this.#segments()[0] ?? this.#next
  }

  /**
   * Appends records durably: all of them are in the log, or none. One call at a time.
   *
   * @param records at least one
   * @returns the number of the first, once they are synced
   * @throws {ProvloomError} `LOG_FAILED`; none of them is then in the log
   */
  async commit(records: readonly RecordParts[]): Promise<number> {
    if (this.#committing) throw new Error('a log commits once at a time')
    this.#committing = true
    try {
      return await this.#commit(records)
    } catch (error) {
      this.#takeBack()
      throw this.#failure('append and sync', error)
    } finally {
      this.#committing = false
    }
  }

  /** Nothing is written for now: a log that rests holds little memory. */
  rest(): void {
    if (this.#scratch.length > SCRATCH_BYTES_MIN) this.#scratch = Buffer.allocUnsafe(0)
  }

  /** The next record has at least this number: in a segment of its own, where the log ends before it. */
  goOnAt(number: number): void {
    if (number <= this.#next) return
    this.close()
    this.#next = number
  }

  /** Removes the segments that hold nothing but records before `number`. The last segment always stays. */
  dropBefore(number: number): void {
    const firsts = this.#segments()
    for (let i = 0; i + 1 < firsts.length && firsts[i + 1]! <= number; i++) {
      this.#files.remove(path.join(this.#folder, segmentName(firsts[i]!)))
    }
  }

  read(from: number): LogCursor {
    return new LogCursor(this.#files, this.#folder, from)
  }

  close(): void {
    this.#open?.close()
    this.#open = undefined
    this.#unsynced = undefined
  }

  #segments(): number[] {
    return this.#files.list(this.#folder).flatMap((name) => segmentFirst(name) ?? [])
  }

  /** Finds the end of the last segment and cuts what is torn there. */
  #recover(): number {
    const last = this.#segments().at(-1)
    if (last === undefined) return 0
    const file = path.join(this.#folder, segmentName(last))
    const open = this.#files.open(file, 'append')
    const bytes = Buffer.alloc(open.size())
    for (let at = 0; at < bytes.length;) {
      const got = open.readSync(bytes.subarray(at), at)
      if (got === 0) break
      at += got
    }
    const header = lookAtHeader(bytes)
    if (header.kind === 'foreign') {
      open.close()
      throw new Error(`${file}: segment format ${header.version} is not known to this version`)
    }
    if (header.kind === 'wrong' && findFrame(bytes, headerBytes - 1, last) === undefined) {
      open.close()
      this.#files.remove(file)
      return last
    }
    const end = scanEnd(bytes, last, this.#marks)
    if (end.cut > 0) this.#cut = { file, offset: end.offset, from: end.next, records: end.cut }
    if (end.offset < bytes.length) open.truncateSync(end.offset)
    this.#open = open
    this.#file = file
    this.#unsynced = open
    this.#size = end.offset
    return end.next
  }

  #segmentFor(bytes: number): OpenFile {
    if (this.#open !== undefined && this.#size + bytes <= this.#segmentBytesMax) return this.#open
    if (this.#open !== undefined && this.#size === headerBytes) return this.#open
    this.close()
    const file = path.join(this.#folder, segmentName(this.#next))
    const open = this.#files.open(file, 'append')
    try {
      if (open.size() > 0) open.truncateSync(0)
      open.writeSync(encodeHeader(this.#next))
    } catch (error) {
      open.close()
      this.#files.remove(file)
      throw error
    }
    this.#open = open
    this.#file = file
    this.#size = headerBytes
    if (!this.#unsyncedFolders.includes(this.#folder)) this.#unsyncedFolders.push(this.#folder)
    return open
  }

  /** After a failed write: cuts what may have been written; where even that fails, the next record opens a new segment. */
  #takeBack(): void {
    try {
      this.#open?.truncateSync(this.#size)
      // Synced before anything is written there again: a power loss must not mix what failed with what came after it.
      this.#unsynced = this.#open
    } catch {
      this.close()
    }
  }

  async #commit(records: readonly RecordParts[]): Promise<number> {
    let bytes = 0
    for (const parts of records) bytes += framedBytes(parts)
    if (this.#unsynced !== undefined) {
      // With its name: else it may be gone and what is written now be there.
      await this.#unsynced.sync()
      await this.#syncFolders()
    }
    this.#unsynced = undefined
    // Before a new segment, too: the folder that has its name now may be somebody else's.
    this.#refuseRemoved()
    const open = this.#segmentFor(bytes)
    await open.write([this.#frames(records, bytes)])
    await open.sync()
    await this.#syncFolders()
    this.#refuseRemoved()
    this.#size += bytes
    const first = this.#next
    this.#next += records.length
    return first
  }

  /** What is written into a file that was removed is nowhere, though the system takes it. */
  #refuseRemoved(): void {
    if (this.#open?.isAt(this.#file) === false) throw new Error(`${this.#file} was removed`)
  }

  /** One piece of memory for a commit: the system takes one piece faster than a thousand. */
  #frames(records: readonly RecordParts[], bytes: number): Buffer {
    if (this.#scratch.length < bytes)
      this.#scratch = Buffer.allocUnsafeSlow(Math.max(bytes, SCRATCH_BYTES_MIN))
    let at = 0
    for (const [k, parts] of records.entries()) {
      const marked = k === 0 ? parts : (this.#marks?.follow(parts) ?? parts)
      at = encodeFrameOf(this.#scratch, at, this.#next + k, marked)
    }
    return this.#scratch.subarray(0, at)
  }

  async #syncFolders(): Promise<void> {
    for (const folder of this.#unsyncedFolders) await this.#files.syncFolder(folder)
    this.#unsyncedFolders = []
  }

  #failure(doing: string, cause: unknown): ProvloomError {
    return new ProvloomError('LOG_FAILED', `Could not ${doing} in ${this.#folder}`, {
      doing,
      to: this.#folder,
      cause,
      hint: 'Check that the disk has room and that the folder may be written.',
    })
  }
}

/** Bytes of a record with its frame. */
export function framedBytes(parts: RecordParts): number {
  let bytes = frameHeaderBytes
  for (const part of parts) bytes += part.length
  return bytes
}
