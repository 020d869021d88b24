import type { Writer } from 'hyparquet-writer'
import { writeChunk } from './chunk.ts'
import type { Column, IndexedChunk, RowGroup } from './column.ts'

/** Writes columns that have as many rows each as one row group. */
export function writeRowGroup(
  writer: Writer,
  count: number,
  columns: readonly Column[],
): { group: RowGroup; chunks: readonly IndexedChunk[] } {
  const begin = writer.offset
  const chunks = columns.map((column) => writeChunk(writer, column))
  const group = {
    columns: chunks.map(({ chunk }) => chunk),
    total_byte_size: chunks.reduce(
      (sum, { chunk }) => sum + (chunk.meta_data?.total_uncompressed_size ?? 0n),
      0n,
    ),
    total_compressed_size: BigInt(writer.offset - begin),
    num_rows: BigInt(count),
  }
  return { group, chunks }
}
