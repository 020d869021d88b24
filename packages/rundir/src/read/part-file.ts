import fs from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parquetMetadataAsync, parquetRead } from 'hyparquet'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import { isMeant } from './which.ts'
import type { PointsOfSeries, SeriesName, Which } from './which.ts'

/** Rows of one series in a part, one after the other. */
export interface Stretch {
  readonly series: SeriesName
  /** Row numbers in the file, from inclusive and to exclusive. */
  readonly from: number
  readonly to: number
}

const names = ['rank', 'attempt', 'context', 'source', 'key']
const numbers = ['step', 'time', 'value']

/** A Parquet part, open: what it held when it was opened can be read until `close`, whatever replaces it. */
export class PartFile {
  readonly #file: fs.promises.FileHandle
  readonly size: number
  readonly #buffer: AsyncBuffer
  #metadata: FileMetaData | undefined

  private constructor(file: fs.promises.FileHandle, size: number) {
    this.#file = file
    this.size = size
    this.#buffer = { byteLength: size, slice: (from, to = size) => this.#slice(from, to) }
  }

  /** @throws the system's error */
  static async open(path: string): Promise<PartFile> {
    const file = await fs.promises.open(path, 'r')
    try {
      return new PartFile(file, (await file.stat()).size)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /**
   * Which series its rows are of, in order; a row group between two yields.
   *
   * @throws when it is no Parquet file, or damaged
   */
  async *stretches(): AsyncGenerator<Stretch> {
    for (const [from, to] of await this.#groups()) {
      const columns = await this.#read(names, from, to)
      const [rank, attempt, context, source, key] = names.map((name) => columns.get(name) ?? [])
      let begun = from
      for (let row = from; row < to; row++) {
        const at = row - from
        const isLast =
          row + 1 === to ||
          [rank, attempt, context, source, key].some((column) => column![at] !== column![at + 1])
        if (!isLast) continue
        yield {
          from: begun,
          to: row + 1,
          series: {
            rank: Number(rank![at]),
            attempt: Number(attempt![at]),
            context: textOf(context![at]),
            source: textOf(source![at]),
            key: String(key![at]),
          },
        }
        begun = row + 1
      }
    }
  }

  /** @throws when it is no Parquet file, or damaged */
  async *points(which: Which): AsyncGenerator<PointsOfSeries> {
    for await (const { series, from, to } of this.stretches()) {
      if (!isMeant(which, series)) continue
      const columns = await this.#read(numbers, from, to)
      const [step, time, value] = numbers.map((name) => Float64Array.from(columns.get(name) ?? [], Number))
      yield { ...series, count: to - from, step: step!, time: time!, value: value! }
    }
  }

  /** Rows of its row groups. */
  async #groups(): Promise<[from: number, to: number][]> {
    this.#metadata ??= await parquetMetadataAsync(this.#buffer)
    const groups: [number, number][] = []
    let from = 0
    for (const { num_rows } of this.#metadata.row_groups) {
      groups.push([from, from + Number(num_rows)])
      from += Number(num_rows)
    }
    return groups
  }

  /** Columns of rows `from` to `to`, which are in one row group. */
  async #read(columns: string[], from: number, to: number): Promise<Map<string, unknown[]>> {
    const read = new Map(columns.map((name) => [name, Array.from<unknown>({ length: to - from })]))
    await parquetRead({
      file: this.#buffer,
      ...(this.#metadata === undefined ? {} : { metadata: this.#metadata }),
      columns,
      rowStart: from,
      rowEnd: to,
      compressors: { GZIP: (bytes) => gunzipSync(bytes) },
      // As they are in the file: a Date knows no microseconds.
      parsers: { timestampFromMicroseconds: (us) => us },
      onChunk: ({ columnName, columnData, rowStart }) => {
        const column = read.get(columnName)
        if (column === undefined) return
        const last = Math.min(to - rowStart, columnData.length)
        for (let i = Math.max(0, from - rowStart); i < last; i++) column[rowStart + i - from] = columnData[i]
      },
    })
    return read
  }

  async #slice(from: number, to: number): Promise<ArrayBuffer> {
    const bytes = Buffer.from(new ArrayBuffer(to - from))
    for (let at = 0; at < bytes.length;) {
      const { bytesRead } = await this.#file.read(bytes, at, bytes.length - at, from + at)
      if (bytesRead === 0) throw new Error('it ends before its last row')
      at += bytesRead
    }
    return bytes.buffer
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
