import type { IdTable } from '@provloom/rundir/series'
import type { Points } from '@provloom/shared'
import { columnsIn, halvesOf, rowBytes, sliceRows } from './rows.ts'
import type { RowColumns } from './rows.ts'

/** Rows of one block: large enough that blocks are few, small enough that a run of few points needs little. */
const blockRows = 65_536

interface Block {
  readonly columns: RowColumns
  /** Rows before this are gone. */
  from: number
  to: number
}

/**
 * Rows in the order in which they came, with the journal entries that they are of: appended at the end, dropped at the
 * beginning. They stand in large blocks that are used again, so that taking in rows makes no garbage; the memory is
 * shared, so that a thread encodes them where they are.
 */
export class RowQueue {
  #blocks: Block[] = []
  /**
   * Blocks for the next rows: all that were ever needed at once, until the run ends. Given away they would not be free
   * soon: memory that is shared weighs nothing for the collector, least of all for that of the encoder's thread.
   */
  readonly #spare: RowColumns[] = []
  /** Entries that gave rows, and after how many rows, counted from the first ever, each of them ends. */
  #lsns: number[] = []
  #ends: number[] = []
  #dropped = 0
  #total = 0

  get count(): number {
    return this.#total - this.#dropped
  }

  /** The entry of the first row; undefined without rows. */
  get firstLsn(): number | undefined {
    return this.#lsns[0]
  }

  /**
   * Makes sure of memory for so many more rows: the next `push` of them does not fail.
   *
   * @throws {RangeError} when there is none
   */
  reserve(rows: number): void {
    const last = this.#blocks.at(-1)
    let room = last === undefined ? 0 : blockRows - last.to
    room += this.#spare.length * blockRows
    for (; room < rows; room += blockRows) this.#spare.push(newBlock())
  }

  /** Takes in the points of an entry whose series are known. */
  push(lsn: number, points: Points, ids: IdTable): void {
    const before = this.#total
    for (let at = 0; at < points.count;) {
      const block = this.#open()
      const rows = Math.min(points.count - at, blockRows - block.to)
      const known = put(block, points, at, at + rows, ids)
      block.to += known
      this.#total += known
      at += rows
    }
    if (this.#total > before) this.#mark(lsn)
  }

  /** Takes in a copy of another queue's rows up to an entry. */
  copy(other: RowQueue, through: number): void {
    const before = this.#total
    for (const [i, lsn] of other.#lsns.entries()) {
      if (lsn > through) break
      this.#lsns.push(lsn)
      this.#ends.push(before + other.#ends[i]! - other.#dropped)
    }
    let left = other.countThrough(through)
    for (const rows of other.views()) {
      const some = sliceRows(rows, 0, Math.min(left, rows.count))
      for (let at = 0; at < some.count;) {
        const block = this.#open()
        const next = sliceRows(some, at, at + Math.min(some.count - at, blockRows - block.to))
        block.columns.series.set(next.series, block.to)
        copyRest(block, next)
        block.to += next.count
        this.#total += next.count
        at += next.count
      }
      left -= some.count
    }
  }

  /** Rows of entries up to `lsn`. */
  countThrough(lsn: number): number {
    const entries = this.#entriesThrough(lsn)
    return entries === 0 ? 0 : this.#ends[entries - 1]! - this.#dropped
  }

  /** The last entry up to which there are at most so many rows; the first one that gave any, if it has more. */
  lsnWithin(rows: number): number | undefined {
    const beyond = this.#ends.findIndex((end) => end - this.#dropped > rows)
    return beyond < 0 ? this.#lsns.at(-1) : this.#lsns[Math.max(0, beyond - 1)]
  }

  /** The first rows, all unless told otherwise, in place: what is pushed later is not among them. Valid until dropped. */
  views(count: number = this.count): RowColumns[] {
    const views: RowColumns[] = []
    let left = count
    for (const { columns, from, to } of this.#blocks) {
      if (left === 0) break
      const rows = Math.min(left, to - from)
      views.push(sliceRows(columns, from, from + rows))
      left -= rows
    }
    return views
  }

  /** Drops the rows of entries up to `lsn`. */
  drop(lsn: number): void {
    const entries = this.#entriesThrough(lsn)
    let left = this.countThrough(lsn)
    this.#dropped += left
    this.#lsns.splice(0, entries)
    this.#ends.splice(0, entries)
    while (left > 0) {
      const block = this.#blocks[0]!
      const rows = Math.min(left, block.to - block.from)
      block.from += rows
      left -= rows
      if (block.from === block.to) this.#recycle()
    }
  }

  #recycle(): void {
    const block = this.#blocks.shift()
    if (block !== undefined) this.#spare.push(block.columns)
  }

  #entriesThrough(lsn: number): number {
    if (this.#lsns.length > 0 && this.#lsns.at(-1)! <= lsn) return this.#lsns.length
    const found = this.#lsns.findIndex((one) => one > lsn)
    return Math.max(0, found)
  }

  #mark(lsn: number): void {
    this.#lsns.push(lsn)
    this.#ends.push(this.#total)
  }

  /** The last block, with room. */
  #open(): Block {
    const last = this.#blocks.at(-1)
    if (last !== undefined && last.to < blockRows) return last
    const columns = this.#spare.pop() ?? newBlock()
    const made = { columns, from: 0, to: 0 }
    this.#blocks.push(made)
    return made
  }
}

function newBlock(): RowColumns {
  return columnsIn(new SharedArrayBuffer(blockRows * rowBytes), blockRows)
}

/** @returns rows put: those whose series is known */
function put(block: Block, points: Points, from: number, to: number, ids: IdTable): number {
  const { series } = block.columns
  let at = block.to
  for (let row = from; row < to; row++) {
    const index = ids.get(points.series[row]!)
    if (index < 0) return putKnown(block, points, from, to, ids)
    series[at++] = index
  }
  const whole = from === 0 && to === points.count
  copyRest(block, whole ? points : sliceRows(points, from, to))
  return to - from
}

function copyRest({ columns, to }: Block, rows: Omit<RowColumns, 'series'>): void {
  columns.step.set(rows.step, to)
  columns.time.set(rows.time, to)
  columns.value.set(rows.value, to)
}

/** Without the rows of series that were never declared. */
function putKnown(block: Block, points: Points, from: number, to: number, ids: IdTable): number {
  const { series, step, time, value } = block.columns
  // By halves: a number read and written may lose what kind of NaN it is.
  const [stepTo, timeTo, valueTo] = [halvesOf(step), halvesOf(time), halvesOf(value)]
  const [stepFrom, timeFrom, valueFrom] = [
    halvesOf(points.step),
    halvesOf(points.time),
    halvesOf(points.value),
  ]
  let at = block.to
  for (let row = from; row < to; row++) {
    const index = ids.get(points.series[row]!)
    if (index < 0) continue
    series[at] = index
    for (const half of [0, 1]) {
      stepTo[at * 2 + half] = stepFrom[row * 2 + half]!
      timeTo[at * 2 + half] = timeFrom[row * 2 + half]!
      valueTo[at * 2 + half] = valueFrom[row * 2 + half]!
    }
    at++
  }
  return at - block.to
}
