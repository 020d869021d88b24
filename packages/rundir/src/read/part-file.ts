import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parquetMetadataAsync, parquetRead } from 'hyparquet'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import type { Part } from '../entry/entry.ts'
import { isMeant } from './which.ts'
import type { PointsOfSeries, SeriesName, Which } from './which.ts'

/** Rows of one series in a part, one after the other. */
export interface Stretch {
  readonly series: SeriesName
  /** Row numbers in the file, from inclusive and to exclusive. */
  readonly from: number
  readonly to: number
}

interface Rows {
  readonly from: number
  readonly to: number
}

const names = ['rank', 'attempt', 'context', 'source', 'key']
const numbers = ['step', 'time', 'value']

/** A Parquet part as it was written, in memory. */
export class PartFile {
  readonly #buffer: AsyncBuffer
  #metadata: FileMetaData | undefined

  private constructor(bytes: Uint8Array<ArrayBuffer>) {
    const { length } = bytes
    this.#buffer = {
      byteLength: length,
      slice: (from, to = length) => bytes.slice(from, to).buffer,
    }
  }

  /**
   * Reads a part of a run directory.
   *
   * @returns undefined where its file has other bytes than were written: a larger one has replaced it, or it is damaged
   * @throws the system's error
   */
  static async read(runDir: string, { file, bytes, sha256 }: Part): Promise<PartFile | undefined> {
    const at = path.join(runDir, file)
    const look = await fs.promises.stat(at)
    // Of a pipe there would be no end.
    if (!look.isFile() || look.size !== bytes) return undefined
    const read = await fs.promises.readFile(at)
    if (read.length !== bytes || createHash('sha256').update(read).digest('hex') !== sha256) return undefined
    return new PartFile(new Uint8Array(read))
  }

  /** Which series its rows are of, in order; a row group between two yields. */
  async *stretches(): AsyncGenerator<Stretch> {
    for (const group of await this.#groups()) yield* await this.#stretchesOf(group)
  }

  async *points(which: Which): AsyncGenerator<PointsOfSeries> {
    for (const group of await this.#groups()) {
      const meant = (await this.#stretchesOf(group)).filter(({ series }) => isMeant(which, series))
      const [first, last] = [meant[0], meant.at(-1)]
      if (first === undefined || last === undefined) continue
      const { from } = first
      const columns = await this.#read(numbers, { from, to: last.to })
      const [step, time, value] = numbers.map((name) => Float64Array.from(columns.get(name) ?? [], Number))
      for (const stretch of meant) {
        const part = [stretch.from - from, stretch.to - from] as const
        yield {
          ...stretch.series,
          count: stretch.to - stretch.from,
          step: step!.slice(...part),
          time: time!.slice(...part),
          value: value!.slice(...part),
        }
      }
    }
  }

  async #groups(): Promise<Rows[]> {
    this.#metadata ??= await parquetMetadataAsync(this.#buffer)
    const groups: Rows[] = []
    let from = 0
    for (const { num_rows } of this.#metadata.row_groups) {
      groups.push({ from, to: from + Number(num_rows) })
      from += Number(num_rows)
    }
    return groups
  }

  async #stretchesOf({ from, to }: Rows): Promise<Stretch[]> {
    const columns = await this.#read(names, { from, to })
    const [rank, attempt, context, source, key] = names.map((name) => columns.get(name) ?? [])
    const all = [rank!, attempt!, context!, source!, key!]
    const found: Stretch[] = []
    let begun = 0
    for (let at = 0; at < to - from; at++) {
      const goesOn = at + 1 < to - from && all.every((column) => column[at] === column[at + 1])
      if (goesOn) continue
      const series = {
        rank: Number(rank![at]),
        attempt: Number(attempt![at]),
        context: textOf(context![at]),
        source: textOf(source![at]),
        key: String(key![at]),
      }
      found.push({ series, from: from + begun, to: from + at + 1 })
      begun = at + 1
    }
    return found
  }

  /** Columns of rows that are in one row group. */
  async #read(columns: string[], { from, to }: Rows): Promise<Map<string, unknown[]>> {
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
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
