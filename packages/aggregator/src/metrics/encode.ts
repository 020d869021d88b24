import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet-writer'
import { writeRowGroup } from './parquet/row-group.ts'
import { boundBytesMax } from './parquet/statistics.ts'
import { sliceRows } from './rows.ts'
import type { RowColumns } from './rows.ts'
import type { SeriesRow } from '@provloom/rundir/series'
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

/** How many rows lie together. */
export interface PartShape {
  readonly groupRows: number
  readonly pageRows: number
}

/** Few enough that who asks for one series reads little; more, and what stands beside them weighs nothing. */
export const partShape: PartShape = { groupRows: 65_536, pageRows: 8_192 }

/**
 * Encodes rows, given in pieces, as one Parquet file, a row group between two yields. The library writes what makes it a
 * Parquet file; the columns' pages are ours, because rows come as columns grouped by series (`parquet/`).
 *
 * @param series the run's series, by number
 * @returns the file's bytes
 */
export function* encodePart(
  rows: readonly RowColumns[],
  series: readonly SeriesRow[],
  { groupRows, pageRows }: PartShape = partShape,
): Generator<void, Uint8Array> {
  const sorted = bySeries(rows, series)
  yield
  const writer = new ByteWriter(1 << 16)
  const parquet = new ParquetWriter({
    writer,
    schema,
    createdBy: 'provloom',
    statisticsTruncateLength: boundBytesMax,
  })
  for (let from = 0; from < sorted.count; from += groupRows) {
    const own = sliceRows(sorted, from, Math.min(sorted.count, from + groupRows))
    const { group, chunks } = writeRowGroup(writer, own, series, pageRows)
    parquet.row_groups.push(group)
    parquet.pendingIndexes.push(...chunks)
    parquet.num_rows += BigInt(own.count)
    yield
  }
  void parquet.finish()
  return writer.getBytes()
}
