import fs from 'node:fs'
import { LogCursor, lsn, noPoints, payloadAt, systemFiles } from '@provloom/shared'
import type { Damage, Lsn } from '@provloom/shared'
import { decodeRecord, recordsOf } from '../entry/codec.ts'
import type { ControlEntry } from '../entry/codec.ts'
import type { Part, Records } from '../entry/entry.ts'
import { filesOf } from '../layout.ts'
import { SeriesTable } from '../series/series-table.ts'
import type { SeriesRow } from '../series/series-table.ts'
import { readStore } from '../series/store-file.ts'
import type { StoreState } from '../series/store-file.ts'
import type { FileLook } from '../checked-file.ts'
import { LastRead } from './last-read.ts'
import { isMeant } from './which.ts'
import type { Which } from './which.ts'

/** What the Parquet parts hold: all rows of entries up to one. */
export interface Sealed {
  readonly parts: readonly Part[]
  readonly through: Lsn
}

/** Rows of one series in one journal entry. */
export interface TailPiece {
  readonly position: Lsn
  readonly series: SeriesRow
  readonly count: number
  /** Empty where only counts are asked for. */
  readonly step: readonly number[]
  readonly time: readonly number[]
  readonly value: readonly number[]
}

export type TailOf = 'points' | 'counts'

/** What lies in a run's journal behind its Parquet parts. */
export interface Tail {
  /** As the journal tells it, the last one last: a part that was named a moment ago may not be there yet. */
  readonly sealed: readonly [Sealed, ...Sealed[]]
  readonly series: readonly SeriesRow[]
  /** Of the series that are meant. */
  readonly pieces: readonly TailPiece[]
}

/** What the run's store file says. */
export type StoreRead = LastRead<FileLook<StoreState>>

export function storeOf(runDir: string): StoreRead {
  const { store } = filesOf(runDir)
  return new LastRead(store, () => readStore(store))
}

const nothingYet: StoreState = { through: lsn(-1), replayFrom: lsn(0), parts: [], series: [] }

/**
 * Reads the journal of a run that is not finished, while it is written: entries that are written and not yet synced too.
 *
 * @param flushed the last entry that is known to be in it, or was
 * @returns undefined when there is none, or the writer removed some of it meanwhile: what it held is in parts now
 * @throws the system's error, and an error when what it holds cannot be read
 */
export async function readTail(
  runDir: string,
  storeRead: StoreRead,
  which: Which,
  flushed: number,
  of: TailOf,
): Promise<Tail | undefined> {
  const files = filesOf(runDir)
  const look = storeRead.now()
  if (look.kind === 'bad') throw new Error(`${files.store}: ${look.reason}`)
  const store = look.kind === 'read' ? look.content : nothingYet
  const table = new SeriesTable(store.series)
  const sealed: [Sealed, ...Sealed[]] = [{ parts: store.parts, through: store.through }]
  const pieces: TailPiece[] = []
  const cursor = new LogCursor(systemFiles(), files.journal, store.through + 1)
  try {
    for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
      // Entries are gone: removed meanwhile, or it is damage. A store file that was written since says which.
      if (chunk.damage.length > 0) {
        if (!isStill(storeRead, store)) return undefined
        throw damaged(chunk.damage)
      }
      for (let k = 0; k < chunk.count; k++) {
        const look = decodeRecord(payloadAt(chunk, k))
        const position = lsn(chunk.first + k)
        if (look.kind === 'control') noteParts(sealed, look.entry)
        else if (look.kind === 'envelope')
          pieces.push(...piecesOf(table, position, recordsOf(look.envelope), which, of))
      }
    }
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  } finally {
    cursor.close()
  }
  if (cursor.number <= flushed) {
    if (!isStill(storeRead, store) || !fs.existsSync(files.journal)) return undefined
    throw new Error(`it ends before entry ${flushed}, which was in it`)
  }
  return { sealed, series: table.rows, pieces }
}

/** Entries that name parts come after the rows in them, and so behind what a later store file says of the same parts. */
function noteParts(sealed: [Sealed, ...Sealed[]], entry: ControlEntry): void {
  if (entry.kind === 'parts' && entry.through > sealed.at(-1)!.through) sealed.push(entry)
}

function isStill(storeRead: StoreRead, { through }: StoreState): boolean {
  const now = storeRead.now()
  return now.kind === 'read' ? now.content.through === through : through === -1
}

function piecesOf(table: SeriesTable, position: Lsn, entry: Records, which: Which, of: TailOf): TailPiece[] {
  const ids = table.declare(position, entry)
  const { points } = entry
  if (points === noPoints || points.count === 0) return []
  const bySeries = new Map<number, { count: number; step: number[]; time: number[]; value: number[] }>()
  for (let row = 0; row < points.count; row++) {
    const at = ids.get(points.series[row]!)
    // Of no series that was declared: it is in no part either.
    if (at < 0 || !isMeant(which, table.rows[at]!)) continue
    const columns = bySeries.get(at) ?? { count: 0, step: [], time: [], value: [] }
    bySeries.set(at, columns)
    columns.count++
    if (of === 'counts') continue
    columns.step.push(Number(points.step[row]))
    columns.time.push(Number(points.time[row]))
    columns.value.push(points.value[row]!)
  }
  return [...bySeries].map(([at, columns]) => ({ position, series: table.rows[at]!, ...columns }))
}

function damaged([first]: readonly Damage[]): Error {
  const place = first === undefined ? 'it' : `${first.file} at byte ${first.offset}`
  return new Error(`the journal is damaged: ${place}`)
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
