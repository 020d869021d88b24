import { gunzipSync } from 'node:zlib'
import type { ColumnMetaData, DataReader, SchemaElement } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { readPlain } from 'hyparquet/src/plain.js'

/** A value and in how many rows, one after the other, it stands. */
export interface Run {
  readonly value: unknown
  count: number
}

/**
 * The values of a column chunk without an object a row: what rows are of stands in a part by dictionary and in runs, a few
 * bytes for thousands of rows (Parquet format, Encodings.md: RLE).
 *
 * @param bytes the chunk, from its dictionary on
 * @returns undefined where it is written otherwise; it is to be read cell by cell then
 * @throws an error for what is no page
 */
export function runsOfChunk(
  bytes: ArrayBuffer,
  { type, codec }: ColumnMetaData,
  element: SchemaElement,
): Run[] | undefined {
  const reader: DataReader = { view: new DataView(bytes), offset: 0 }
  const optional = element.repetition_type === 'OPTIONAL'
  const runs: Run[] = []
  let dictionary: unknown[] = []
  while (reader.offset < bytes.byteLength) {
    const header = parquetHeader(reader)
    const page = new Uint8Array(bytes, reader.offset, header.compressed_page_size)
    reader.offset += header.compressed_page_size
    if (header.type === 'DICTIONARY_PAGE') {
      const count = header.dictionary_page_header?.num_values ?? 0
      dictionary = valuesOf(unpacked(page, codec === 'GZIP'), type, count)
      continue
    }
    const told = header.data_page_header_v2
    if (header.type !== 'DATA_PAGE_V2' || told === undefined) return undefined
    const levelBytes = told.definition_levels_byte_length
    const cells = unpacked(page.subarray(levelBytes), codec === 'GZIP' && told.is_compressed !== false)
    const present = told.num_values - told.num_nulls
    const indexes = present === 0 ? [] : placesOf(told.encoding, cells, present)
    const levels =
      optional && told.num_nulls > 0
        ? repeated(page.subarray(0, levelBytes), 1, told.num_values)
        : [{ value: 1, count: told.num_values }]
    if (indexes === undefined || levels === undefined) return undefined
    put(runs, levels, indexes, dictionary)
  }
  return runs
}

/** Of rows of which some are null; values are there for the others alone. */
function put(
  into: Run[],
  levels: readonly Repeated[],
  indexes: readonly Repeated[],
  dictionary: readonly unknown[],
): void {
  const add = (value: unknown, count: number): void => {
    const last = into.at(-1)
    if (last !== undefined && last.value === value) last.count += count
    else into.push({ value, count })
  }
  let [at, used] = [0, 0]
  for (const { value: level, count } of levels) {
    if (level === 0) {
      add(null, count)
      continue
    }
    for (let left = count; left > 0;) {
      const run = indexes[at]!
      const some = Math.min(left, run.count - used)
      add(dictionary[run.value], some)
      left -= some
      used += some
      if (used < run.count) continue
      at++
      used = 0
    }
  }
}

/** Rows that are alike in all columns, one after the other, and what stands there. */
export interface Alike {
  /** By column. */
  readonly values: readonly unknown[]
  readonly count: number
}

/** @throws an error when the columns are not equally long */
export function alikeIn(columns: readonly (readonly Run[])[], rows: number): Alike[] {
  const found: Alike[] = []
  eachAlike(columns, rows, (places, count) => {
    found.push({ values: columns.map((runs, i) => runs[places[i]!]?.value), count })
  })
  return found
}

/**
 * The same without an object for each: there may be a million.
 *
 * @param take told by column which of its runs the rows are in; it changes behind the call
 */
export function eachAlike(
  columns: readonly (readonly Run[])[],
  rows: number,
  take: (places: readonly number[], count: number) => void,
): void {
  const places = columns.map(() => 0)
  const left = Float64Array.from(columns, ([first]) => first?.count ?? 0)
  for (let at = 0; at < rows;) {
    let count = rows - at
    for (const one of left) if (one < count) count = one
    if (!(count > 0)) throw new Error('its columns are not equally long')
    take(places, count)
    at += count
    for (let i = 0; i < left.length; i++) {
      left[i]! -= count
      if (left[i] === 0) left[i] = columns[i]![++places[i]!]?.count ?? 0
    }
  }
}

interface Repeated {
  readonly value: number
  readonly count: number
}

function placesOf(encoding: string, cells: Uint8Array, count: number): Repeated[] | undefined {
  if (encoding !== 'RLE_DICTIONARY') return undefined
  return repeated(cells.subarray(1), cells[0] ?? 0, count)
}

/** @returns undefined where values are packed by bits, or there are too few */
function repeated(bytes: Uint8Array, bits: number, count: number): Repeated[] | undefined {
  const width = Math.ceil(bits / 8)
  const runs: Repeated[] = []
  let [at, left] = [0, count]
  while (left > 0) {
    let [head, shift] = [0, 1]
    for (;;) {
      const byte = bytes[at++]
      if (byte === undefined) return undefined
      head += (byte & 127) * shift
      shift *= 128
      if (byte < 128) break
    }
    if (head % 2 === 1) return undefined
    let value = 0
    for (let byte = 0; byte < width; byte++) value += (bytes[at++] ?? 0) * 2 ** (8 * byte)
    const some = Math.min(left, head / 2)
    if (some === 0) return undefined
    runs.push({ value, count: some })
    left -= some
  }
  return runs
}

function unpacked(bytes: Uint8Array, isPacked: boolean): Uint8Array {
  return isPacked ? gunzipSync(bytes) : bytes
}

function valuesOf(bytes: Uint8Array, type: ColumnMetaData['type'], count: number): unknown[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = Array.from<unknown>(readPlain({ view, offset: 0 }, type, count, undefined))
  return values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value))
}
