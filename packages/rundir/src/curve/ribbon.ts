import { bucketOf, finiteIn, meanOf, sliceBuckets } from './buckets.ts'
import type { Buckets } from './buckets.ts'
import { merged } from './make.ts'

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

/**
 * The ribbon of a metric. Buckets of one rank, of whichever attempts and parts, are taken together first, in the order in
 * which they are given; all are made as wide as the widest, or as told.
 */
export function ribbonOf(pieces: Iterable<RankBuckets>, exponent = 0): Ribbon {
  const byRank = new Map<number, Buckets[]>()
  let widest = exponent
  for (const { rank, buckets } of pieces) {
    const known = byRank.get(rank)
    if (known === undefined) byRank.set(rank, [buckets])
    else known.push(buckets)
    widest = Math.max(widest, buckets.exponent)
  }
  const cells = new Map<number, Cell>()
  for (const [rank, own] of [...byRank].sort(([a], [b]) => a - b)) {
    const buckets = merged(own, { exponent: widest })
    for (let at = 0; at < buckets.count; at++) {
      const id = bucketOf(buckets.firstStep[at]!, widest)
      const cell = cells.get(id) ?? emptyCell()
      cells.set(id, cell)
      take(cell, rank, buckets, at)
    }
  }
  return columnsOf(
    widest,
    [...cells].sort(([a], [b]) => a - b).map(([, cell]) => cell),
  )
}

type Cell = Record<Exclude<keyof Ribbon, 'count' | 'exponent' | 'median'>, number> & {
  readonly means: number[]
}

function emptyCell(): Cell {
  return {
    firstStep: Infinity,
    lastStep: -Infinity,
    firstTime: Infinity,
    lastTime: -Infinity,
    points: 0,
    nans: 0,
    infinities: 0,
    min: NaN,
    minStep: NaN,
    minRank: NaN,
    max: NaN,
    maxStep: NaN,
    maxRank: NaN,
    ranks: 0,
    means: [],
  }
}

/** Ranks come in their order: of equal values at equal steps the first rank stays. */
function take(cell: Cell, rank: number, from: Buckets, at: number): void {
  cell.firstStep = Math.min(cell.firstStep, from.firstStep[at]!)
  cell.lastStep = Math.max(cell.lastStep, from.lastStep[at]!)
  cell.firstTime = Math.min(cell.firstTime, from.firstTime[at]!)
  cell.lastTime = Math.max(cell.lastTime, from.lastTime[at]!)
  cell.points += from.points[at]!
  cell.nans += from.nans[at]!
  cell.infinities += from.infinities[at]!
  cell.ranks++
  if (finiteIn(from, at) === 0) return
  cell.means.push(meanOf(from, at))
  const [min, minStep, max, maxStep] = [from.min[at]!, from.minStep[at]!, from.max[at]!, from.maxStep[at]!]
  if (!(min >= cell.min) || (min === cell.min && minStep < cell.minStep))
    Object.assign(cell, { min, minStep, minRank: rank })
  if (!(max <= cell.max) || (max === cell.max && maxStep < cell.maxStep))
    Object.assign(cell, { max, maxStep, maxRank: rank })
}

function columnsOf(exponent: number, cells: readonly Cell[]): Ribbon {
  const column = (of: (cell: Cell) => number): Float64Array => Float64Array.from(cells, of)
  return {
    count: cells.length,
    exponent,
    firstStep: column((cell) => cell.firstStep),
    lastStep: column((cell) => cell.lastStep),
    firstTime: column((cell) => cell.firstTime),
    lastTime: column((cell) => cell.lastTime),
    points: column((cell) => cell.points),
    nans: column((cell) => cell.nans),
    infinities: column((cell) => cell.infinities),
    min: column((cell) => cell.min),
    minStep: column((cell) => cell.minStep),
    minRank: column((cell) => cell.minRank),
    max: column((cell) => cell.max),
    maxStep: column((cell) => cell.maxStep),
    maxRank: column((cell) => cell.maxRank),
    median: column((cell) => lowerMedian(cell.means)),
    ranks: column((cell) => cell.ranks),
  }
}

/** NaN of nothing. */
export function lowerMedian(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[(sorted.length - 1) >> 1] ?? NaN
}
