import { gunzipSync } from 'node:zlib'
import { parquetMetadataAsync, parquetRead, parquetSchema, readColumnIndex, readOffsetIndex } from 'hyparquet'
import type {
  AsyncBuffer,
  ColumnMetaData,
  DecodedArray,
  FileMetaData,
  RowGroup,
  SchemaElement,
} from 'hyparquet'
import { runsOfChunk } from './runs.ts'
import type { Run } from './runs.ts'

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

/** Times in microseconds, which a Date does not know. */
const parsers = { timestampFromMicroseconds: Number }

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

  /** The least and the greatest number of a column; undefined where a row group does not tell. */
  bounds(column: string): { readonly min: number; readonly max: number } | undefined {
    let [min, max] = [Infinity, -Infinity]
    for (const group of this.#metadata.row_groups) {
      const values = this.#boundsOfGroup(group, column)?.values
      if (values === undefined) return undefined
      min = Math.min(min, Number(values.min))
      max = Math.max(max, Number(values.max))
    }
    return { min, max }
  }

  /** Rows that may be meant: pages of row groups, neighbours together. A row group between two yields. */
  async *ranges(columns: readonly string[], mayHold: MayHold): AsyncGenerator<Range> {
    let from = 0
    for (const group of this.#metadata.row_groups) {
      const to = from + Number(group.num_rows)
      if (columns.length === 0) yield { from, to }
      else if (mayHold((name) => this.#boundsOfGroup(group, name)))
        yield* this.#pages(group, { from, to }, columns, mayHold)
      from = to
    }
  }

  /** Columns of rows that are in one row group. */
  async read(columns: readonly string[], range: Range): Promise<Map<string, unknown[]>> {
    const count = range.to - range.from
    const read = new Map(columns.map((name) => [name, Array.from<unknown>({ length: count })]))
    await this.#each(columns, range, (name, cells, from, to, at) => {
      const column = read.get(name)
      if (column !== undefined) for (let i = from; i < to; i++) column[at + i - from] = cells[i]
    })
    return read
  }

  /** The same as runs: of columns that say what rows are of, which are the same for many rows. */
  async runs(columns: readonly string[], range: Range): Promise<Run[][]> {
    const chunks = await this.#chunks(columns, range.from)
    const known = columns.map((name) => this.#runsOf(name, chunks, range))
    const others = columns.filter((_, i) => known[i] === undefined)
    const cells = await this.read(others, range)
    return known.map((runs, i) => runs ?? runsOfCells(cells.get(columns[i]!) ?? []))
  }

  /** The same of columns of numbers; null is NaN, and of a 64-bit integer it is the nearest double. */
  async readNumbers(columns: readonly string[], range: Range): Promise<Map<string, Float64Array>> {
    const read = new Map(columns.map((name) => [name, new Float64Array(range.to - range.from)]))
    await this.#each(columns, range, (name, cells, from, to, at) => {
      const column = read.get(name)
      if (column !== undefined) putNumbers(column, at, cells, from, to)
    })
    return read
  }

  async #each(
    columns: readonly string[],
    { from, to }: Range,
    take: (column: string, cells: DecodedArray, from: number, to: number, at: number) => void,
  ): Promise<void> {
    if (columns.length === 0) return
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
        const begin = Math.max(0, from - rowStart)
        const end = Math.min(to - rowStart, columnData.length)
        if (begin < end) take(columnName, columnData, begin, end, rowStart + begin - from)
      },
    })
  }

  /** @returns undefined where the column is not written in runs */
  #runsOf(name: string, { bytes, at }: Slice, { from, to }: Range): Run[] | undefined {
    const [group, begin] = this.#groupOf(from)
    const place = this.#placeOf(name)
    const [meta, element] = [group?.columns[place]?.meta_data, this.#elements[place]]
    if (meta === undefined || element === undefined || !ownCodecs.includes(meta.codec)) return undefined
    const chunk = beginOf(meta) - at
    if (chunk < 0 || chunk + sizeOf(meta) > bytes.byteLength) return undefined
    const runs = runsOfChunk(bytes.slice(chunk, chunk + sizeOf(meta)), meta, element)
    return runs && cut(runs, from - begin, to - begin)
  }

  /** Columns of the row group of a row in one read, for they lie side by side; none of them where that would be much. */
  async #chunks(columns: readonly string[], row: number): Promise<Slice> {
    const [group] = this.#groupOf(row)
    const metas = columns.flatMap((name) => group?.columns[this.#placeOf(name)]?.meta_data ?? [])
    const at = Math.min(...metas.map(beginOf))
    const end = Math.max(...metas.map((meta) => beginOf(meta) + sizeOf(meta)))
    if (!(end - at <= sliceBytesMax)) return { bytes: new ArrayBuffer(0), at: 0 }
    return { bytes: await this.#buffer.slice(at, end), at }
  }

  /** The row group of a row, and its first row. */
  #groupOf(row: number): [RowGroup | undefined, number] {
    let begin = 0
    for (const group of this.#metadata.row_groups) {
      const end = begin + Number(group.num_rows)
      if (row < end) return [group, begin]
      begin = end
    }
    return [undefined, begin]
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

const ownCodecs: readonly string[] = ['GZIP', 'UNCOMPRESSED']
/** Names of a row group are kilobytes; of other files they may be anything. */
const sliceBytesMax: number = 8 * 1024 * 1024

interface Slice {
  readonly bytes: ArrayBuffer
  /** Where it begins in the file. */
  readonly at: number
}

function beginOf(meta: ColumnMetaData): number {
  return Number(meta.dictionary_page_offset ?? meta.data_page_offset)
}

function sizeOf(meta: ColumnMetaData): number {
  return Number(meta.total_compressed_size)
}

/** Of some rows. */
function cut(runs: readonly Run[], from: number, to: number): Run[] {
  const some: Run[] = []
  let at = 0
  for (const { value, count } of runs) {
    const inside = Math.min(to, at + count) - Math.max(from, at)
    if (inside > 0) some.push({ value, count: inside })
    at += count
  }
  return some
}

function runsOfCells(cells: readonly unknown[]): Run[] {
  const runs: Run[] = []
  for (const value of cells) {
    const last = runs.at(-1)
    if (last !== undefined && last.value === value) last.count++
    else runs.push({ value, count: 1 })
  }
  return runs
}

/** Of a column of a row group. */
interface PageIndex {
  /** The first of each page, counted within the row group. */
  readonly rows: readonly number[]
  readonly bounds: readonly ColumnBounds[]
}

/** 64-bit integers by their halves: reading each would make an object a cell. */
function putNumbers(into: Float64Array, at: number, cells: DecodedArray, from: number, to: number): void {
  if (cells instanceof Float64Array) {
    into.set(cells.subarray(from, to), at)
    return
  }
  if (cells instanceof BigInt64Array) {
    const halves = new Int32Array(cells.buffer, cells.byteOffset, cells.length * 2)
    for (let i = from; i < to; i++)
      into[at + i - from] = halves[i * 2 + 1]! * 4_294_967_296 + (halves[i * 2]! >>> 0)
    return
  }
  for (let i = from; i < to; i++) {
    const cell: unknown = cells[i]
    into[at + i - from] = cell === null || cell === undefined ? NaN : Number(cell)
  }
}
