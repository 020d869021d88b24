import { bucketColumns, bucketOf } from './buckets.ts'
import type { BucketColumn, Buckets } from './buckets.ts'

type Columns = Record<BucketColumn, Float64Array>

/**
 * Buckets that points and other buckets are put into: of one series after the other, each in the order of its steps.
 * Memory is that of the buckets and does not grow with the points.
 */
export class BucketTable {
  #exponent: number
  #columns: Columns
  #room: number
  #count = 0
  /** Where each series begins; the last one is open. */
  #begins: number[] = []
  /** Where the open series' last point went, and which steps belong there: none before its first point. */
  #at = 0
  #from = Infinity
  #to = -Infinity

  constructor(exponent: number) {
    this.#exponent = exponent
    this.#room = 64
    this.#columns = emptyColumns(64)
  }

  get exponent(): number {
    return this.#exponent
  }

  /** Of all series. */
  get count(): number {
    return this.#count
  }

  /** Of the open series. */
  get openCount(): number {
    return this.#count - (this.#begins.at(-1) ?? 0)
  }

  /** What comes now is of the next series. */
  begin(): void {
    this.#begins.push(this.#count)
    this.#from = Infinity
  }

  /** Puts in a point of the open series; what is logged later comes later. */
  point(step: number, time: number, value: number): void {
    const at = this.#placeOf(step)
    const { points, nans, infinities, min, minStep, max, maxStep, sum } = this.#columns
    this.#reach(at, step, step, time, time, value)
    points[at]!++
    if (Number.isFinite(value)) {
      sum[at]! += value
      // Of no value is NaN, and no comparison with it is true.
      if (!(value >= min[at]!) || (value === min[at] && step < minStep[at]!)) {
        min[at] = value
        minStep[at] = step
      }
      if (!(value <= max[at]!) || (value === max[at] && step < maxStep[at]!)) {
        max[at] = value
        maxStep[at] = step
      }
    } else if (Number.isNaN(value)) nans[at]!++
    else infinities[at]!++
  }

  /** Puts in a bucket, no wider than ours, of points of the open series. */
  bucket(from: Buckets | Columns, i: number): void {
    const at = this.#placeOf(from.firstStep[i]!)
    const to = this.#columns
    this.#reach(
      at,
      from.firstStep[i]!,
      from.lastStep[i]!,
      from.firstTime[i]!,
      from.lastTime[i]!,
      from.last[i]!,
    )
    to.points[at]! += from.points[i]!
    to.nans[at]! += from.nans[i]!
    to.infinities[at]! += from.infinities[i]!
    to.sum[at]! += from.sum[i]!
    const [min, minStep, max, maxStep] = [from.min[i]!, from.minStep[i]!, from.max[i]!, from.maxStep[i]!]
    if (Number.isNaN(min)) return
    if (!(min >= to.min[at]!) || (min === to.min[at] && minStep < to.minStep[at]!)) {
      to.min[at] = min
      to.minStep[at] = minStep
    }
    if (!(max <= to.max[at]!) || (max === to.max[at] && maxStep < to.maxStep[at]!)) {
      to.max[at] = max
      to.maxStep[at] = maxStep
    }
  }

  /** Makes all buckets as wide as said, or leaves them when they are wider. */
  widen(exponent: number): void {
    if (exponent <= this.#exponent) return
    const [before, begins, count] = [this.#columns, this.#begins, this.#count]
    this.#exponent = exponent
    this.#columns = emptyColumns(this.#room)
    this.#begins = []
    this.#count = 0
    for (const [i, from] of begins.entries()) {
      this.begin()
      const to = begins[i + 1] ?? count
      for (let at = from; at < to; at++) this.bucket(before, at)
    }
  }

  /** All buckets as they are now, series after series, and where each series begins: views, until something is put in. */
  flat(): { readonly buckets: Buckets; readonly begins: readonly number[] } {
    const columns = columnsOf((name) => this.#columns[name].subarray(0, this.#count))
    return { buckets: { count: this.#count, exponent: this.#exponent, ...columns }, begins: this.#begins }
  }

  /** A copy of what is there, by series. */
  series(): Buckets[] {
    return this.#begins.map((from, i) => {
      const to = this.#begins[i + 1] ?? this.#count
      const columns = emptyColumns(to - from)
      for (const name of bucketColumns) columns[name].set(this.#columns[name].subarray(from, to))
      return { count: to - from, exponent: this.#exponent, ...columns }
    })
  }

  #reach(
    at: number,
    firstStep: number,
    lastStep: number,
    firstTime: number,
    lastTime: number,
    last: number,
  ): void {
    const to = this.#columns
    if (firstStep < to.firstStep[at]!) to.firstStep[at] = firstStep
    if (firstTime < to.firstTime[at]!) to.firstTime[at] = firstTime
    if (lastTime > to.lastTime[at]!) to.lastTime[at] = lastTime
    if (lastStep < to.lastStep[at]!) return
    to.lastStep[at] = lastStep
    to.last[at] = last
  }

  /** The open series' bucket of a step, made when there is none: mostly the one that was meant before, or the next. */
  #placeOf(step: number): number {
    if (step >= this.#from && step < this.#to) return this.#at
    const id = bucketOf(step, this.#exponent)
    let [low, high] = [this.#begins.at(-1)!, this.#count]
    if (high > low && this.#idAt(high - 1) < id) low = high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#idAt(middle) < id) low = middle + 1
      else high = middle
    }
    if (low === this.#count || this.#idAt(low) !== id) this.#insert(low)
    const width = 2 ** this.#exponent
    this.#at = low
    this.#from = id * width
    this.#to = this.#from + width
    return low
  }

  #idAt(at: number): number {
    return bucketOf(this.#columns.firstStep[at]!, this.#exponent)
  }

  /** Column by column: this is done as often as there are buckets. */
  #insert(at: number): void {
    if (this.#count === this.#room) this.#grow()
    const columns = this.#columns
    if (at < this.#count) for (const name of bucketColumns) columns[name].copyWithin(at + 1, at, this.#count)
    columns.firstStep[at] = Infinity
    columns.lastStep[at] = -Infinity
    columns.firstTime[at] = Infinity
    columns.lastTime[at] = -Infinity
    columns.points[at] = 0
    columns.nans[at] = 0
    columns.infinities[at] = 0
    columns.min[at] = NaN
    columns.minStep[at] = NaN
    columns.max[at] = NaN
    columns.maxStep[at] = NaN
    columns.sum[at] = 0
    columns.last[at] = NaN
    this.#count++
  }

  #grow(): void {
    this.#room *= 2
    const before = this.#columns
    this.#columns = emptyColumns(this.#room)
    for (const name of bucketColumns) this.#columns[name].set(before[name])
  }
}

/** In one stretch of memory: of a question there may be thousands. */
function emptyColumns(count: number): Columns {
  const memory = new Float64Array(count * bucketColumns.length)
  let from = 0
  return columnsOf(() => memory.subarray(from, (from += count)))
}

function columnsOf(of: (name: BucketColumn) => Float64Array): Columns {
  return {
    firstStep: of('firstStep'),
    lastStep: of('lastStep'),
    firstTime: of('firstTime'),
    lastTime: of('lastTime'),
    points: of('points'),
    nans: of('nans'),
    infinities: of('infinities'),
    min: of('min'),
    minStep: of('minStep'),
    max: of('max'),
    maxStep: of('maxStep'),
    sum: of('sum'),
    last: of('last'),
  }
}
