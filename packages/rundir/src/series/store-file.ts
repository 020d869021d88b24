/**
 * `journal/store`: what the Parquet parts hold and what series ids meant by then, so that whoever reads the journal behind
 * it (a restarted aggregator, a reader) has every row once. A checked file of format 1:
 *
 *     the last entry whose rows are in parts, -1 for none · where a restart reads on · parts · series
 *
 * A part is `[file, rows, bytes, sha256]`; a series is `[stream, id, rank, attempt, context, source, key, since]`.
 */
import { isCount, lsn } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import { checkedBytes, readChecked } from '../checked-file.ts'
import type { FileLook } from '../checked-file.ts'
import type { Part } from '../entry/entry.ts'
import { isPosition } from '../position.ts'
import type { SavedSeries } from './series-table.ts'

export interface StoreState {
  /** The last entry whose rows are in parts; -1 when there is none. */
  readonly through: Lsn
  /**
   * Entries before are needed no more. The rows from here to `through` are in the last part, which is small: given again
   * to a store that goes on from here, they let it grow.
   */
  readonly replayFrom: Lsn
  readonly parts: readonly Part[]
  /** As of that entry. */
  readonly series: readonly SavedSeries[]
}

const format = 1

export function storeBytes({ through, replayFrom, parts, series }: StoreState): Uint8Array[] {
  return checkedBytes(format, [
    through,
    replayFrom,
    parts.map(({ file, rows, bytes, sha256 }) => [file, rows, bytes, sha256]),
    series,
  ])
}

/** @throws the system's error when it is there and cannot be read */
export function readStore(file: string): FileLook<StoreState> {
  return readChecked(file, format, stateOf)
}

function stateOf([through, replayFrom, parts, series]: readonly unknown[]): StoreState | undefined {
  if (!isPosition(through) || !isCount(replayFrom)) return undefined
  if (!Array.isArray(parts) || !Array.isArray(series)) return undefined
  const known = parts.map(partOf)
  if (known.includes(undefined) || !series.every(isSavedSeries)) return undefined
  return {
    through: lsn(through),
    replayFrom: lsn(replayFrom),
    parts: known.flatMap((part) => part ?? []),
    series,
  }
}

function partOf(saved: unknown): Part | undefined {
  if (!Array.isArray(saved)) return undefined
  const [file, rows, bytes, sha256]: readonly unknown[] = saved
  if (typeof file !== 'string' || !isCount(rows) || !isCount(bytes) || typeof sha256 !== 'string')
    return undefined
  return { file, rows, bytes, sha256 }
}

function isSavedSeries(saved: unknown): saved is SavedSeries {
  if (!Array.isArray(saved)) return false
  const [stream, id, rank, attempt, context, source, key, since]: readonly unknown[] = saved
  return (
    typeof stream === 'string' &&
    [id, rank, attempt, since].every(isCount) &&
    [context, source].every((one) => one === null || typeof one === 'string') &&
    typeof key === 'string'
  )
}
