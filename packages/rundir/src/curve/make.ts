import { BucketTable } from './bucket-table.ts'
import { bucketsPerSeriesMax, exponentMax, pointsPerBucket, sliceBuckets, spanOf } from './buckets.ts'
import type { BucketSpan, Buckets } from './buckets.ts'

/** Points of one series, by column, in the order in which they were logged. */
export interface CurveRows {
  readonly count: number
  readonly step: ArrayLike<number>
  /** Microseconds since the Unix epoch. */
  readonly time: ArrayLike<number>
  readonly value: ArrayLike<number>
}

export interface CurveLimits {
  /** Buckets are not narrower; 0 unless told. */
  readonly exponent?: number
  /** Of one series; 512 unless told. */
  readonly perSeriesMax?: number
  /** Of all series together; no bound unless told. */
  readonly max?: number
}

/**
 * Buckets of series after series, all of one width: the narrowest with which they keep within their limits, or the widest
 * there is. Which that is follows from the points alone, and not from their order.
 */
export class CurveMaker {
  readonly #table: BucketTable
  readonly #perSeriesMax: number
  readonly #max: number

  constructor({ exponent = 0, perSeriesMax = bucketsPerSeriesMax, max = Infinity }: CurveLimits = {}) {
    this.#table = new BucketTable(exponent)
    this.#perSeriesMax = perSeriesMax
    this.#max = max
  }

  /** What is put in from now on is of the next series. */
  begin(): void {
    this.#table.begin()
  }

  /** @param step beyond 2^53 the nearest double, as all steps here */
  point(step: number, time: number, value: number): void {
    this.#table.point(step, time, value)
    this.#keepWithin()
  }

  rows({ count, step, time, value }: CurveRows): void {
    for (let i = 0; i < count; i++) this.point(step[i]!, time[i]!, value[i]!)
  }

  /** Buckets of later points than those before, if of the same steps: what parts hold, in the order of parts. */
  buckets(buckets: Buckets, from = 0, to: number = buckets.count): void {
    this.#table.widen(buckets.exponent)
    for (let i = from; i < to; i++) {
      this.#table.bucket(buckets, i)
      this.#keepWithin()
    }
  }

  /** Makes buckets as wide as said, where they are narrower. */
  widen(exponent: number): void {
    this.#table.widen(exponent)
  }

  /** Of all series, one after the other, and where each of them begins: views of what is there now. */
  flat(): { readonly buckets: Buckets; readonly begins: readonly number[] } {
    return this.#table.flat()
  }

  /** By series, in the order in which they were begun. */
  finish(): Buckets[] {
    return this.#table.series()
  }

  #keepWithin(): void {
    const table = this.#table
    while ((table.openCount > this.#perSeriesMax || table.count > this.#max) && table.exponent < exponentMax)
      table.widen(table.exponent + 1)
  }
}

/** How many buckets a metric's series may have together. */
export function bucketsMaxFor(series: number, points: number): number {
  return series + Math.floor(points / pointsPerBucket)
}

/** Buckets of one series. */
export function bucketsOf(rows: CurveRows, limits: CurveLimits = {}): Buckets {
  const { exponent = 0, perSeriesMax = bucketsPerSeriesMax } = limits
  if (exponent === 0 && rows.count <= perSeriesMax && isOneAStep(rows)) return bucketEach(rows)
  const maker = new CurveMaker(limits)
  maker.begin()
  maker.rows(rows)
  return maker.flat().buckets
}

/** Whole steps, each greater than the one before. */
function isOneAStep({ count, step }: CurveRows): boolean {
  for (let i = 1; i < count; i++) if (!(step[i]! > step[i - 1]!)) return false
  return true
}

/** A bucket a point: nothing is to be looked for. */
function bucketEach({ count, ...rows }: CurveRows): Buckets {
  const [step, time, value] = [rows.step, rows.time, rows.value].map((column) => Float64Array.from(column))
  const none = new Float64Array(count)
  const each = {
    count,
    exponent: 0,
    firstStep: step!,
    lastStep: step!,
    firstTime: time!,
    lastTime: time!,
    points: none.map(() => 1),
    last: value!,
  }
  // A sum begins with 0, which -0 does not change.
  if (value!.every((one) => Number.isFinite(one) && !Object.is(one, -0))) {
    const [least, most] = [
      { min: value!, minStep: step! },
      { max: value!, maxStep: step! },
    ]
    return { ...each, nans: none, infinities: none, ...least, ...most, sum: value! }
  }
  const finite = value!.map((one) => (Number.isFinite(one) ? one : NaN))
  const finiteStep = step!.map((one, i) => (Number.isNaN(finite[i]) ? NaN : one))
  return {
    ...each,
    nans: value!.map((one) => (Number.isNaN(one) ? 1 : 0)),
    infinities: value!.map((one) => (one === Infinity || one === -Infinity ? 1 : 0)),
    min: finite,
    minStep: finiteStep,
    max: finite,
    maxStep: finiteStep,
    sum: finite.map((one) => (Number.isNaN(one) ? 0 : one + 0)),
  }
}

/**
 * Buckets of one series from several, or from none, as wide as the widest of them or as told.
 *
 * @param pieces in the order in which their points were logged
 */
export function merged(pieces: readonly Buckets[], limits: CurveLimits = {}): Buckets {
  return mergedSpans(pieces.map(spanOf), limits)
}

/** The same of spans. */
export function mergedSpans(pieces: readonly BucketSpan[], limits: CurveLimits = {}): Buckets {
  const [one, ...others] = pieces
  const { exponent = 0, perSeriesMax = Infinity } = limits
  // As it is: memory is shared.
  if (one !== undefined && others.length === 0 && one.buckets.exponent >= exponent) {
    const { buckets, from, to } = one
    if (from === 0 && to === buckets.count && to <= perSeriesMax) return buckets
    if (to - from <= perSeriesMax) return sliceBuckets(buckets, from, to)
  }
  const maker = new CurveMaker({ perSeriesMax: Infinity, ...limits })
  maker.begin()
  for (const { buckets, from, to } of pieces) maker.buckets(buckets, from, to)
  return maker.flat().buckets
}
