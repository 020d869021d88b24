import { limits, shortened } from '@provloom/shared'
import type { Skipped } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'
import type { Change } from './change.ts'
import { rankOf } from './find.ts'
import { moveOn, streamOf } from './stream.ts'

/** The metric store, which may be behind the graph, is given none of these in a replay. */
const positionsMax = 1024

/** Counts entries that are not taken in, with their place in the journal; what they held counts as dropped. */
export function applySkipped(change: Change, lsn: Lsn, entry: Skipped): void {
  const { state, undo, dirt } = change
  const { entries, records } = entry
  undo.set(state, 'skipped', state.skipped + entries)
  const place = entries === 1 ? `entry ${lsn}` : `entries ${lsn - entries + 1} to ${lsn}`
  const words = `ENTRY_SKIPPED: ${place} of the journal could not be taken in: ${entry.reason}`
  if (state.skippedWords.length < limits.problemsKeptMax)
    undo.push(state.skippedWords, shortened(words, limits.problemLengthMax))
  if (records === undefined) return
  undo.set(state, 'skippedAt', [...state.skippedAt, lsn].slice(-positionsMax))
  const { key, rank } = rankOf(change, records.rank, records.attempt)
  const stream = streamOf(change, rank, records.stream)
  moveOn(change, stream, records)
  undo.set(stream, 'skipped', stream.skipped + records.count)
  dirt.mark('rank', key)
}
