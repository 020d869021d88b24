import type { ParquetWriter } from 'hyparquet-writer'

export type RowGroup = ParquetWriter['row_groups'][number]
/** A chunk with where its pages are and what is in them: what the file's index is written from. */
export type IndexedChunk = ParquetWriter['pendingIndexes'][number]
export type ColumnChunk = RowGroup['columns'][number]
export type MetaData = NonNullable<ColumnChunk['meta_data']>

export type Bound = number | bigint | string

/** The least and the greatest of some values. */
export interface Bounds {
  readonly min: Bound
  readonly max: Bound
}

/** Some rows of a column: bytes that are not compressed. */
export interface Page {
  readonly rows: number
  readonly nulls: number
  readonly values: Uint8Array
  /** Definition levels of an optional column. */
  readonly levels?: Uint8Array
  /** Undefined where there are none, or where saying them would mislead. */
  readonly bounds?: Bounds | undefined
}

/** A column of a row group. */
export interface Column {
  readonly name: string
  readonly type: MetaData['type']
  readonly encoding: MetaData['encodings'][number]
  /** At least one. */
  readonly pages: readonly Page[]
  /** PLAIN. */
  readonly dictionary?: { readonly size: number; readonly values: Uint8Array }
  readonly isText?: boolean
}
