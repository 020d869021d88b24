import { nameColumns } from './parquet/names.ts'
import type { Stretch } from './parquet/names.ts'
import { ParquetFile, double, integer, nameSchema, timestamp } from './parquet/file.ts'
import { doubles, integers } from './parquet/values.ts'
import { sliceRows } from './rows.ts'
import type { RowColumns } from './rows.ts'
import type { SeriesRow } from '@provloom/rundir/series'

/** The columns of every part (docs/metrics.md). */
const schema = [...nameSchema(false), integer('step'), timestamp('time'), double('value')]

/** How many rows lie together. */
export interface FileShape {
  readonly groupRows: number
  readonly pageRows: number
}

/** Few enough that who asks for one series reads little; more, and what stands beside them weighs nothing. */
export const partShape: FileShape = { groupRows: 65_536, pageRows: 8_192 }

/**
 * Encodes rows, sorted by `bySeries`, as one Parquet file, a row group between two yields.
 *
 * @param series the run's series, by number
 * @returns the file's bytes
 */
export function* encodePart(
  sorted: RowColumns,
  series: readonly SeriesRow[],
  { groupRows, pageRows }: FileShape = partShape,
): Generator<void, Uint8Array> {
  const file = new ParquetFile(schema)
  for (let from = 0; from < sorted.count; from += groupRows) {
    const rows = sliceRows(sorted, from, Math.min(sorted.count, from + groupRows))
    file.add(rows.count, [
      ...nameColumns({ count: rows.count, pageRows, stretches: stretchesOf(rows, series) }, false),
      integers('step', rows.step, pageRows),
      integers('time', rows.time, pageRows),
      doubles('value', rows.value, pageRows),
    ])
    yield
  }
  return file.finish()
}

/** Which rows are of which series, of rows that are grouped by it. */
export function stretchesOf(rows: RowColumns, series: readonly SeriesRow[]): Stretch[] {
  const stretches: Stretch[] = []
  for (let at = 0; at < rows.count;) {
    const index = rows.series[at]!
    let end = at + 1
    while (end < rows.count && rows.series[end] === index) end++
    stretches.push({ name: series[index]!, rows: end - at })
    at = end
  }
  return stretches
}
