import type { Column, Page } from './column.ts'
import { areExact, deltaPacked, packed } from './delta.ts'
import { addRun, levels } from './runs.ts'
import type { Run } from './runs.ts'
import { boundsOfDoubles, boundsOfIntegers } from './statistics.ts'

/** 64-bit integers, DELTA_BINARY_PACKED. */
export function integers(name: string, column: BigInt64Array, pageRows: number): Column {
  const pages = slicesOf(column.length, pageRows).map((at): Page => {
    const values = column.subarray(...at)
    return { rows: values.length, nulls: 0, values: deltaPacked(values), bounds: boundsOfIntegers(values) }
  })
  return { name, type: 'INT64', encoding: 'DELTA_BINARY_PACKED', pages }
}

/** Doubles as they are, PLAIN: every NaN keeps its bits. */
export function doubles(name: string, column: Float64Array, pageRows: number): Column {
  const pages = slicesOf(column.length, pageRows).map((at) => plainPage(column.subarray(...at)))
  return { name, type: 'DOUBLE', encoding: 'PLAIN', pages }
}

/** Integers within 64 bits; NaN is null. */
export function optionalIntegers(name: string, column: Float64Array, pageRows: number): Column {
  const pages = slicesOf(column.length, pageRows).map((at): Page => {
    const values = column.subarray(...at)
    const present = values.filter((value) => !Number.isNaN(value))
    const shared = { rows: values.length, nulls: values.length - present.length, levels: levelsOf(values) }
    if (present.length === 0) return { ...shared, values: new Uint8Array(0) }
    return { ...shared, ...packedPage(present) }
  })
  const isNothing = pages.every(({ rows, nulls }) => rows === nulls)
  // Of no value there is no block.
  if (isNothing) return { name, type: 'INT64', encoding: 'PLAIN', pages }
  const all = pages.map((page) => (page.rows === page.nulls ? { ...page, values: packedNothing } : page))
  return { name, type: 'INT64', encoding: 'DELTA_BINARY_PACKED', pages: all }
}

/** NaN is null. */
export function optionalDoubles(name: string, column: Float64Array, pageRows: number): Column {
  const pages = slicesOf(column.length, pageRows).map((at): Page => {
    const values = column.subarray(...at)
    const present = values.filter((value) => !Number.isNaN(value))
    const page = { ...plainPage(present), rows: values.length, nulls: values.length - present.length }
    return { ...page, levels: levelsOf(values), ...(present.length === 0 ? { bounds: undefined } : {}) }
  })
  return { name, type: 'DOUBLE', encoding: 'PLAIN', pages }
}

/** Whole numbers as 64-bit integers; what is beyond them is the last of them. */
export function wholeNumbers(name: string, column: Float64Array, pageRows: number): Column {
  const pages = slicesOf(column.length, pageRows).map((at): Page => {
    const values = column.subarray(...at)
    return { rows: values.length, nulls: 0, ...packedPage(values) }
  })
  return { name, type: 'INT64', encoding: 'DELTA_BINARY_PACKED', pages }
}

/** @param values at least one */
function packedPage(values: Float64Array): Pick<Page, 'values' | 'bounds'> {
  if (!areExact(values)) {
    const whole = BigInt64Array.from(values, integerOf)
    return { values: deltaPacked(whole), bounds: boundsOfIntegers(whole) }
  }
  let [min, max] = [values[0]!, values[0]!]
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return { values: packed(values), bounds: { min: BigInt(min), max: BigInt(max) } }
}

function integerOf(value: number): bigint {
  return value >= 2 ** 63 ? lastInteger : BigInt(value)
}

const lastInteger = 2n ** 63n - 1n

/** A head that says 0 values: blocks of 128 in 4 miniblocks, no values, and a first one that is not there. */
const packedNothing: Uint8Array = Uint8Array.from([0x80, 0x01, 4, 0, 0])

function plainPage(values: Float64Array): Page {
  return {
    rows: values.length,
    nulls: 0,
    values: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    bounds: boundsOfDoubles(values),
  }
}

function levelsOf(values: Float64Array): Uint8Array {
  const runs: Run[] = []
  for (const value of values) addRun(runs, Number.isNaN(value) ? -1 : 0, 1)
  return Uint8Array.from(levels(runs))
}

/** Places where pages of a column begin and end. */
function slicesOf(count: number, rows: number): [number, number][] {
  const all: [number, number][] = []
  for (let at = 0; at < count; at += rows) all.push([at, Math.min(count, at + rows)])
  return all
}
