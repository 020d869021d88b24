import { pointsIn, sliceBuckets, spanOf } from '../curve/buckets.ts'
import type { BucketSpan, Buckets } from '../curve/buckets.ts'
import { CurveMaker, bucketsOf, mergedSpans } from '../curve/make.ts'
import { ribbonOf, sliceRibbon } from '../curve/ribbon.ts'
import type { Ribbon } from '../curve/ribbon.ts'
import type { Part } from '../entry/entry.ts'
import { compareMetrics } from '../series/series-table.ts'
import type { MetricName } from '../series/series-table.ts'
import { aligned, clipped, exponentFor, limitsOf, placesOf, whichOf, within } from './curve-ask.ts'
import type { CurveAsk } from './curve-ask.ts'
import type { CurveFile, SeriesBuckets, SeriesSpan } from './curve-file.ts'
import type { CurveFiles } from './curve-files.ts'
import { partsWithin, readPart, tailPointsOf } from './points.ts'
import type { Rows, RunRows } from './points.ts'
import type { PointsOfSeries, SeriesName } from './which.ts'

export interface Curves<T> {
  /** Buckets are 2^exponent steps wide. */
  readonly exponent: number
  /** False where narrower ones were asked for than are kept, of more points than are read for one answer. */
  readonly exact: boolean
  readonly curves: T
}

/** Where curves are read from. */
export interface CurveSources {
  readonly rows: RunRows
  readonly curves: CurveFiles
}

/** Points that are read from parts for one answer, where buckets that are kept are wider than is asked for. */
const pointsReadMax = 2_000_000

/**
 * The buckets of a metric's series, all of one width: from the curve files where these are narrow enough, else from the
 * points. Series come by rank and attempt.
 *
 * @throws {ProvloomError} `FILE_UNREADABLE` for parts or a journal that cannot be read
 */
export async function curvesOf(from: CurveSources, asked: CurveAsk): Promise<Curves<SeriesBuckets[]>> {
  const { ask, wanted, exact, pieces } = await askedPieces(from, asked)
  return together(ask, wanted, exact, pieces)
}

interface AskedPieces {
  readonly ask: CurveAsk
  readonly wanted: number
  readonly exact: boolean
  /** In the order in which their points were logged. */
  readonly pieces: readonly SeriesSpan[]
}

async function askedPieces(from: CurveSources, asked: CurveAsk): Promise<AskedPieces> {
  const runDir = from.rows.directory
  const rows = await rowsFor(from, asked)
  const read: ReadPieces = new Map()
  const series = new KeptSeries(from.curves, asked)
  const ask = await asFarAsKnown(runDir, asked, rows, series, read)
  const wanted = exponentFor(ask)
  const kept = await keptOf(series, ask, rows)
  const isNarrowEnough = kept.exponent <= wanted || ask.steps === undefined
  const isUsed = isNarrowEnough || kept.points > pointsReadMax
  const pieces = await piecesOf(runDir, ask, rows, isUsed ? kept : nothingKept, read)
  return { ask, wanted, exact: isNarrowEnough || !isUsed, pieces }
}

/** Of a run that goes on, and of one whose curves were not folded, only the parts in which the steps are. */
async function rowsFor({ rows: run }: CurveSources, asked: CurveAsk): Promise<Rows> {
  const rows = await run.now(whichOf(asked))
  const { steps } = asked
  if (rows.tail === undefined || steps === undefined || !Number.isFinite(steps.to - steps.from)) return rows
  const parts = await partsWithin(run.directory, rows, aligned(steps, exponentFor(asked)))
  return { ...rows, parts, last: parts.at(-1) === rows.parts.at(-1) ? rows.last : undefined }
}

/** The metrics that the folded file holds, or else those of the parts, with how many points of how many series. */
export async function curveMetricsOf({
  rows,
  curves: files,
}: CurveSources): Promise<(MetricName & { readonly points: number; readonly series: number })[]> {
  const found = new Map<string, MetricName & { points: number; series: number }>()
  const parts = rows.recorded
  const all = await files.ofAll(parts)
  for (const part of all === undefined ? parts : parts.slice(0, 1)) {
    for (const { points, series, ...metric } of (await (all ?? (await files.ofPart(part)))?.metrics()) ??
      []) {
      const id = JSON.stringify(metric)
      const known = found.get(id) ?? { ...metric, points: 0, series: 0 }
      found.set(id, known)
      known.points += points
      // A series that begins later is counted where there are most.
      known.series = Math.max(known.series, series)
    }
  }
  return [...found.values()].sort(compareMetrics)
}

/** The ribbon of a metric over its ranks, as above. */
export async function ribbonOfRun(from: CurveSources, ask: Omit<CurveAsk, 'rank'>): Promise<Curves<Ribbon>> {
  const { tail, parts } = await from.rows.now(whichOf(ask))
  const all = tail === undefined ? await from.curves.ofAll(parts) : undefined
  const folded = await all?.ribbon(ask.metric)
  const kept = folded === undefined ? undefined : foldedRibbon(folded, ask)
  if (kept !== undefined) return kept
  const { pieces, exact, wanted, ask: asked } = await askedPieces(from, ask)
  if (asked.steps !== undefined) {
    // How wide buckets are follows from what is asked for: rank by rank they are taken together, and not all at once.
    const curves = ribbonOf(pieces, wanted)
    return { exponent: curves.exponent, exact, curves }
  }
  const { exponent, curves } = together(asked, wanted, exact, pieces)
  return { exponent, exact, curves: ribbonOf(curves, exponent) }
}

/** Of the folded ribbon the steps that are asked for; undefined where its buckets are not as wide as the answer's. */
function foldedRibbon(all: Ribbon, ask: Omit<CurveAsk, 'rank'>): Curves<Ribbon> | undefined {
  if (all.count === 0) return undefined
  const { exponent } = all
  const wanted = exponentFor({
    ...ask,
    steps: clipped(ask.steps, all.firstStep[0]!, all.lastStep[all.count - 1]!),
  })
  const [from, to] =
    ask.steps === undefined
      ? [0, all.count]
      : placesOf(all, aligned(ask.steps, exponent), { from: 0, to: all.count })
  const curves = sliceRibbon(all, from, to)
  // Of more points than are read for one answer there are no narrower ones.
  const isAll = exponent > wanted && curves.points.reduce((sum, one) => sum + one, 0) > pointsReadMax
  return exponent === wanted || isAll ? { exponent, exact: !isAll, curves } : undefined
}

/**
 * Where no end is told, the steps that there are: how wide buckets are to be follows from how many.
 *
 * @param read gets what had to be read of parts and journal to know that
 */
async function asFarAsKnown(
  runDir: string,
  { steps: asked, ...ask }: CurveAsk,
  rows: Rows,
  series: KeptSeries,
  read: ReadPieces,
): Promise<CurveAsk> {
  if (asked !== undefined && Number.isFinite(asked.to - asked.from)) return { ...ask, steps: asked }
  const kept = await keptOf(series, ask, rows)
  // Of points alone a maker sees for itself how far they go.
  if (kept.pieces.size === 0 && asked === undefined) return ask
  let [first, last] = [Infinity, -Infinity]
  for (const { buckets, from, to } of await piecesOf(runDir, ask, rows, kept, read)) {
    if (from === to) continue
    first = Math.min(first, buckets.firstStep[from]!)
    last = Math.max(last, buckets.lastStep[to - 1]!)
  }
  const { from, to } = clipped(asked, first, last)
  return from < to ? { ...ask, steps: { from, to } } : { ...ask, steps: asked ?? { from: 0, to: 0 } }
}

/** Buckets that are kept, of parts of which nothing else is to be read. */
interface Kept {
  /** Folded ones stand with the first part, and the other parts have none. */
  readonly pieces: ReadonlyMap<Part, readonly SeriesSpan[]>
  /** Of the widest of them. */
  readonly exponent: number
  readonly points: number
}

const nothingKept: Kept = { pieces: new Map(), exponent: 0, points: 0 }

/** The folded ones, unless these are too wide and those of the parts are narrower. */
async function keptOf(series: KeptSeries, ask: CurveAsk, rows: Rows): Promise<Kept> {
  const all = rows.tail === undefined ? await series.ofAll(rows.parts) : undefined
  const folded = keptIn(ask, [{ own: all, parts: rows.parts }])
  const isThere = folded.pieces.size > 0
  if (isThere && (ask.steps === undefined || folded.exponent <= exponentFor(ask))) return folded
  const each: { own: readonly SeriesSpan[] | undefined; parts: readonly Part[] }[] = []
  for (const part of rows.parts) each.push({ own: await series.ofPart(part), parts: [part] })
  const own = keptIn(ask, each)
  const isBetter = own.pieces.size === rows.parts.length && own.exponent < folded.exponent
  return isThere && !isBetter ? folded : own
}

/** The series of one question in the files that are kept, each file read once. */
class KeptSeries {
  readonly #files: CurveFiles
  readonly #asked: CurveAsk
  readonly #known = new Map<CurveFile, Promise<readonly SeriesSpan[] | undefined>>()

  constructor(files: CurveFiles, asked: CurveAsk) {
    this.#files = files
    this.#asked = asked
  }

  async ofAll(parts: readonly Part[]): Promise<readonly SeriesSpan[] | undefined> {
    return this.#in(await this.#files.ofAll(parts))
  }

  async ofPart(part: Part): Promise<readonly SeriesSpan[] | undefined> {
    return this.#in(await this.#files.ofPart(part))
  }

  /** Undefined where a file has none of the metric: then its points are in no bucket there. */
  #in(file: CurveFile | undefined): Promise<readonly SeriesSpan[] | undefined> | undefined {
    if (file === undefined) return undefined
    const known = this.#known.get(file) ?? this.#read(file)
    this.#known.set(file, known)
    return known
  }

  async #read(file: CurveFile): Promise<readonly SeriesSpan[] | undefined> {
    const { metric, rank } = this.#asked
    const own = await file.series(metric, rank)
    return own.length > 0 || (await file.has(metric)) ? own : undefined
  }
}

function keptIn(
  ask: CurveAsk,
  files: readonly {
    readonly own: readonly SeriesSpan[] | undefined
    readonly parts: readonly Part[]
  }[],
): Kept {
  const pieces = new Map<Part, readonly SeriesSpan[]>()
  for (const { own, parts } of files) {
    if (own === undefined) continue
    for (const [i, part] of parts.entries()) pieces.set(part, i === 0 ? own : [])
  }
  let exponent = 0
  for (const own of pieces.values())
    for (const { buckets } of own) exponent = Math.max(exponent, buckets.exponent)
  const steps = ask.steps && aligned(ask.steps, Math.max(exponent, exponentFor(ask)))
  let points = 0
  for (const [part, own] of pieces) {
    const inside = within(own, steps)
    for (const span of inside) points += pointsIn(span)
    pieces.set(part, inside)
  }
  return { pieces, exponent, points }
}

/** Buckets of points, of all steps, that were read for one answer: of parts and, under `tail`, of the journal. */
type ReadPieces = Map<Part | 'tail', readonly SeriesSpan[]>

/**
 * Kept buckets, and those of the points that no kept ones hold, in the order in which their points were logged.
 *
 * @param read of what is in it nothing is read again, where its buckets are narrow enough
 */
async function piecesOf(
  runDir: string,
  ask: CurveAsk,
  rows: Rows,
  kept: Kept,
  read: ReadPieces,
): Promise<SeriesSpan[]> {
  const exponent = Math.max(exponentFor(ask), kept.exponent)
  const steps = ask.steps && aligned(ask.steps, exponent)
  const found: SeriesSpan[] = []
  const bucketed = ({ count, step, time, value, ...series }: PointsOfSeries): SeriesSpan => ({
    ...series,
    ...spanOf(bucketsOf({ count, step, time, value }, limitsOf(ask, exponent))),
  })
  const take = async (
    of: Part | 'tail',
    points: AsyncIterable<PointsOfSeries> | Iterable<PointsOfSeries>,
  ): Promise<void> => {
    const known = read.get(of)
    if (known?.every(({ buckets }) => buckets.exponent <= exponent) === true) {
      put(found, within(known, steps))
      return
    }
    const own: SeriesSpan[] = []
    for await (const one of points) own.push(bucketed(one))
    if (steps === undefined) read.set(of, own)
    put(found, own)
  }
  for (const part of rows.parts) {
    const own = kept.pieces.get(part)
    if (own !== undefined) put(found, own)
    else
      await take(
        part,
        readPart(runDir, rows, part, true, (file) => file.points(whichOf(ask), steps), steps),
      )
  }
  await take('tail', tailPointsOf(rows, steps))
  return found
}

/** @param pieces in the order in which their points were logged */
function together(
  ask: CurveAsk,
  wanted: number,
  exact: boolean,
  pieces: readonly SeriesSpan[],
): Curves<SeriesBuckets[]> {
  const bySeries = new Map<number, Map<number, { series: SeriesName; spans: BucketSpan[] }>>()
  for (const { buckets, from, to, ...series } of pieces) {
    const attempts =
      bySeries.get(series.rank) ?? new Map<number, { series: SeriesName; spans: BucketSpan[] }>()
    bySeries.set(series.rank, attempts)
    const known = attempts.get(series.attempt)
    if (known === undefined) attempts.set(series.attempt, { series, spans: [{ buckets, from, to }] })
    else known.spans.push({ buckets, from, to })
  }
  const ordered = [...bySeries.values()]
    .flatMap((attempts) => [...attempts.values()])
    .sort(({ series: a }, { series: b }) => a.rank - b.rank || a.attempt - b.attempt)
  const made = ofOneWidth(
    ordered.map(({ spans }) => spans),
    limitsOf(ask, wanted),
    ask.steps !== undefined,
  )
  const curves = ordered.map(({ series }, i) => ({ ...series, buckets: made[i]! }))
  return { exponent: made[0]?.exponent ?? wanted, exact, curves }
}

/** @param isTold how wide buckets are follows from what is asked for: then series need not wait for each other */
function ofOneWidth(
  series: readonly (readonly BucketSpan[])[],
  limits: { readonly exponent: number; readonly perSeriesMax: number },
  isTold: boolean,
): Buckets[] {
  let { exponent } = limits
  for (const spans of series) for (const { buckets } of spans) exponent = Math.max(exponent, buckets.exponent)
  // Of a folded file they are as they are to be: memory is shared.
  if (isTold && series.every((spans) => isMade(spans, exponent, limits.perSeriesMax)))
    return series.map((spans) => mergedSpans(spans))
  const maker = new CurveMaker({ ...limits, exponent })
  for (const spans of series) {
    maker.begin()
    for (const { buckets, from, to } of spans) maker.buckets(buckets, from, to)
  }
  const { buckets, begins } = maker.flat()
  return begins.map((from, i) => sliceBuckets(buckets, from, begins[i + 1] ?? buckets.count))
}

function isMade([one, ...others]: readonly BucketSpan[], exponent: number, bucketsMax: number): boolean {
  return (
    one !== undefined &&
    others.length === 0 &&
    one.buckets.exponent === exponent &&
    one.to - one.from <= bucketsMax
  )
}

/** There are more than may be arguments of one call. */
function put<T>(into: T[], all: readonly T[]): void {
  for (const one of all) into.push(one)
}
