import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError, systemCode } from '@provloom/shared'
import { filesOf, partNames } from '../layout.ts'
import { PartFile } from './part-file.ts'
import { readTail } from './tail.ts'
import type { Tail, TailPiece } from './tail.ts'
import { isMeant } from './which.ts'
import type { PointsOfSeries, SeriesName, Which } from './which.ts'

/** Times that reading begins anew because the run's writer went on meanwhile. */
const triesMax = 8

/** A run's rows, each once: parts, opened or to be opened, and what the journal holds behind them. */
interface Rows {
  readonly parts: readonly string[]
  /** The last of them, open: the only one that a larger one may replace. */
  readonly last: PartFile | undefined
  readonly tail: Tail | undefined
  readonly pieces: readonly TailPiece[]
}

/**
 * The points of series, one series at a time: those in parts first, a series' rows of a row group together, then those
 * that are in the journal still, each series at once. Memory holds a row group, and what of the journal is meant.
 *
 * @throws {ProvloomError} `FILE_UNREADABLE` for a part or a journal that is damaged or missing
 */
export async function* pointsOf(runDir: string, which: Which): AsyncGenerator<PointsOfSeries> {
  const rows = await rowsOf(runDir, which)
  try {
    for (const file of rows.parts) yield* from(file, (part) => part.points(which), lastOf(rows, file))
    for (const pieces of bySeries(rows.pieces).values()) yield joined(pieces)
  } finally {
    await rows.last?.close()
  }
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
  runDir: string,
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
  const rows = await rowsOf(runDir, which)
  try {
    for (const file of rows.parts) {
      for await (const stretch of from(file, (part) => part.stretches(), lastOf(rows, file)))
        if (isMeant(which, stretch.series)) add(stretch.series, stretch.to - stretch.from)
    }
    for (const series of rows.tail?.series ?? []) if (isMeant(which, series)) add(series, 0)
    for (const { series, step } of rows.pieces) add(series, step.length)
  } finally {
    await rows.last?.close()
  }
  return [...found.values()].map(({ series, points }) => ({ ...series, points }))
}

async function rowsOf(runDir: string, which: Which): Promise<Rows> {
  for (let tries = 1; ; tries++) {
    try {
      const rows = await tryRows(runDir, which)
      if (rows !== undefined) return rows
    } catch (error) {
      throw unreadable(runDir, error)
    }
    if (tries === triesMax)
      throw unreadable(runDir, new Error('its parts are not those that its journal names'))
  }
}

/** @returns undefined when its writer went on meanwhile */
async function tryRows(runDir: string, which: Which): Promise<Rows | undefined> {
  const { journal, metrics } = filesOf(runDir)
  if (!fs.existsSync(journal)) {
    const parts = namesIn(metrics).map((name) => path.join(metrics, name))
    return { parts, last: undefined, tail: undefined, pieces: [] }
  }
  const tail = await readTail(runDir, which)
  if (tail === undefined) return undefined
  for (const { parts, through } of tail.sealed.toReversed()) {
    const paths = parts.map(({ file }) => path.join(runDir, file))
    const last = await openPart(paths.at(-1))
    if (last?.size === parts.at(-1)?.bytes)
      return {
        parts: paths,
        last,
        tail,
        pieces: tail.pieces.filter(({ position }) => position > through),
      }
    await last?.close()
  }
  return undefined
}

function lastOf({ parts, last }: Rows, file: string): PartFile | undefined {
  return file === parts.at(-1) ? last : undefined
}

async function openPart(file: string | undefined): Promise<PartFile | undefined> {
  try {
    return file === undefined ? undefined : await PartFile.open(file)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function namesIn(folder: string): string[] {
  try {
    return partNames(fs.readdirSync(folder))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}

/** What is read of a part, by its own open file where it has one. */
async function* from<T>(
  file: string,
  read: (part: PartFile) => AsyncGenerator<T>,
  open?: PartFile,
): AsyncGenerator<T> {
  let part = open
  try {
    part ??= await PartFile.open(file)
    yield* read(part)
  } catch (error) {
    throw unreadable(file, error)
  } finally {
    if (open === undefined) await part?.close()
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
