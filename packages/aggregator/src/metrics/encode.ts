import { gzipSync } from 'node:zlib'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet-writer'
import type { RowColumns } from './rows.ts'
import type { SeriesRow } from './series-table.ts'
import { bySeries } from './sort.ts'

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const
const required = { repetition_type: 'REQUIRED' } as const
const optional = { repetition_type: 'OPTIONAL' } as const

/** The columns of every part (docs/metrics.md). */
const schema: SchemaElement[] = [
  { name: 'provloom', num_children: 8 },
  { name: 'rank', type: 'INT32', ...required },
  { name: 'attempt', type: 'INT32', ...required },
  { name: 'context', ...text, ...optional },
  { name: 'source', ...text, ...optional },
  { name: 'key', ...text, ...required },
  { name: 'step', type: 'INT64', ...required },
  {
    name: 'time',
    type: 'INT64',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    ...required,
  },
  { name: 'value', type: 'DOUBLE', ...required },
]

/** Low: half of the default's time for a few hundredths of its size. */
const gzipLevel = 2

/**
 * Encodes rows, given in pieces, as one Parquet file, a row group between two yields.
 *
 * @param series the run's series, by number
 * @returns the file's bytes
 */
export function* encodePart(
  rows: readonly RowColumns[],
  series: readonly SeriesRow[],
  rowGroupRows: number,
): Generator<void, Uint8Array> {
  const sorted = bySeries(rows, series.length)
  yield
  const writer = new ByteWriter(1 << 16)
  const parquet = new ParquetWriter({
    writer,
    schema,
    codec: 'GZIP',
    compressors: { GZIP: (bytes) => gzipSync(bytes, { level: gzipLevel }) },
    statistics: false,
    createdBy: 'provloom',
  })
  for (let from = 0; from < sorted.count; from += rowGroupRows) {
    const to = Math.min(sorted.count, from + rowGroupRows)
    // Synchronous: this writer has nothing to wait for.
    void parquet.write({ columnData: columnsOf(sorted, series, from, to), rowGroupSize: rowGroupRows })
    yield
  }
  void parquet.finish()
  return writer.getBytes()
}

function columnsOf(
  rows: RowColumns,
  series: readonly SeriesRow[],
  from: number,
  to: number,
): Parameters<ParquetWriter['write']>[0]['columnData'] {
  const count = to - from
  const rank = new Int32Array(count)
  const attempt = new Int32Array(count)
  const [context, source, key] = [texts(count), texts(count), texts(count)]
  // Rows are grouped by series: a few fills instead of a look-up for every row.
  for (let at = 0; at < count;) {
    const index = rows.series[from + at]!
    let end = at + 1
    while (end < count && rows.series[from + end] === index) end++
    const one = series[index]!
    rank.fill(one.rank, at, end)
    attempt.fill(one.attempt, at, end)
    context.fill(one.context, at, end)
    source.fill(one.source, at, end)
    key.fill(one.key, at, end)
    at = end
  }
  return [
    { name: 'rank', data: rank, encoding: 'RLE_DICTIONARY' },
    { name: 'attempt', data: attempt, encoding: 'RLE_DICTIONARY' },
    { name: 'context', data: context, encoding: 'RLE_DICTIONARY' },
    { name: 'source', data: source, encoding: 'RLE_DICTIONARY' },
    { name: 'key', data: key, encoding: 'RLE_DICTIONARY' },
    { name: 'step', data: rows.step.subarray(from, to), encoding: 'DELTA_BINARY_PACKED' },
    { name: 'time', data: rows.time.subarray(from, to), encoding: 'DELTA_BINARY_PACKED' },
    { name: 'value', data: rows.value.subarray(from, to), encoding: 'BYTE_STREAM_SPLIT' },
  ]
}

function texts(count: number): (string | null)[] {
  const made: (string | null)[] = []
  made.length = count
  return made.fill(null)
}
