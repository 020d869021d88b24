import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import {
  LogCursor,
  encodeFrame,
  encodeHeader,
  frameHeaderBytes,
  headerBytes,
  limits,
  payloadAt,
  reasonOf,
  segmentFirst,
  segmentName,
  systemFiles,
} from '@provloom/shared'
import { entryIn, entryText } from './entry.ts'
import type { Entry, Owner } from './entry.ts'

/**
 * What is to be handed on, on disk: a segment log (shared/log/format.ts) of entries as JSON, and the files that they name.
 *
 *     log/00000000000000000000.seg     files/<name>
 *
 * One writer, one reader, which may be processes one after the other. When `add` returns its entry is in the page cache: it
 * survives kill -9. Whole segments that are handed on are removed. No call throws.
 */
export class Outbox {
  readonly #log: string
  readonly #files: string
  readonly #bytesMax: number
  readonly #tell: (message: string) => void
  #file: number | undefined
  #size = 0
  #bytes = 0
  #next = 0
  #dropped = 0

  /** @param tell a person, of what is not handed on */
  constructor(
    folder: string,
    tell: (message: string) => void,
    bytesMax: number = limits.mlflowForwardBytesMax,
  ) {
    this.#log = path.join(folder, 'log')
    this.#files = path.join(folder, 'files')
    this.#bytesMax = bytesMax
    this.#tell = tell
  }

  /** The number that the next entry will have: all below it are there, or were. */
  get next(): number {
    return this.#next
  }

  /** Entries that found no room. */
  get dropped(): number {
    return this.#dropped
  }

  add(entry: Entry): void {
    const payload = Buffer.from(entryText(entry))
    const bytes = frameHeaderBytes + payload.length
    try {
      if (this.#bytes + bytes > this.#bytesMax)
        throw new Error(`more than ${this.#bytesMax} bytes wait for it`)
      if (payload.length > limits.recordBytesMax) throw new Error('a request of it is too large')
      const file = this.#opened(bytes)
      const frame = Buffer.allocUnsafe(bytes)
      encodeFrame(frame, 0, this.#next, payload)
      this.#write(file, frame)
      this.#next++
    } catch (error) {
      this.#dropped++
      this.#tell(`not all of it is handed on to the MLflow server: ${reasonOf(error)}`)
    }
  }

  /** By a link where that can be: it costs nothing, and the file may be removed meanwhile. */
  addFile(rank: number, owner: Owner, below: string, file: string): void {
    const name = randomBytes(8).toString('hex')
    const target = path.join(this.#files, name)
    try {
      fs.mkdirSync(this.#files, { recursive: true, mode: 0o700 })
      try {
        fs.linkSync(file, target)
      } catch {
        fs.copyFileSync(file, target, fs.constants.COPYFILE_FICLONE | fs.constants.COPYFILE_EXCL)
      }
    } catch (error) {
      this.#dropped++
      this.#tell(`not every file is handed on to the MLflow server: ${reasonOf(error)}`)
      return
    }
    this.add({ kind: 'file', rank, owner, path: below, file: name })
  }

  close(): void {
    if (this.#file !== undefined) fs.closeSync(this.#file)
    this.#file = undefined
  }

  /** All below a number is handed on: whole segments of it go. */
  release(next: number): void {
    for (const first of segmentsIn(this.#log)) {
      const file = path.join(this.#log, segmentName(first))
      const isWhole = segmentsIn(this.#log).some((other) => other > first && other <= next)
      if (!isWhole) return
      try {
        this.#bytes = Math.max(0, this.#bytes - fs.statSync(file).size)
        fs.rmSync(file)
      } catch {
        // It stays, and is handed on no more.
      }
    }
  }

  #opened(bytes: number): number {
    if (this.#file !== undefined && this.#size + bytes <= segmentBytes) return this.#file
    this.close()
    fs.mkdirSync(this.#log, { recursive: true, mode: 0o700 })
    const file = fs.openSync(path.join(this.#log, segmentName(this.#next)), 'w', 0o600)
    this.#size = 0
    this.#file = file
    this.#write(file, encodeHeader(this.#next))
    return file
  }

  /** Whole, or not at all: a part of it is cut off again. */
  #write(file: number, bytes: Buffer): void {
    try {
      for (let at = 0; at < bytes.length;)
        at += fs.writeSync(file, bytes, at, bytes.length - at, this.#size + at)
    } catch (error) {
      fs.ftruncateSync(file, this.#size)
      if (this.#size < headerBytes) this.close()
      throw error
    }
    this.#size += bytes.length
    this.#bytes += bytes.length
  }
}

/** A segment is begun anew behind so many bytes: it is removed whole. */
const segmentBytes: number = 4 * 1024 * 1024

function segmentsIn(folder: string): number[] {
  return systemFiles()
    .list(folder)
    .flatMap((name) => segmentFirst(name) ?? [])
}

/** Reads an outbox from a number on, as it grows. */
export class OutboxReader {
  readonly #cursor: LogCursor
  readonly #waiting: { readonly number: number; readonly entry: Entry }[] = []

  constructor(folder: string, from: number) {
    this.#cursor = new LogCursor(systemFiles(), path.join(folder, 'log'), from)
  }

  /** The number of the next entry that is not taken. */
  get next(): number {
    return this.#waiting[0]?.number ?? this.#cursor.number
  }

  /** Entries that are there, at least one where there is any, without taking them. */
  async look(most: number): Promise<readonly { readonly number: number; readonly entry: Entry }[]> {
    while (this.#waiting.length < most) {
      const chunk = await this.#cursor.next()
      if (chunk === undefined) break
      for (let k = 0; k < chunk.count; k++)
        this.#waiting.push({
          number: chunk.first + k,
          entry: entryIn(payloadAt(chunk, k).toString()),
        })
    }
    return this.#waiting.slice(0, most)
  }

  take(count: number): void {
    this.#waiting.splice(0, count)
  }

  close(): void {
    this.#cursor.close()
  }
}

/** Bytes of a file of the outbox; undefined where it is gone. */
export function fileIn(
  folder: string,
  name: string,
): { readonly file: string; readonly size: number } | undefined {
  const file = path.join(folder, 'files', name)
  const found = fs.statSync(file, { throwIfNoEntry: false })
  return found === undefined ? undefined : { file, size: found.size }
}
