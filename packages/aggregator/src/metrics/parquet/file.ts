import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet-writer'
import type { Column } from './column.ts'
import { writeRowGroup } from './row-group.ts'
import { boundBytesMax } from './statistics.ts'

const required = { repetition_type: 'REQUIRED' } as const
const optional = { repetition_type: 'OPTIONAL' } as const
const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const

/** The first columns of every file of ours. @param overRanks rows may be without rank and attempt */
export function nameSchema(overRanks: boolean): SchemaElement[] {
  const place = overRanks ? optional : required
  return [
    { name: 'rank', type: 'INT32', ...place },
    { name: 'attempt', type: 'INT32', ...place },
    { name: 'context', ...text, ...optional },
    { name: 'source', ...text, ...optional },
    { name: 'key', ...text, ...required },
  ]
}

export function integer(name: string, isOptional = false): SchemaElement {
  return { name, type: 'INT64', ...(isOptional ? optional : required) }
}

export function double(name: string, isOptional = false): SchemaElement {
  return { name, type: 'DOUBLE', ...(isOptional ? optional : required) }
}

/** Microseconds since the Unix epoch. */
export function timestamp(name: string): SchemaElement {
  return { ...integer(name), logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } }
}

/**
 * A Parquet file, a row group after the other. The library writes what makes it a Parquet file; the columns' pages are
 * ours, because rows come as columns grouped by series.
 */
export class ParquetFile {
  readonly #writer = new ByteWriter(1 << 16)
  readonly #parquet: ParquetWriter

  /** @param told what the file says of itself */
  constructor(columns: readonly SchemaElement[], told: Readonly<Record<string, string>> = {}) {
    this.#parquet = new ParquetWriter({
      writer: this.#writer,
      schema: [{ name: 'provloom', num_children: columns.length }, ...columns],
      createdBy: 'provloom',
      statisticsTruncateLength: boundBytesMax,
      kvMetadata: Object.entries(told).map(([key, value]) => ({ key, value })),
    })
  }

  add(count: number, columns: readonly Column[]): void {
    const { group, chunks } = writeRowGroup(this.#writer, count, columns)
    this.#parquet.row_groups.push(group)
    this.#parquet.pendingIndexes.push(...chunks)
    this.#parquet.num_rows += BigInt(count)
  }

  finish(): Uint8Array {
    void this.#parquet.finish()
    return this.#writer.getBytes()
  }
}
