import { gunzipSync } from 'node:zlib'
import { parquetMetadataAsync, parquetRead, parquetSchema, readColumnIndex, readOffsetIndex } from 'hyparquet'
import type { AsyncBuffer, FileMetaData, RowGroup, SchemaElement } from 'hyparquet'

/** Rows of a file, by their numbers: from inclusive, to exclusive. All of them are in one row group. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** What is known of a column's cells in some rows: all of them lie within. */
export interface ColumnBounds {
  /** Undefined where nothing is said of its values. */
  readonly values: { readonly min: unknown; readonly max: unknown } | undefined
  readonly hasNulls: boolean
}

/** Whether rows of which this much is known may be meant; a column of which nothing is known is undefined. */
export type MayHold = (bounds: (column: string) => ColumnBounds | undefined) => boolean

/** Times as they are in the file: a Date knows no microseconds. */
const parsers = { timestampFromMicroseconds: (us: bigint): bigint => us }

/** A Parquet file of ours, of which is read what is asked for: row groups and pages that hold none of it are passed over. */
export class TableFile {
  readonly #buffer: AsyncBuffer
  readonly #metadata: FileMetaData
  readonly #elements: readonly SchemaElement[]
  /** Column indexes that were read, by where they begin. */
  readonly #indexes = new Map<bigint, PageIndex>()

  private constructor(buffer: AsyncBuffer, metadata: FileMetaData) {
    this.#buffer = buffer
    this.#metadata = metadata
    this.#elements = parquetSchema(metadata).children.map(({ element }) => element)
  }

  /** @throws an error when it is none */
  static async open(buffer: AsyncBuffer): Promise<TableFile> {
    return new TableFile(buffer, await parquetMetadataAsync(buffer, { parsers }))
  }

  /** What the file says of itself under a key. */
  told(key: string): string | undefined {
    return this.#metadata.key_value_metadata?.find((one) => one.key === key)?.value
  }

  /** Rows that may be meant: pages of row groups, neighbours together. A row group between two yields. */
  async *ranges(columns: readonly string[], mayHold: MayHold): AsyncGenerator<Range> {
    let from = 0
    for (const group of this.#metadata.row_groups) {
      const to = from + Number(group.num_rows)
      if (mayHold((name) => this.#boundsOfGroup(group, name)))
        yield* this.#pages(group, { from, to }, columns, mayHold)
      from = to
    }
  }

  /** Columns of rows that are in one row group. */
  async read(columns: readonly string[], { from, to }: Range): Promise<Map<string, unknown[]>> {
    const read = new Map(columns.map((name) => [name, Array.from<unknown>({ length: to - from })]))
    await parquetRead({
      file: this.#buffer,
      metadata: this.#metadata,
      columns: [...columns],
      rowStart: from,
      rowEnd: to,
      useOffsetIndex: true,
      compressors: { GZIP: (bytes) => gunzipSync(bytes) },
      parsers,
      onChunk: ({ columnName, columnData, rowStart }) => {
        const column = read.get(columnName)
        if (column === undefined) return
        const last = Math.min(to - rowStart, columnData.length)
        for (let i = Math.max(0, from - rowStart); i < last; i++) column[rowStart + i - from] = columnData[i]
      },
    })
    return read
  }

  #placeOf(name: string): number {
    return this.#elements.findIndex((element) => element.name === name)
  }

  #boundsOfGroup(group: RowGroup, name: string): ColumnBounds | undefined {
    const statistics = group.columns[this.#placeOf(name)]?.meta_data?.statistics
    if (statistics === undefined) return undefined
    const { min_value: min, max_value: max, null_count: nulls } = statistics
    const isNothing = nulls === group.num_rows
    if (!isNothing && (min === undefined || max === undefined)) return undefined
    return { values: isNothing ? undefined : { min, max }, hasNulls: nulls === undefined || nulls > 0n }
  }

  async *#pages(
    group: RowGroup,
    whole: Range,
    columns: readonly string[],
    mayHold: MayHold,
  ): AsyncGenerator<Range> {
    const indexes = new Map<string, PageIndex>()
    for (const name of columns) {
      const index = await this.#indexOf(group, name)
      if (index !== undefined) indexes.set(name, index)
    }
    const [first] = indexes.values()
    if (first === undefined) return yield whole
    let open: Range | undefined
    for (const [page, row] of first.rows.entries()) {
      const from = whole.from + row
      const to = whole.from + (first.rows[page + 1] ?? whole.to - whole.from)
      // Pages of all columns hold the same rows; in a file of somebody else they need not.
      const known = (name: string): ColumnBounds | undefined => {
        const index = indexes.get(name)
        return index?.rows[page] === row && index.rows.length === first.rows.length
          ? index.bounds[page]
          : undefined
      }
      if (mayHold(known)) open = { from: open?.from ?? from, to }
      else if (open !== undefined) {
        yield open
        open = undefined
      }
    }
    if (open !== undefined) yield open
  }

  async #indexOf(group: RowGroup, name: string): Promise<PageIndex | undefined> {
    const place = this.#placeOf(name)
    const [chunk, element] = [group.columns[place], this.#elements[place]]
    const [at, offsetAt] = [chunk?.column_index_offset, chunk?.offset_index_offset]
    if (chunk === undefined || element === undefined || at === undefined || offsetAt === undefined)
      return undefined
    const known = this.#indexes.get(at)
    if (known !== undefined) return known
    const view = async (from: bigint, bytes = 0): Promise<{ view: DataView; offset: number }> => ({
      view: new DataView(await this.#buffer.slice(Number(from), Number(from) + bytes)),
      offset: 0,
    })
    const index = readColumnIndex(await view(at, chunk.column_index_length), element, parsers)
    const { page_locations: pages } = readOffsetIndex(await view(offsetAt, chunk.offset_index_length))
    const bounds = pages.map((_, page): ColumnBounds => {
      const isNothing = index.null_pages[page] === true
      const nulls = index.null_counts?.[page]
      return {
        values: isNothing ? undefined : { min: index.min_values[page], max: index.max_values[page] },
        hasNulls: nulls === undefined || nulls > 0n,
      }
    })
    const made = { rows: pages.map(({ first_row_index: row }) => Number(row)), bounds }
    this.#indexes.set(at, made)
    return made
  }
}

/** Of a column of a row group. */
interface PageIndex {
  /** The first of each page, counted within the row group. */
  readonly rows: readonly number[]
  readonly bounds: readonly ColumnBounds[]
}
