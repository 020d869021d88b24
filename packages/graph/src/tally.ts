import { IdTable } from '@provloom/rundir/series'
import type { Points } from '@provloom/shared'
import { Sparks } from './spark.ts'

/**
 * Running statistics of series, one slot per declared series of a stream, by column: taking in a point makes no object.
 * NaN and the infinities are counted; min, max and mean are of finite values. Sums are Neumaier's, in record order, so
 * that they do not depend on how records came in envelopes. `gap` is the longest time between two points.
 */
const columns = [
  'rows',
  'nan',
  'positiveInfinity',
  'negativeInfinity',
  'min',
  'max',
  'sum',
  'compensation',
  'minStep',
  'maxStep',
  'first',
  'last',
  'lastTime',
  'firstTime',
  'firstStep',
  'lastStep',
  'gap',
  'spark',
] as const

export type TallyColumn = (typeof columns)[number]

const noSlots: readonly number[] = []

export class Tallies {
  #count = 0
  #columns: Record<TallyColumn, Float64Array>
  #touched: Uint8Array
  #touchedSlots: number[] = []
  /** Slots of the rows that were placed last. */
  #placed = new Int32Array(0)
  /** Of the first metrics that users log. */
  readonly sparks: Sparks
  readonly #ids = new WeakMap<ReadonlyMap<number, number>, IdTable>()

  constructor(saved?: ReadonlyMap<string, Float64Array>, sparks?: ReadonlyMap<string, Float64Array>) {
    this.sparks = new Sparks(sparks)
    const first = saved?.get('rows')
    this.#count = first?.length ?? 0
    this.#columns = emptyColumns(Math.max(16, this.#count))
    this.#touched = new Uint8Array(this.#columns.rows.length)
    for (const name of columns) {
      const column = saved?.get(name)
      if (saved !== undefined && column?.length !== this.#count)
        throw new TypeError(`tallies: no column ${name}`)
      if (column !== undefined) this.#columns[name].set(column)
    }
  }

  save(): ReadonlyMap<string, Float64Array> {
    return new Map(columns.map((name) => [name, this.#columns[name].subarray(0, this.#count)]))
  }

  get count(): number {
    return this.#count
  }

  /** A new slot, empty. @param spark of its metric; undefined where none is kept */
  add(spark: number | undefined): number {
    if (this.#count === this.#columns.rows.length) this.#grow()
    this.#columns.spark[this.#count] = spark ?? -1
    return this.#count++
  }

  /** As if the slots from this one on, of a stream with these slots, had never been added. They took no points. */
  backTo(slot: number, slots: ReadonlyMap<number, number>): void {
    this.#count = slot
    this.#ids.delete(slots)
  }

  /** The columns, by slot; longer than `count`. Another object once a slot was added. */
  get columns(): Readonly<Record<TallyColumn, Float64Array>> {
    return this.#columns
  }

  /**
   * Finds out to which series points belong, for the `take` that may follow.
   *
   * @param slots slot of a series id
   * @returns rows of ids that have no slot
   */
  place({ series, count }: Points, slots: ReadonlyMap<number, number>): number {
    if (count === 0) return 0
    if (this.#placed.length < count) this.#placed = new Int32Array(count)
    const ids = this.#idsOf(slots)
    let unknown = 0
    for (let row = 0; row < count; row++) {
      const slot = ids.get(series[row]!)
      this.#placed[row] = slot
      if (slot < 0) unknown++
    }
    return unknown
  }

  /** Takes in the points that were placed last. Never fails. */
  take({ count, value, step, time }: Points): void {
    const placed = this.#placed
    const steps = halvesOf(step)
    const times = halvesOf(time)
    for (let row = 0; row < count; row++) {
      const slot = placed[row]!
      if (slot >= 0) this.#takeOne(slot, value[row]!, wide(steps, row), wide(times, row))
    }
  }

  /** Slots that took points since the last call and were not given since the last `forgetTouched`. */
  takeTouched(): readonly number[] {
    if (this.#touchedSlots.length === 0) return noSlots
    const touched = this.#touchedSlots
    this.#touchedSlots = []
    return touched
  }

  /** From now on every slot that takes points is told again. */
  forgetTouched(): void {
    this.#touched.fill(0)
    this.#touchedSlots = []
  }

  /** The same map as a table; made again when slots were added. */
  #idsOf(slots: ReadonlyMap<number, number>): IdTable {
    const known = this.#ids.get(slots)
    if (known?.size === slots.size) return known
    const made = new IdTable()
    for (const [id, slot] of slots) made.set(id, slot)
    this.#ids.set(slots, made)
    return made
  }

  #takeOne(slot: number, value: number, step: number, time: number): void {
    const c = this.#columns
    const { rows, lastTime, firstTime, firstStep, lastStep, gap } = c
    const count = (rows[slot] = rows[slot]! + 1)
    c.last[slot] = value
    if (count === 1) {
      lastTime[slot] = firstTime[slot] = time
      firstStep[slot] = lastStep[slot] = step
      c.first[slot] = value
    } else {
      const apart = time - lastTime[slot]!
      if (apart > 0) {
        lastTime[slot] = time
        if (apart > gap[slot]!) gap[slot] = apart
      } else if (time < firstTime[slot]!) firstTime[slot] = time
      if (step > lastStep[slot]!) lastStep[slot] = step
      else if (step < firstStep[slot]!) firstStep[slot] = step
    }
    if (this.#touched[slot] === 0) {
      this.#touched[slot] = 1
      this.#touchedSlots.push(slot)
    }
    if (value - value !== 0) this.#takeSpecial(slot, value)
    else {
      takeFinite(c, slot, value, step)
      const spark = c.spark[slot]!
      if (spark >= 0) this.sparks.take(spark, step, value)
    }
  }

  #takeSpecial(slot: number, value: number): void {
    const { nan, positiveInfinity, negativeInfinity } = this.#columns
    const counter = Number.isNaN(value) ? nan : value > 0 ? positiveInfinity : negativeInfinity
    counter[slot] = counter[slot]! + 1
  }

  #grow(): void {
    const old = this.#columns
    this.#columns = emptyColumns(old.rows.length * 2)
    for (const name of columns) this.#columns[name].set(old[name])
    const touched = new Uint8Array(old.rows.length * 2)
    touched.set(this.#touched)
    this.#touched = touched
  }
}

function takeFinite(
  { min, max, minStep, maxStep, sum, compensation }: Record<TallyColumn, Float64Array>,
  slot: number,
  value: number,
  step: number,
): void {
  if (value < min[slot]!) {
    min[slot] = value
    minStep[slot] = step
  }
  if (value > max[slot]!) {
    max[slot] = value
    maxStep[slot] = step
  }
  const before = sum[slot]!
  const after = before + value
  compensation[slot] =
    compensation[slot]! +
    (Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before)
  sum[slot] = after
}

function emptyColumns(length: number): Record<TallyColumn, Float64Array> {
  const zeros = (): Float64Array => new Float64Array(length)
  return {
    rows: zeros(),
    nan: zeros(),
    positiveInfinity: zeros(),
    negativeInfinity: zeros(),
    min: zeros().fill(Infinity),
    max: zeros().fill(-Infinity),
    sum: zeros(),
    compensation: zeros(),
    minStep: zeros(),
    maxStep: zeros(),
    first: zeros(),
    last: zeros(),
    lastTime: zeros(),
    firstTime: zeros(),
    firstStep: zeros(),
    lastStep: zeros(),
    gap: zeros(),
    spark: zeros().fill(-1),
  }
}

/** A 64-bit column as pairs of 32-bit halves: reading a BigInt would make an object a row. */
function halvesOf(column: BigInt64Array): Int32Array {
  return new Int32Array(column.buffer, column.byteOffset, column.length * 2)
}

/** Row `row` as a number: exact within 2^53, the nearest double beyond. */
function wide(halves: Int32Array, row: number): number {
  return halves[row * 2 + 1]! * 4_294_967_296 + (halves[row * 2]! >>> 0)
}
