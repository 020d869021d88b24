import { bucketOf, finiteIn, sliceBuckets, spanOf } from './buckets.ts'
import type { BucketSpan, Buckets } from './buckets.ts'

/** A metric over its ranks, in buckets by column, in the order of their steps. */
export interface Ribbon extends Omit<Buckets, 'sum' | 'last'> {
  /** The rank that has `min`, at its `minStep`, and the one that has `max`; NaN where no value is finite. */
  readonly minRank: Float64Array
  readonly maxRank: Float64Array
  /** The lower median, over the ranks that have finite values here, of each one's mean. */
  readonly median: Float64Array
  /** Ranks that have points here. */
  readonly ranks: Float64Array
}

/** Buckets `from` (inclusive) to `to` (exclusive), sharing memory. */
export function sliceRibbon(ribbon: Ribbon, from: number, to: number): Ribbon {
  const slice = (column: Float64Array): Float64Array => column.subarray(from, to)
  const none = new Float64Array(0)
  const { sum: _sum, last: _last, ...buckets } = sliceBuckets({ ...ribbon, sum: none, last: none }, from, to)
  return {
    ...buckets,
    minRank: slice(ribbon.minRank),
    maxRank: slice(ribbon.maxRank),
    median: slice(ribbon.median),
    ranks: slice(ribbon.ranks),
  }
}

/** One rank's buckets: of one attempt, or of one part. */
export interface RankBuckets {
  readonly rank: number
  readonly buckets: Buckets
}

/** Or some of its buckets. */
export interface RankSpan extends BucketSpan {
  readonly rank: number
}

/**
 * The ribbon of a metric. Buckets of one rank, of whichever attempts and parts, are taken together, in the order in which
 * they are given; all are made as wide as the widest, or as told.
 */
export function ribbonOf(pieces: Iterable<RankBuckets | RankSpan>, exponent = 0): Ribbon {
  const byRank = new Map<number, BucketSpan[]>()
  let widest = exponent
  for (const piece of pieces) {
    const span = 'from' in piece ? piece : spanOf(piece.buckets)
    const known = byRank.get(piece.rank)
    if (known === undefined) byRank.set(piece.rank, [span])
    else known.push(span)
    widest = Math.max(widest, span.buckets.exponent)
  }
  const cells = new Cells(byRank.values(), widest)
  // Ranks come in their order: of equal values at equal steps the first rank stays.
  for (const [rank, own] of [...byRank].sort(([a], [b]) => a - b)) cells.take(rank, own)
  return cells.ribbon()
}

type Columns = Record<Exclude<keyof Ribbon, 'count' | 'exponent' | 'median'>, Float64Array>

/** Buckets of the ribbon. A rank's sums are taken together first, for its mean; all else of it is the same whoever logged it. */
class Cells {
  readonly #places: Places
  readonly #columns: Columns
  /** Of each the means of ranks. */
  readonly #means: number[][]
  /** Of the rank that is being taken in. */
  readonly #sum: Float64Array
  readonly #finite: Float64Array
  readonly #isOf: Float64Array

  constructor(spans: Iterable<readonly BucketSpan[]>, exponent: number) {
    this.#places = new Places(spans, exponent)
    const { count } = this.#places
    const filled = (value: number): Float64Array => new Float64Array(count).fill(value)
    this.#columns = {
      firstStep: filled(Infinity),
      lastStep: filled(-Infinity),
      firstTime: filled(Infinity),
      lastTime: filled(-Infinity),
      points: filled(0),
      nans: filled(0),
      infinities: filled(0),
      min: filled(NaN),
      minStep: filled(NaN),
      minRank: filled(NaN),
      max: filled(NaN),
      maxStep: filled(NaN),
      maxRank: filled(NaN),
      ranks: filled(0),
    }
    this.#means = Array.from({ length: count }, () => [])
    this.#sum = filled(0)
    this.#finite = filled(0)
    this.#isOf = filled(NaN)
  }

  take(rank: number, spans: readonly BucketSpan[]): void {
    this.#sum.fill(0)
    this.#finite.fill(0)
    for (const span of spans) this.#add(rank, span)
    for (let cell = 0; cell < this.#finite.length; cell++)
      if (this.#finite[cell]! > 0) this.#means[cell]!.push(this.#sum[cell]! / this.#finite[cell]!)
  }

  #add(rank: number, { buckets: from, from: begin, to: end }: BucketSpan): void {
    const to = this.#columns
    for (let at = begin; at < end; at++) {
      const cell = this.#places.of(from.firstStep[at]!)
      if (from.firstStep[at]! < to.firstStep[cell]!) to.firstStep[cell] = from.firstStep[at]!
      if (from.lastStep[at]! > to.lastStep[cell]!) to.lastStep[cell] = from.lastStep[at]!
      if (from.firstTime[at]! < to.firstTime[cell]!) to.firstTime[cell] = from.firstTime[at]!
      if (from.lastTime[at]! > to.lastTime[cell]!) to.lastTime[cell] = from.lastTime[at]!
      to.points[cell]! += from.points[at]!
      to.nans[cell]! += from.nans[at]!
      to.infinities[cell]! += from.infinities[at]!
      if (this.#isOf[cell] !== rank) to.ranks[cell]!++
      this.#isOf[cell] = rank
      const finite = finiteIn(from, at)
      if (finite === 0) continue
      this.#sum[cell]! += from.sum[at]!
      this.#finite[cell]! += finite
      this.#reach(rank, cell, from, at)
    }
  }

  #reach(rank: number, cell: number, from: Buckets, at: number): void {
    const to = this.#columns
    const [min, minStep, max, maxStep] = [from.min[at]!, from.minStep[at]!, from.max[at]!, from.maxStep[at]!]
    if (!(min >= to.min[cell]!) || (min === to.min[cell] && minStep < to.minStep[cell]!)) {
      to.min[cell] = min
      to.minStep[cell] = minStep
      to.minRank[cell] = rank
    }
    if (!(max <= to.max[cell]!) || (max === to.max[cell] && maxStep < to.maxStep[cell]!)) {
      to.max[cell] = max
      to.maxStep[cell] = maxStep
      to.maxRank[cell] = rank
    }
  }

  ribbon(): Ribbon {
    const { count, exponent } = this.#places
    return { count, exponent, ...this.#columns, median: Float64Array.from(this.#means, lowerMedian) }
  }
}

/** Which bucket of the ribbon a step is in. */
class Places {
  readonly exponent: number
  /** Ascending. */
  readonly #ids: Float64Array
  #last = 0

  constructor(spans: Iterable<readonly BucketSpan[]>, exponent: number) {
    const found = new Set<number>()
    let before = NaN
    for (const own of spans)
      for (const { buckets, from, to } of own)
        for (let at = from; at < to; at++) {
          const id = bucketOf(buckets.firstStep[at]!, exponent)
          if (id !== before) found.add(id)
          before = id
        }
    this.exponent = exponent
    this.#ids = Float64Array.from(found).sort()
  }

  get count(): number {
    return this.#ids.length
  }

  /** Mostly it is the one that was asked for before, or the next. */
  of(step: number): number {
    const id = bucketOf(step, this.exponent)
    const ids = this.#ids
    if (ids[this.#last] === id) return this.#last
    if (ids[this.#last + 1] === id) return ++this.#last
    let [low, high] = [0, ids.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ids[middle]! < id) low = middle + 1
      else high = middle
    }
    this.#last = low
    return low
  }
}

/** NaN of nothing. */
export function lowerMedian(values: readonly number[]): number {
  const sorted = new Float64Array(values).sort()
  return sorted[(sorted.length - 1) >> 1] ?? NaN
}
