import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { AsyncBuffer } from 'hyparquet'
import type { Part } from '../entry/entry.ts'
import type { MetricName } from '../series/series-table.ts'
import { askedColumns, mayHold } from './may-hold.ts'
import { alikeIn, eachAlike } from './runs.ts'
import { TableFile } from './table-file.ts'
import type { Range } from './table-file.ts'
import { isMeant } from './which.ts'
import type { PointsOfSeries, SeriesName, Steps, Which } from './which.ts'

/** Rows of one series in a part, one after the other. */
export interface Stretch {
  readonly series: SeriesName
  /** Row numbers in the file, from inclusive and to exclusive. */
  readonly from: number
  readonly to: number
}

/** Smaller files are read at once. */
const wholeBytesMax = 1 << 20

const names = ['rank', 'attempt', 'context', 'source', 'key']
const numbers = ['step', 'time', 'value']

/** A Parquet part as it was written. */
export class PartFile {
  readonly #table: TableFile
  readonly #handle: fs.promises.FileHandle | undefined

  private constructor(table: TableFile, handle?: fs.promises.FileHandle) {
    this.#table = table
    this.#handle = handle
  }

  /**
   * Opens a part of a run directory, to be closed. Its checksum is looked at where it is small or all of it is asked for;
   * of a large one of which little is asked, pages that are read are checked, as gzip checks what it has packed.
   *
   * @param wholly all of it is asked for, or it has to be known for certain
   * @returns undefined where its file has other bytes than were written: a larger one has replaced it, or it is damaged
   * @throws the system's error
   */
  static async open(runDir: string, part: Part, wholly: boolean): Promise<PartFile | undefined> {
    const at = path.join(runDir, part.file)
    const look = await fs.promises.stat(at)
    // Of a pipe there would be no end.
    if (!look.isFile() || look.size !== part.bytes) return undefined
    if (!wholly && part.bytes > wholeBytesMax) return PartFile.#bySlices(at, part)
    const read = await fs.promises.readFile(at)
    if (read.length !== part.bytes || createHash('sha256').update(read).digest('hex') !== part.sha256)
      return undefined
    return new PartFile(await TableFile.open(bufferOf(read)))
  }

  static async #bySlices(at: string, { bytes }: Part): Promise<PartFile> {
    const handle = await fs.promises.open(at, 'r')
    try {
      return new PartFile(await TableFile.open(slicesOf(handle, bytes)), handle)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Within which its steps are, of all series; undefined where that is not told. */
  get extent(): Steps | undefined {
    const bounds = this.#table.bounds('step')
    return bounds && { from: bounds.min, to: bounds.max + 1 }
  }

  async close(): Promise<void> {
    await this.#handle?.close()
  }

  /** Which series its rows are of that are meant, in order; a few pages between two yields. */
  async *stretches(which: Which): AsyncGenerator<Stretch> {
    const isAny = Object.values(which).every((one) => one === undefined)
    for await (const range of this.#table.ranges(isAny ? [] : askedColumns, mayHold(which)))
      for (const stretch of await this.#stretchesOf(range)) if (isMeant(which, stretch.series)) yield stretch
  }

  /** Tells of each rank of each metric how many rows there are, neighbours together; a row group between two yields. */
  async *counted(take: (metric: MetricName, rank: number, rows: number) => void): AsyncGenerator<void> {
    for await (const range of this.#table.ranges([], () => true)) {
      const columns = await this.#table.runs(['context', 'source', 'key', 'rank'], range)
      const [contexts, sources, keys, ranks] = columns
      let metric: MetricName = { context: null, source: null, key: '' }
      let [context, source, key] = [-1, -1, -1]
      eachAlike(columns, range.to - range.from, (places, count) => {
        // Series of a metric lie together.
        if (places[0] !== context || places[1] !== source || places[2] !== key) {
          ;[context, source, key] = [places[0]!, places[1]!, places[2]!]
          metric = {
            context: textOf(contexts?.[context]?.value),
            source: textOf(sources?.[source]?.value),
            key: String(keys?.[key]?.value),
          }
        }
        take(metric, Number(ranks?.[places[3]!]?.value), count)
      })
      yield
    }
  }

  /** Their points, of all steps unless told otherwise. */
  async *points(which: Which, steps?: Steps): AsyncGenerator<PointsOfSeries> {
    for await (const range of this.#table.ranges(askedColumns, mayHold(which, steps))) {
      const meant = (await this.#stretchesOf(range)).filter(({ series }) => isMeant(which, series))
      const [first, last] = [meant[0], meant.at(-1)]
      if (first === undefined || last === undefined) continue
      const { from } = first
      const columns = await this.#table.readNumbers(numbers, { from, to: last.to })
      const [step, time, value] = numbers.map((name) => columns.get(name))
      for (const stretch of meant) {
        const own = [stretch.from - from, stretch.to - from] as const
        const points = within(
          { step: step!.subarray(...own), time: time!.subarray(...own), value: value!.subarray(...own) },
          steps,
        )
        if (points.step.length > 0) yield { ...stretch.series, count: points.step.length, ...points }
      }
    }
  }

  async #stretchesOf({ from, to }: Range): Promise<Stretch[]> {
    const found: Stretch[] = []
    let at = from
    for (const { values, count } of alikeIn(await this.#table.runs(names, { from, to }), to - from)) {
      const [rank, attempt, context, source, key] = values
      const series = {
        rank: Number(rank),
        attempt: Number(attempt),
        context: textOf(context),
        source: textOf(source),
        key: String(key),
      }
      found.push({ series, from: at, to: at + count })
      at += count
    }
    return found
  }
}

/** Of a file in memory. */
export function bufferOf(bytes: Uint8Array): AsyncBuffer {
  const { length } = bytes
  return { byteLength: length, slice: (from, to = length) => new Uint8Array(bytes.subarray(from, to)).buffer }
}

function slicesOf(handle: fs.promises.FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(from, to = byteLength) {
      const into = new Uint8Array(to - from)
      for (let at = 0; at < into.length;) {
        const { bytesRead } = await handle.read(into, at, into.length - at, from + at)
        if (bytesRead === 0) throw new Error('it ends too early')
        at += bytesRead
      }
      return into.buffer
    },
  }
}

type Columns = Pick<PointsOfSeries, 'step' | 'time' | 'value'>

/** The points of some steps. */
export function within(points: Columns, steps: Steps | undefined): Columns {
  if (steps === undefined) return points
  const { step, time, value } = points
  const { from, to } = steps
  let [begin, end] = [0, step.length]
  while (begin < end && !(step[begin]! >= from && step[begin]! < to)) begin++
  while (begin < end && !(step[end - 1]! >= from && step[end - 1]! < to)) end--
  if (step.subarray(begin, end).every((one) => one >= from && one < to))
    return {
      step: step.subarray(begin, end),
      time: time.subarray(begin, end),
      value: value.subarray(begin, end),
    }
  // Of steps that go back some in between are not meant.
  const isMeantAt = (_: number, at: number): boolean => step[at]! >= from && step[at]! < to
  return { step: step.filter(isMeantAt), time: time.filter(isMeantAt), value: value.filter(isMeantAt) }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
