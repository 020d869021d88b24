import fs from 'node:fs'
import path from 'node:path'
import { bucketColumns } from '../curve/buckets.ts'
import type { BucketColumn, BucketSpan, Buckets } from '../curve/buckets.ts'
import type { Ribbon } from '../curve/ribbon.ts'
import type { Part } from '../entry/entry.ts'
import { curvesName, filesOf } from '../layout.ts'
import { isSameMetric } from '../series/series-table.ts'
import type { MetricName } from '../series/series-table.ts'
import { isWholeCurve, ofKey, sha256OfParts } from './curve-check.ts'
import { askedColumns, mayHold } from './may-hold.ts'
import { bufferOf } from './part-file.ts'
import { alikeIn } from './runs.ts'
import { TableFile } from './table-file.ts'
import type { Range } from './table-file.ts'
import type { SeriesName } from './which.ts'

export interface SeriesBuckets extends SeriesName {
  readonly buckets: Buckets
}

/** The same, among those of other series. */
export interface SeriesSpan extends SeriesName, BucketSpan {}

const names = ['rank', 'attempt', 'context', 'source', 'key']
type OwnColumn = BucketColumn | 'minRank' | 'maxRank' | 'median' | 'ranks'
/** What they are called in the file. */
const inFile: Readonly<Record<OwnColumn, string>> = {
  firstStep: 'first_step',
  lastStep: 'last_step',
  firstTime: 'first_time',
  lastTime: 'last_time',
  points: 'count',
  nans: 'nan',
  infinities: 'inf',
  min: 'min',
  minStep: 'min_step',
  minRank: 'min_rank',
  max: 'max',
  maxStep: 'max_step',
  maxRank: 'max_rank',
  sum: 'sum',
  last: 'last',
  median: 'median',
  ranks: 'ranks',
}

/** Rows of one name, one after the other. */
interface Stretch {
  readonly metric: MetricName
  /** Undefined for the ribbon over all ranks. */
  readonly rank: number | undefined
  readonly attempt: number
  readonly from: number
  readonly to: number
}

/** A curve file that is whole, and of what it should be of. */
export class CurveFile {
  readonly bytes: number
  readonly #table: TableFile

  private constructor(table: TableFile, bytes: number) {
    this.#table = table
    this.bytes = bytes
  }

  /** The curves of a part; undefined where there are none that can be used. Never throws: they are caches. */
  static ofPart(runDir: string, part: Part): Promise<CurveFile | undefined> {
    return CurveFile.#open(path.join(filesOf(runDir).curves, path.posix.basename(part.file)), part.sha256)
  }

  /** The curves of a run that has ended, as above. */
  static ofAll(runDir: string, parts: readonly Part[]): Promise<CurveFile | undefined> {
    return CurveFile.#open(path.join(filesOf(runDir).curves, curvesName), sha256OfParts(parts))
  }

  static async #open(file: string, of: string): Promise<CurveFile | undefined> {
    try {
      const look = await fs.promises.stat(file)
      // Of a pipe there would be no end.
      if (!look.isFile()) return undefined
      const bytes = await fs.promises.readFile(file)
      if (!isWholeCurve(bytes)) return undefined
      const table = await TableFile.open(bufferOf(bytes))
      return table.told(ofKey) === of ? new CurveFile(table, bytes.length) : undefined
    } catch {
      return undefined
    }
  }

  /** Its metrics, in their order, with the points that it holds of each and of how many series. */
  async metrics(): Promise<(MetricName & { readonly points: number; readonly series: number })[]> {
    const found = new Map<string, MetricName & { points: number; series: Set<string> }>()
    for await (const range of this.#table.ranges([], () => true)) {
      const count = (await this.#table.readNumbers(['count'], range)).get('count')!
      for (const { rank, attempt, metric, from, to } of await this.#stretchesOf(range)) {
        if (rank === undefined) continue
        const id = JSON.stringify(metric)
        const known = found.get(id) ?? { ...metric, points: 0, series: new Set() }
        found.set(id, known)
        known.series.add(`${rank} ${attempt}`)
        for (let at = from; at < to; at++) known.points += count[at]!
      }
    }
    return [...found.values()].map((one) => ({ ...one, series: one.series.size }))
  }

  /** Whether it has a metric: then all of the metric's points are in it. */
  async has(metric: MetricName): Promise<boolean> {
    for await (const { stretches } of this.#ranges(metric, [])) if (stretches.length > 0) return true
    return false
  }

  /** The buckets of a metric's series; of all its ranks unless told. None where it has none of the metric. */
  async series(metric: MetricName, rank?: number): Promise<SeriesSpan[]> {
    const found: SeriesSpan[] = []
    const { context, source, key } = metric
    const which = { ...metric, ...(rank === undefined ? {} : { rank }) }
    for await (const { stretches, column } of this.#ranges(which, bucketColumns)) {
      const columns = bucketsIn(column)
      const count = columns.firstStep.length
      const byWidth = new Map<number, Buckets>()
      for (const { rank: own, attempt, exponent, from, to } of stretches) {
        if (own === undefined || (rank !== undefined && own !== rank)) continue
        const buckets = byWidth.get(exponent) ?? { count, exponent, ...columns }
        byWidth.set(exponent, buckets)
        found.push({ context, source, key, rank: own, attempt, buckets, from, to })
      }
    }
    return found
  }

  /** The ribbon of a metric over its ranks; undefined where there is none. */
  async ribbon(metric: MetricName): Promise<Ribbon | undefined> {
    let found: Ribbon | undefined
    const columns: OwnColumn[] = [...bucketColumns, 'minRank', 'maxRank', 'median', 'ranks']
    for await (const { stretches, column } of this.#ranges({ ...metric, rank: null }, columns))
      for (const { rank, exponent, from, to } of stretches) {
        if (rank !== undefined) continue
        const own = (name: OwnColumn): Float64Array => column(name).subarray(from, to)
        const { sum: _sum, last: _last, ...buckets } = bucketsIn(own)
        found = {
          count: to - from,
          exponent,
          ...buckets,
          minRank: own('minRank'),
          maxRank: own('maxRank'),
          median: own('median'),
          ranks: own('ranks'),
        }
      }
    return found
  }

  async #stretchesOf(range: Range): Promise<Stretch[]> {
    const found: Stretch[] = []
    let from = 0
    for (const { values, count } of alikeIn(await this.#table.runs(names, range), range.to - range.from)) {
      const [rank, attempt, context, source, key] = values
      found.push({
        metric: { context: textOf(context), source: textOf(source), key: String(key) },
        rank: typeof rank === 'number' ? rank : undefined,
        attempt: Number(attempt ?? 0),
        from,
        to: from + count,
      })
      from += count
    }
    return found
  }

  /** Rows that hold a metric: where its series lie in them, and their columns. */
  async *#ranges(
    which: MetricName & { readonly rank?: number | null },
    columns: readonly OwnColumn[],
  ): AsyncGenerator<{
    readonly stretches: readonly (Stretch & { readonly exponent: number })[]
    readonly column: (name: OwnColumn) => Float64Array
  }> {
    const inside = columns.map((name) => inFile[name])
    for await (const range of this.#table.ranges(askedColumns, mayHold(which))) {
      const meant = (await this.#stretchesOf(range)).filter(({ metric }) => isSameMetric(metric, which))
      if (meant.length === 0) continue
      const own = await this.#table.readNumbers([...inside, 'width'], range)
      const width = own.get('width')!
      yield {
        stretches: meant.map(({ metric, rank, attempt, from, to }) => {
          return { metric, rank, attempt, from, to, exponent: Math.log2(width[from]!) }
        }),
        column: (name) => own.get(inFile[name])!,
      }
    }
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function bucketsIn(of: (name: BucketColumn) => Float64Array): Record<BucketColumn, Float64Array> {
  return {
    firstStep: of('firstStep'),
    lastStep: of('lastStep'),
    firstTime: of('firstTime'),
    lastTime: of('lastTime'),
    points: of('points'),
    nans: of('nans'),
    infinities: of('infinities'),
    min: of('min'),
    minStep: of('minStep'),
    max: of('max'),
    maxStep: of('maxStep'),
    sum: of('sum'),
    last: of('last'),
  }
}
