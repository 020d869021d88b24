import fs from 'node:fs'
import path from 'node:path'
import type { Metric } from '../record.ts'

/** A point is four doubles: which metric, step, time in milliseconds, value. */
const doubles = 4
const pointBytes: number = doubles * 8
/** So many wait in memory: most runs never need a file. */
const waitingMax = 4_096
/** A sweep has any number of runs with a few. */
const waitingFirst = 16

/**
 * All values of a run's metrics, in the order in which they came. The last of them are in memory and the others in a file,
 * which is there as long as its run may be asked for: a long training has more of them than a process should hold. On a disk
 * that is full they are forgotten, last values are not.
 */
export class History {
  readonly #file: string
  readonly #names = new Map<string, number>()
  #waiting = new Float64Array(doubles * waitingFirst)
  #count = 0
  #bytes = 0

  constructor(file: string) {
    this.#file = file
  }

  add({ key, step, timestamp, value }: Metric): void {
    const name = this.#names.get(key) ?? this.#names.size
    this.#names.set(key, name)
    this.#waiting.set([name, step, timestamp, value], this.#count * doubles)
    if (++this.#count === waitingMax) this.#put()
    else if (this.#count * doubles === this.#waiting.length) this.#grow()
  }

  /** @returns those of one metric */
  of(key: string): Metric[] {
    const name = this.#names.get(key)
    if (name === undefined) return []
    const found: Metric[] = []
    const take = (points: Float64Array, count: number): void => {
      for (let at = 0; at < count * doubles; at += doubles) {
        if (points[at] !== name) continue
        found.push({ key, step: points[at + 1]!, timestamp: points[at + 2]!, value: points[at + 3]! })
      }
    }
    this.#read(take)
    take(this.#waiting, this.#count)
    return found
  }

  remove(): void {
    fs.rmSync(this.#file, { force: true })
  }

  #grow(): void {
    const wider = new Float64Array(this.#waiting.length * 4)
    wider.set(this.#waiting)
    this.#waiting = wider
  }

  #put(): void {
    const bytes = Buffer.from(this.#waiting.buffer, 0, this.#count * pointBytes)
    this.#count = 0
    try {
      if (this.#bytes === 0) fs.mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 })
      // Behind what was written whole: half a block that a full disk took is written over.
      const file = fs.openSync(this.#file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600)
      try {
        if (fs.writeSync(file, bytes, 0, bytes.length, this.#bytes) === bytes.length)
          this.#bytes += bytes.length
      } finally {
        fs.closeSync(file)
      }
    } catch {
      // Forgotten: what is recorded is not.
    }
  }

  #read(take: (points: Float64Array, count: number) => void): void {
    if (this.#bytes === 0) return
    const block = new Float64Array(doubles * waitingMax)
    const bytes = Buffer.from(block.buffer)
    try {
      const file = fs.openSync(this.#file, 'r')
      try {
        for (let at = 0; at < this.#bytes; at += bytes.length)
          take(block, Math.floor(fs.readSync(file, bytes, 0, bytes.length, at) / pointBytes))
      } finally {
        fs.closeSync(file)
      }
    } catch {
      // Its folder was removed.
    }
  }
}
