/**
 * What lets a reader skip what it does not ask for (Parquet format, PageIndex.md and parquet.thrift, Statistics): least and
 * greatest value and the number of nulls, of each column chunk beside it in the file's footer, and of each page in the
 * column index.
 */
import { unconvertMinMax } from 'hyparquet-writer/src/unconvert.js'
import { halvesOf } from '../rows.ts'
import type { Bound, Bounds, Column, IndexedChunk, MetaData, Page } from './column.ts'

/** Of a longer text the beginning: as much as tells keys apart that begin alike. */
export const boundBytesMax = 64

/** Of a whole chunk; undefined where nothing is said of one of its pages. */
export function statisticsOf({ pages }: Column): MetaData['statistics'] {
  const nulls = pages.reduce((sum, one) => sum + one.nulls, 0)
  const said = pages.filter((page) => !isNull(page))
  if (said.some(({ bounds }) => bounds === undefined)) return undefined
  const bounds = together(said.flatMap(({ bounds }) => bounds ?? []))
  return {
    ...(bounds === undefined ? {} : { min_value: bounds.min, max_value: bounds.max }),
    null_count: BigInt(nulls),
  }
}

/** @param ends where each page ends in the file */
export function indexesOf(
  column: Column,
  places: readonly number[],
  ends: readonly number[],
): Omit<IndexedChunk, 'chunk'> {
  const { pages } = column
  let row = 0
  const page_locations = pages.map(({ rows }, i) => {
    const first_row_index = BigInt(row)
    row += rows
    return { offset: BigInt(places[i]!), compressed_page_size: ends[i]! - places[i]!, first_row_index }
  })
  const offsetIndex = { page_locations }
  // The format has no way to leave out one page.
  if (pages.some((page) => page.bounds === undefined && !isNull(page))) return { offsetIndex }
  return {
    offsetIndex,
    columnIndex: {
      null_pages: pages.map(isNull),
      min_values: pages.map(({ bounds }) => bytesOf(column, bounds?.min, false)),
      max_values: pages.map(({ bounds }) => bytesOf(column, bounds?.max, true)),
      boundary_order: 'UNORDERED',
      null_counts: pages.map(({ nulls }) => BigInt(nulls)),
    },
  }
}

/** Of values that are compared as they are: numbers, or texts by their bytes. */
export function boundsOf<T extends number | string>(values: Iterable<T>): Bounds | undefined {
  let bounds: { min: T; max: T } | undefined
  for (const value of values) {
    if (bounds === undefined) bounds = { min: value, max: value }
    else if (isLess(value, bounds.min)) bounds.min = value
    else if (isLess(bounds.max, value)) bounds.max = value
  }
  return bounds
}

/** By halves of 32 bits: reading each integer would make an object a row. @param column at least one value */
export function boundsOfIntegers(column: BigInt64Array): Bounds {
  const halves = halvesOf(column)
  let [least, most] = [0, 0]
  let [leastHigh, leastLow] = [halves[1]!, halves[0]! >>> 0]
  let [mostHigh, mostLow] = [leastHigh, leastLow]
  for (let i = 1; i < column.length; i++) {
    const high = halves[i * 2 + 1]!
    const low = halves[i * 2]! >>> 0
    if (high < leastHigh || (high === leastHigh && low < leastLow)) {
      leastHigh = high
      leastLow = low
      least = i
    } else if (high > mostHigh || (high === mostHigh && low > mostLow)) {
      mostHigh = high
      mostLow = low
      most = i
    }
  }
  return { min: column[least]!, max: column[most]! }
}

/** Undefined where one is NaN: readers differ about where NaN is, and what is not said misleads none. */
export function boundsOfDoubles(column: Float64Array): Bounds | undefined {
  let [min, max] = [Infinity, -Infinity]
  for (const value of column) {
    // Of NaN too, and only of it, none of the two is true.
    if (!(value <= Infinity)) return undefined
    if (value < min) min = value
    if (value > max) max = value
  }
  // Zeros of either sign may be meant.
  return { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max }
}

function together(all: readonly Bounds[]): Bounds | undefined {
  const [first, ...others] = all
  if (first === undefined) return undefined
  let { min, max } = first
  for (const one of others) {
    if (isLess(one.min, min)) min = one.min
    if (isLess(max, one.max)) max = one.max
  }
  return { min, max }
}

/** Texts by their bytes in UTF-8, which is not the order of their halves of surrogate pairs. */
function isLess(a: Bound, b: Bound): boolean {
  if (typeof a === 'string' && typeof b === 'string')
    return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')) < 0
  return a < b
}

function isNull({ rows, nulls }: Page): boolean {
  return rows === nulls
}

function bytesOf({ type, isText = false }: Column, bound: Bound | undefined, isMax: boolean): Uint8Array {
  const element = isText
    ? ({ name: '', type, converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const)
    : ({ name: '', type } as const)
  return unconvertMinMax(bound, element, isMax, boundBytesMax) ?? new Uint8Array(0)
}
