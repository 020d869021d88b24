import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from '@provloom/shared'
import type { Counts } from '../spool/counts.ts'
import { fillSlot, nextSlot, slotBytes, slots } from '../spool/ledger.ts'
import { OwnFile } from '../spool/own-file.ts'

/** Reasons that find no slot of their own are counted in the last. */
const otherSlot = slots - 1
const { O_CREAT, O_RDWR } = fs.constants

/**
 * What a stream's writer counts beside its segments (docs/spool-format.md, "The ledger"). The file is written whole when
 * the stream is made, so that its block is there: a full disk, and a folder that is removed, take nothing more from it.
 * No call throws.
 */
export class LedgerFile implements Counts {
  readonly #file: string
  readonly #slot = Buffer.alloc(slotBytes)
  readonly #places = new Map<string, number>([['other', otherSlot]])
  readonly #counts = new Map<string, number>()
  #next = 0
  #own: OwnFile | undefined
  #tried = false
  #isOfRun = true

  constructor(file: string) {
    this.#file = file
  }

  /** Writes it whole, in its place. Whether it is there; where it is not, the one before is kept. */
  make(): boolean {
    this.#tried = true
    if (!this.#isOfRun) return false
    let made: OwnFile | undefined
    try {
      made = this.#openMade()
      const whole = Buffer.alloc(slotBytes * slots)
      whole.set(fillSlot(this.#slot, nextSlot, this.#next))
      for (const [reason, count] of this.#counts)
        whole.set(fillSlot(this.#slot, reason, count), this.#places.get(reason)! * slotBytes)
      if (fs.writeSync(made.number, whole, 0, whole.length, 0) === whole.length) {
        this.#own?.close()
        this.#own = made
        return true
      }
    } catch {
      // The disk cannot take it now.
    }
    made?.close()
    return false
  }

  /** For a stream that has dropped and written nothing yet. */
  makeOnce(): void {
    if (!this.#tried) this.make()
  }

  /**
   * Its session has ended: what is dropped from now on is of no run. This thread counts it, to tell it, and the file
   * stays as it is: whether an agent read it before or after changes nothing.
   */
  settle(): void {
    this.#isOfRun = false
    this.#own?.close()
  }

  /** The stream's next record has this number. */
  putNext(number: number): void {
    this.#next = number
    this.#put(0, nextSlot, number)
  }

  /** Counts drops. @returns how many there were of this reason, these included */
  add(reason: string, many = 1): number {
    const place = this.#places.get(reason) ?? Math.min(this.#places.size, otherSlot)
    const name = place === otherSlot ? 'other' : reason
    this.#places.set(name, place)
    const count = (this.#counts.get(name) ?? 0) + many
    this.#counts.set(name, count)
    this.#put(place, name, count)
    return count
  }

  /** How many were dropped for each reason. */
  get drops(): ReadonlyMap<string, number> {
    return this.#counts
  }

  /** Whether the file in its place is ours still. */
  isThere(): boolean {
    return this.#own?.isNamed(this.#file) === true
  }

  #openMade(): OwnFile {
    try {
      return new OwnFile(this.#file, O_RDWR | O_CREAT)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      fs.mkdirSync(path.dirname(this.#file), { mode: 0o700 })
      return new OwnFile(this.#file, O_RDWR | O_CREAT)
    }
  }

  #put(place: number, name: string, count: number): void {
    if (!this.#isOfRun) return
    const open = this.#own?.isOurs() === true ? this.#own : this.#again()
    if (open === undefined) return
    try {
      fs.writeSync(open.number, fillSlot(this.#slot, name, count), 0, slotBytes, place * slotBytes)
    } catch {
      // The disk that cannot take it is what it counts; the agent holds what was written before.
    }
  }

  /** The number is somebody else's now: the same file is opened once more. */
  #again(): OwnFile | undefined {
    if (this.#own === undefined) return undefined
    try {
      const found = new OwnFile(this.#file, O_RDWR)
      if (found.isSameAs(this.#own)) return (this.#own = found)
      found.close()
    } catch {
      // It is not in its place: it is made again with the next look.
    }
    return undefined
  }
}
