import fs from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import type { SessionFolder } from '../session/folder.ts'

const slotBytes = 32
const slots = 16
const reasonsMax = slots - 2

/**
 * What a stream's writer counts beside its segments (docs/spool-format.md, "Ledgers"). The file is written whole when the
 * stream is made, so that its block is there: a full disk, and a folder that is removed, take nothing more from it.
 */
export class LedgerFile {
  readonly #slot = Buffer.alloc(slotBytes)
  readonly #places = new Map<string, number>([['next', 0]])
  readonly #counts = new Map<string, number>()
  #descriptor: number | undefined

  constructor(folder: SessionFolder, stream: string) {
    try {
      fs.mkdirSync(folder.ledgers, { recursive: true, mode: 0o700 })
      this.#descriptor = fs.openSync(path.join(folder.ledgers, stream), 'wx+', 0o600)
      const whole = Buffer.alloc(slotBytes * slots)
      whole.set(this.#filled('next', 0))
      fs.writeSync(this.#descriptor, whole, 0, whole.length, 0)
    } catch {
      this.#descriptor = undefined
    }
  }

  /** Number of records that the stream has. */
  next(count: number): void {
    this.#put('next', count)
  }

  /** Total of what was dropped for a reason. What has no place any more is counted as `other`. */
  dropped(reason: string, total: number): void {
    const name = this.#places.has(reason) || this.#places.size <= reasonsMax ? reason : 'other'
    this.#counts.set(reason, total)
    const count =
      name === reason
        ? total
        : [...this.#counts].filter(([one]) => !this.#places.has(one)).reduce((sum, [, one]) => sum + one, 0)
    this.#put(name, count)
  }

  close(): void {
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #put(name: string, count: number): void {
    if (this.#descriptor === undefined) return
    const place = this.#places.get(name) ?? this.#places.size
    this.#places.set(name, place)
    try {
      fs.writeSync(this.#descriptor, this.#filled(name, count), 0, slotBytes, place * slotBytes)
    } catch {
      // The disk that cannot take it is what it counts; the agent holds what was written before.
    }
  }

  #filled(name: string, count: number): Buffer {
    this.#slot.fill(0)
    this.#slot.write(name.slice(0, 15), 'latin1')
    this.#slot.writeBigUInt64LE(BigInt(count), 16)
    this.#slot.writeUInt32LE(crc32(this.#slot.subarray(0, slotBytes - 4)), slotBytes - 4)
    return this.#slot
  }
}
