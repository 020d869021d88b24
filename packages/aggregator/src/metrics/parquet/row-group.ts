import type { Writer } from 'hyparquet-writer'
import type { RowColumns } from '../rows.ts'
import type { SeriesRow } from '@provloom/rundir/series'
import { writeChunk } from './chunk.ts'
import type { Column, RowGroup } from './chunk.ts'
import { deltaPacked } from './delta.ts'
import { addRun, indexBits, levels, rle } from './runs.ts'
import type { Run } from './runs.ts'
import { byteStreamSplit } from './split.ts'

/** Rows of one series, one after the other. */
interface Stretch {
  readonly series: SeriesRow
  readonly rows: number
}

/**
 * Writes rows that are grouped by series as one row group. What is the same for all rows of a series costs nothing by
 * the row: its columns are written from the stretches.
 *
 * @param rows at least one
 * @param series the run's series, by number
 */
export function writeRowGroup(writer: Writer, rows: RowColumns, series: readonly SeriesRow[]): RowGroup {
  const begin = writer.offset
  const stretches = stretchesOf(rows, series)
  const { count } = rows
  const wide = { type: 'INT64', rows: count, nulls: 0, encoding: 'DELTA_BINARY_PACKED' } as const
  const columns: Column[] = [
    numbers('rank', count, stretches, (one) => one.rank),
    numbers('attempt', count, stretches, (one) => one.attempt),
    texts('context', count, stretches, (one) => one.context, true),
    texts('source', count, stretches, (one) => one.source, true),
    texts('key', count, stretches, (one) => one.key, false),
    { name: 'step', ...wide, values: deltaPacked(rows.step) },
    { name: 'time', ...wide, values: deltaPacked(rows.time) },
    {
      name: 'value',
      type: 'DOUBLE',
      rows: count,
      nulls: 0,
      encoding: 'BYTE_STREAM_SPLIT',
      values: byteStreamSplit(rows.value),
    },
  ]
  const chunks = columns.map((column) => writeChunk(writer, column))
  return {
    columns: chunks,
    total_byte_size: chunks.reduce((sum, one) => sum + (one.meta_data?.total_uncompressed_size ?? 0n), 0n),
    total_compressed_size: BigInt(writer.offset - begin),
    num_rows: BigInt(count),
  }
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

function numbers(
  name: string,
  rows: number,
  stretches: readonly Stretch[],
  of: (series: SeriesRow) => number,
): Column {
  const { runs, values } = dictionaryOf(stretches, of)
  const plain = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) plain.writeInt32LE(value, i * 4)
  return { name, type: 'INT32', rows, nulls: 0, ...indices(runs, values.length, plain) }
}

function texts(
  name: string,
  rows: number,
  stretches: readonly Stretch[],
  of: (series: SeriesRow) => string | null,
  optional: boolean,
): Column {
  const { runs, values } = dictionaryOf(stretches, of)
  const nulls = runs.reduce((sum, { index, count }) => sum + (index < 0 ? count : 0), 0)
  const facts = { name, type: 'BYTE_ARRAY', rows, nulls } as const
  const defined = optional ? { levels: Uint8Array.from(levels(runs)) } : {}
  // Readers differ about dictionaries of nothing.
  if (values.length === 0) return { ...facts, ...defined, encoding: 'PLAIN', values: new Uint8Array(0) }
  return { ...facts, ...defined, ...indices(runs, values.length, plainTexts(values)) }
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

function indices(
  runs: readonly Run[],
  size: number,
  plain: Uint8Array,
): Pick<Column, 'encoding' | 'values' | 'dictionary'> {
  const bits = indexBits(size)
  const present = joined(runs.filter(({ index }) => index >= 0))
  return {
    encoding: 'RLE_DICTIONARY',
    values: Uint8Array.from([bits, ...rle(present, bits)]),
    dictionary: { size, values: plain },
  }
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
