import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError, systemCode } from '@provloom/shared'
import type { Part } from '../entry/entry.ts'
import { filesOf } from '../layout.ts'
import { readRunFile } from '../run-file.ts'
import type { RunFile } from '../run-file.ts'
import { PartFile, within } from './part-file.ts'
import { LastRead } from './last-read.ts'
import { readTail, storeOf } from './tail.ts'
import type { StoreRead, Tail, TailOf, TailPiece } from './tail.ts'
import { isMeant } from './which.ts'
import type { PointsOfSeries, SeriesName, Steps, Which } from './which.ts'

/** Times that reading begins anew because the run's writer went on meanwhile. */
const triesMax = 8

/** A run's rows, each once: parts, and what the journal holds behind them. */
export interface Rows {
  readonly parts: readonly Part[]
  /** The last of them, read: the only one that a larger one may replace. */
  readonly last: PartFile | undefined
  readonly tail: Tail | undefined
  readonly pieces: readonly TailPiece[]
}

/**
 * The points of series, one series at a time: those in parts first, a series' rows of a row group together, then those
 * that are in the journal still, each series at once. Memory holds a part, and what of the journal is meant.
 *
 * @throws {ProvloomError} `FILE_UNREADABLE` for a part or a journal that is damaged or missing
 */
export async function* pointsOf(run: RunRows, which: Which, steps?: Steps): AsyncGenerator<PointsOfSeries> {
  const rows = await run.now(which)
  for (const part of rows.parts)
    yield* readPart(run.directory, rows, part, isNarrow(which), (file) => file.points(which, steps), steps)
  yield* tailPointsOf(rows, steps)
}

/** Those behind the parts. */
export function* tailPointsOf(rows: Rows, steps: Steps | undefined): Generator<PointsOfSeries> {
  for (const pieces of bySeries(rows.pieces).values()) {
    const { count: _count, step, time, value, ...series } = joined(pieces)
    const points = within({ step, time, value }, steps)
    if (points.step.length > 0) yield { ...series, count: points.step.length, ...points }
  }
}

/** So little is meant that most of each part is not read. */
function isNarrow({ key, rank }: Which): boolean {
  return key !== undefined || rank !== undefined
}

/** In the order in which their first points are in the journal. */
function bySeries(pieces: readonly TailPiece[]): ReadonlyMap<SeriesName, readonly TailPiece[]> {
  const found = new Map<SeriesName, TailPiece[]>()
  for (const piece of pieces) {
    const known = found.get(piece.series)
    if (known === undefined) found.set(piece.series, [piece])
    else known.push(piece)
  }
  return found
}

/** @param pieces of one series, at least one */
function joined(pieces: readonly TailPiece[]): PointsOfSeries {
  const { since: _since, ...name } = pieces[0]!.series
  const column = (of: 'step' | 'time' | 'value'): Float64Array =>
    Float64Array.from(pieces.flatMap((piece) => piece[of]))
  const step = column('step')
  return { ...name, count: step.length, step, time: column('time'), value: column('value') }
}

/** The series of a run that are meant, with the number of their points; in the order in which they are found. */
export async function seriesOf(
  run: RunRows,
  which: Which,
): Promise<(SeriesName & { readonly points: number })[]> {
  const found = new Map<string, { series: SeriesName; points: number }>()
  const add = ({ rank, attempt, context, source, key }: SeriesName, points: number): void => {
    const series = { rank, attempt, context, source, key }
    const id = JSON.stringify(series)
    const known = found.get(id)
    if (known === undefined) found.set(id, { series, points })
    else known.points += points
  }
  const rows = await run.now(which, 'counts')
  for (const part of rows.parts) {
    const stretches = readPart(run.directory, rows, part, true, (file) => file.stretches(which))
    for await (const { series, from, to } of stretches) add(series, to - from)
  }
  for (const series of rows.tail?.series ?? []) if (isMeant(which, series)) add(series, 0)
  for (const { series, count } of rows.pieces) add(series, count)
  return [...found.values()].map(({ series, points }) => ({ ...series, points }))
}

/** Where the rows of a run are, asked again and again: what says so is read again only when it was written again. */
export class RunRows {
  readonly directory: string
  readonly #record: LastRead<Pick<RunFile, 'parts' | 'journalPosition'>>
  readonly #store: StoreRead

  constructor(runDir: string) {
    this.directory = runDir
    this.#record = new LastRead(filesOf(runDir).runJson, () => {
      const { parts, journalPosition } = readRunFile(runDir)
      return { parts, journalPosition }
    })
    this.#store = storeOf(runDir)
  }

  /**
   * @param of of what is in the journal: points, or how many there are
   * @throws {ProvloomError} `FILE_UNREADABLE`
   */
  async now(which: Which, of: TailOf = 'points'): Promise<Rows> {
    for (let tries = 1; ; tries++) {
      try {
        const rows = await this.#try(which, of)
        if (rows !== undefined) return rows
      } catch (error) {
        throw unreadable(this.directory, error)
      }
      if (tries === triesMax)
        throw unreadable(this.directory, new Error('its parts are not those that its journal names'))
    }
  }

  /** The parts that its record names. */
  get recorded(): readonly Part[] {
    return this.#record.now().parts
  }

  /** @returns undefined when its writer went on meanwhile */
  async #try(which: Which, of: TailOf): Promise<Rows | undefined> {
    const { journal } = filesOf(this.directory)
    const { parts, journalPosition } = this.#record.now()
    if (!fs.existsSync(journal)) return { parts, last: undefined, tail: undefined, pieces: [] }
    const tail = await readTail(this.directory, this.#store, which, journalPosition, of)
    if (tail === undefined) return undefined
    for (const { parts, through } of tail.sealed.toReversed()) {
      const newest = parts.at(-1)
      const last = newest === undefined ? undefined : await partAt(this.directory, newest)
      if (newest !== undefined && last === undefined) continue
      return { parts, last, tail, pieces: tail.pieces.filter(({ position }) => position > through) }
    }
    return undefined
  }
}

/** Undefined where it is not there, or not as it was written. */
async function partAt(runDir: string, part: Part): Promise<PartFile | undefined> {
  try {
    return await PartFile.open(runDir, part, true)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Within which steps are the points of parts, by checksum: a part never changes. Who asks for some steps again and again opens
 * no part that has none of them.
 */
const extents = new Map<string, Steps>()
const extentsMax = 16_384

function noteExtent({ sha256 }: Part, { extent }: PartFile): void {
  if (extent === undefined || extents.size >= extentsMax) return
  extents.set(sha256, extent)
}

function isOutside({ sha256 }: Part, steps: Steps): boolean {
  const extent = extents.get(sha256)
  return extent !== undefined && (extent.to <= steps.from || extent.from >= steps.to)
}

/** Of a run's parts those that may have points of some steps; each is opened once to know it. */
export async function partsWithin(runDir: string, { parts }: Rows, steps: Steps): Promise<readonly Part[]> {
  const found: Part[] = []
  for (const part of parts) {
    if (!extents.has(part.sha256) && part !== parts.at(-1)) await lookInto(runDir, part)
    if (!isOutside(part, steps)) found.push(part)
  }
  return found
}

async function lookInto(runDir: string, part: Part): Promise<void> {
  try {
    const file = await PartFile.open(runDir, part, false)
    if (file !== undefined) noteExtent(part, file)
    await file?.close()
  } catch {
    // Who reads it is told.
  }
}

/**
 * Reads of a part of a run what is asked for.
 *
 * @param isNarrow that is little of it
 * @param steps of which alone rows are asked for
 * @throws {ProvloomError} `FILE_UNREADABLE` for one that is damaged or missing
 */
export async function* readPart<T>(
  runDir: string,
  { parts, last }: Rows,
  part: Part,
  isNarrow: boolean,
  read: (file: PartFile) => AsyncIterable<T>,
  steps?: Steps,
): AsyncGenerator<T> {
  if (steps !== undefined && isOutside(part, steps)) return
  let file = part === parts.at(-1) ? last : undefined
  try {
    file ??= await PartFile.open(runDir, part, !isNarrow)
    if (file === undefined) throw new Error('it is not what was written: size or checksum differ')
    noteExtent(part, file)
    yield* read(file)
  } catch (error) {
    throw unreadable(path.join(runDir, part.file), error)
  } finally {
    await file?.close()
  }
}

function unreadable(file: string, cause: unknown): ProvloomError {
  if (cause instanceof ProvloomError) return cause
  return new ProvloomError('FILE_UNREADABLE', `The points of ${file} cannot be read`, {
    doing: 'read the points of a run',
    to: file,
    cause,
    hint: 'The other parts in its metrics folder can be read alone: each is a Parquet file.',
  })
}
