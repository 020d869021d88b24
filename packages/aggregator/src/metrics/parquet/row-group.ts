import type { Writer } from 'hyparquet-writer'
import { sliceRows } from '../rows.ts'
import type { RowColumns } from '../rows.ts'
import type { SeriesRow } from '@provloom/rundir/series'
import { writeChunk } from './chunk.ts'
import type { Column, IndexedChunk, Page, RowGroup } from './chunk.ts'
import { deltaPacked } from './delta.ts'
import { addRun, indexBits, levels, rle, splitRuns } from './runs.ts'
import type { Run } from './runs.ts'
import { boundsOf, boundsOfDoubles, boundsOfIntegers } from './statistics.ts'

/** Rows of one series, one after the other. */
interface Stretch {
  readonly series: SeriesRow
  readonly rows: number
}

/** Where a group's pages are: the same rows in all columns. */
interface Paging {
  readonly rows: RowColumns
  readonly stretches: readonly Stretch[]
  readonly pageRows: number
}

/**
 * Writes rows that are grouped by series as one row group. What is the same for all rows of a series costs nothing by
 * the row: its columns are written from the stretches.
 *
 * @param rows at least one
 * @param series the run's series, by number
 * @param pageRows rows of a page of each column
 */
export function writeRowGroup(
  writer: Writer,
  rows: RowColumns,
  series: readonly SeriesRow[],
  pageRows: number,
): { group: RowGroup; chunks: readonly IndexedChunk[] } {
  const begin = writer.offset
  const paging = { rows, stretches: stretchesOf(rows, series), pageRows }
  const columns: Column[] = [
    numbers('rank', paging, (one) => one.rank),
    numbers('attempt', paging, (one) => one.attempt),
    texts('context', paging, (one) => one.context, true),
    texts('source', paging, (one) => one.source, true),
    texts('key', paging, (one) => one.key, false),
    integers('step', paging, (one) => one.step),
    integers('time', paging, (one) => one.time),
    {
      name: 'value',
      type: 'DOUBLE',
      encoding: 'PLAIN',
      pages: pagesOf(paging, ({ count, value }) => ({
        rows: count,
        nulls: 0,
        values: new Uint8Array(value.buffer, value.byteOffset, value.byteLength),
        bounds: boundsOfDoubles(value),
      })),
    },
  ]
  const chunks = columns.map((column) => writeChunk(writer, column))
  const group = {
    columns: chunks.map(({ chunk }) => chunk),
    total_byte_size: chunks.reduce(
      (sum, { chunk }) => sum + (chunk.meta_data?.total_uncompressed_size ?? 0n),
      0n,
    ),
    total_compressed_size: BigInt(writer.offset - begin),
    num_rows: BigInt(rows.count),
  }
  return { group, chunks }
}

function stretchesOf(rows: RowColumns, series: readonly SeriesRow[]): Stretch[] {
  const stretches: Stretch[] = []
  for (let at = 0; at < rows.count;) {
    const index = rows.series[at]!
    let end = at + 1
    while (end < rows.count && rows.series[end] === index) end++
    stretches.push({ series: series[index]!, rows: end - at })
    at = end
  }
  return stretches
}

function pagesOf({ rows, pageRows }: Paging, of: (rows: RowColumns) => Page): Page[] {
  const pages: Page[] = []
  for (let at = 0; at < rows.count; at += pageRows)
    pages.push(of(sliceRows(rows, at, Math.min(rows.count, at + pageRows))))
  return pages
}

function integers(name: string, paging: Paging, of: (rows: RowColumns) => BigInt64Array): Column {
  return {
    name,
    type: 'INT64',
    encoding: 'DELTA_BINARY_PACKED',
    pages: pagesOf(paging, (rows) => ({
      rows: rows.count,
      nulls: 0,
      values: deltaPacked(of(rows)),
      bounds: boundsOfIntegers(of(rows)),
    })),
  }
}

function numbers(name: string, paging: Paging, of: (series: SeriesRow) => number): Column {
  const { runs, values } = dictionaryOf(paging.stretches, of)
  const plain = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) plain.writeInt32LE(value, i * 4)
  return {
    name,
    type: 'INT32',
    encoding: 'RLE_DICTIONARY',
    dictionary: { size: values.length, values: plain },
    pages: indexPages(paging, runs, values, false),
  }
}

function texts(
  name: string,
  paging: Paging,
  of: (series: SeriesRow) => string | null,
  optional: boolean,
): Column {
  const { runs, values } = dictionaryOf(paging.stretches, of)
  const pages = indexPages(paging, runs, values, optional)
  const facts = { name, type: 'BYTE_ARRAY', isText: true } as const
  // Readers differ about dictionaries of nothing.
  if (values.length === 0)
    return {
      ...facts,
      encoding: 'PLAIN',
      pages: pages.map((page) => ({ ...page, values: new Uint8Array(0) })),
    }
  return {
    ...facts,
    encoding: 'RLE_DICTIONARY',
    dictionary: { size: values.length, values: plainTexts(values) },
    pages,
  }
}

/** The distinct values in the order in which they come, and which rows have which. */
function dictionaryOf<T>(
  stretches: readonly Stretch[],
  of: (series: SeriesRow) => T | null,
): { runs: Run[]; values: T[] } {
  const runs: Run[] = []
  const values: T[] = []
  const places = new Map<T, number>()
  for (const { series, rows } of stretches) {
    const value = of(series)
    let place = value === null ? -1 : places.get(value)
    if (place === undefined) {
      place = values.length
      places.set(value!, place)
      values.push(value!)
    }
    addRun(runs, place, rows)
  }
  return { runs, values }
}

function indexPages<T extends number | string>(
  { rows, pageRows }: Paging,
  runs: readonly Run[],
  values: readonly T[],
  optional: boolean,
): Page[] {
  const bits = indexBits(values.length)
  return splitRuns(runs, pageRows).map((own, i) => {
    const present = joined(own.filter(({ index }) => index >= 0))
    return {
      rows: Math.min(pageRows, rows.count - i * pageRows),
      nulls: own.reduce((sum, { index, count }) => sum + (index < 0 ? count : 0), 0),
      values: Uint8Array.from([bits, ...rle(present, bits)]),
      ...(optional ? { levels: Uint8Array.from(levels(own)) } : {}),
      bounds: boundsOf(new Set(present.map(({ index }) => values[index]!))),
    }
  })
}

/** Runs that nulls had kept apart. */
function joined(runs: readonly Run[]): Run[] {
  const all: Run[] = []
  for (const { index, count } of runs) addRun(all, index, count)
  return all
}

function plainTexts(values: readonly string[]): Buffer {
  const parts: Buffer[] = []
  for (const value of values) {
    const bytes = Buffer.from(value, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    parts.push(length, bytes)
  }
  return Buffer.concat(parts)
}
