import {
  encodeFrame,
  encodeHeader,
  frameHeaderBytes,
  headerBytes,
  limits,
  segmentName,
  systemFiles,
} from '@provloom/shared'
import type { Files } from '@provloom/shared'

/** A log as the writers of a spool leave it: appended to, and never synced. It begins empty. */
export class UnsyncedLog {
  readonly #files: Files
  readonly #folder: string
  readonly #segmentBytesMax: number
  #open: ReturnType<Files['open']> | undefined
  #size = 0
  #next = 0

  constructor(
    folder: string,
    files: Files = systemFiles(),
    segmentBytesMax: number = limits.segmentBytesMax,
  ) {
    this.#files = files
    this.#folder = folder
    this.#segmentBytesMax = segmentBytesMax
  }

  /** The number of the next record. */
  get next(): number {
    return this.#next
  }

  /** @returns its number */
  append(payload: Uint8Array): number {
    const frame = Buffer.alloc(frameHeaderBytes + payload.length)
    encodeFrame(frame, 0, this.#next, payload)
    const isFull = this.#size + frame.length > this.#segmentBytesMax && this.#size > headerBytes
    if (isFull) this.close()
    this.#open ??= this.#begin()
    this.#open.writeSync(frame)
    this.#size += frame.length
    return this.#next++
  }

  close(): void {
    this.#open?.close()
    this.#open = undefined
  }

  #begin(): ReturnType<Files['open']> {
    const open = this.#files.open(`${this.#folder}/${segmentName(this.#next)}`, 'append')
    open.writeSync(encodeHeader(this.#next))
    this.#size = headerBytes
    return open
  }
}
