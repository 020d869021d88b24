import fs from 'node:fs'
import path from 'node:path'
import { limits } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'

/** There is no copy; says why. */
export class NotKept extends Error {}

export const clonePrefix = 'clone-'
/** Times of files are as fine as the kernel's ticks: what is written within one of them has one time. */
const tickMs = 20
/** By then Linux has written what is dirty. */
const writtenBackMs = 60_000

/** What calls may take; the defaults are `limits`. Tests make it small. */
export interface KeepBounds {
  readonly copiesBytesMax: number
  readonly keepMs: number
}

/** What one call may take for its copies: of the spool's disk, and of the worker's time. */
export class Allowance {
  #free: number
  #copies: number
  #clones: number
  readonly #keepMs: number
  readonly #untilMs: number
  #tickEndMs: number | undefined

  constructor(spool: SessionFolder, { copiesBytesMax, keepMs }: KeepBounds = limits) {
    const { copied, cloned } = keptBytes(spool.files)
    this.#free = freeBytes(spool.root)
    this.#copies = copiesBytesMax - copied
    // A clone takes room only when its original is overwritten: never more than is left to the training then.
    this.#clones = this.#free / 2 - cloned
    this.#keepMs = keepMs
    this.#untilMs = performance.now() + keepMs
  }

  get late(): boolean {
    return performance.now() > this.#untilMs
  }

  /**
   * Takes the room for a clone; false where there is none. The kernel first writes what is not on the disk yet, however
   * long that takes: of a file that was just written there may not be too much.
   */
  clone(size: number, writtenMs: number): boolean {
    const onDisk = Date.now() - writtenMs > writtenBackMs
    if (size > this.#clones || (size > limits.cloneFreshBytesMax && !onDisk)) return false
    this.#clones -= size
    return true
  }

  /** Takes the room for a copy. @throws {NotKept} where there is none */
  copy(size: number): void {
    if (this.late) throw this.tooSlow()
    if (size > this.#free - limits.spoolReserveBytes) throw diskFull()
    if (size > this.#copies) {
      throw new NotKept(`copies may take ${limits.copiesBytesMax / 1024 / 1024} MiB of the spool`)
    }
    this.#copies -= size
    this.#free -= size
  }

  /** A mark was made of a file that was last written then: in this tick of its clock maybe. */
  mark(writtenMs: number): void {
    if (Math.abs(Date.now() - writtenMs) < tickMs) this.#tickEndMs = performance.now() + tickMs
  }

  /** The call is over. What is written from now on gets another time than what a mark was made of: waited for once. */
  close(): void {
    if (this.#tickEndMs === undefined) return
    const leftMs = Math.min(this.#tickEndMs - performance.now(), tickMs)
    if (leftMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, leftMs)
  }

  tooSlow(): NotKept {
    return new NotKept(`the files of one call get ${this.#keepMs / 1000} s`)
  }
}

export function diskFull(): NotKept {
  return new NotKept('the disk of the spool is full')
}

function keptBytes(folder: string): { copied: number; cloned: number } {
  const bytes = { copied: 0, cloned: 0 }
  try {
    for (const name of fs.readdirSync(folder)) {
      const size = fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0
      bytes[name.startsWith(clonePrefix) ? 'cloned' : 'copied'] += size
    }
  } catch {
    // No such folder: nothing is in it.
  }
  return bytes
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = fs.statfsSync(folder)
    return bavail * bsize
  } catch {
    return limits.copiesBytesMax
  }
}
