import { add } from '@provloom/rundir/entry'
import type { Count, Ledger } from '@provloom/rundir/entry'
import type { RankState, RunState, StreamState } from '../state.ts'
import { exitWords, keptWords, steppedWords } from '../status.ts'

/** Reasons for drops with their counts, over all streams of a rank, by reason. */
export function dropsOf(rank: RankState): ReadonlyMap<string, Count> {
  const total = new Map<string, Count>()
  const note = (reason: string, count: number): void => {
    if (count > 0) total.set(reason, add(total.get(reason) ?? 0, count))
  }
  for (const stream of streamsOf(rank)) {
    for (const [reason, count] of stream.drops) note(reason, count)
    note('unreadable', stream.bad)
    note('undeclared series', stream.undeclared)
    note('damaged', stream.lost)
    note('not taken in', stream.skipped)
  }
  return new Map([...total].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** sent = stored + dropped, by definition of sent: what a writer numbered and what it could not write. */
export function ledgerOf(rank: RankState): Ledger {
  let stored: Count = 0
  let dropped: Count = 0
  for (const stream of streamsOf(rank)) {
    stored = add(stored, stream.stored)
    for (const count of stream.drops.values()) dropped = add(dropped, count)
    for (const count of [stream.bad, stream.lost, stream.skipped, stream.undeclared])
      dropped = add(dropped, count)
  }
  return { sent: add(stored, dropped), stored, dropped }
}

/** Of all ranks together. */
export function totalOf(ledgers: Iterable<Ledger>): Ledger {
  let stored: Count = 0
  let dropped: Count = 0
  for (const one of ledgers) {
    stored = add(stored, one.stored)
    dropped = add(dropped, one.dropped)
  }
  return { sent: add(stored, dropped), stored, dropped }
}

function* streamsOf({ streams, retired }: RankState): Generator<StreamState> {
  yield* streams.values()
  if (retired !== undefined) yield retired
}

/** Of these no event tells: a disk or a bound that has no room has none for that either. */
const untold: ReadonlySet<string> = new Set([
  'spool-full',
  'spool-removed',
  'disk-full',
  'disk-failed',
  'too-large',
  'too-many-series',
  'other',
])

/** What was dropped of a rank, in words, where no problem of its own says so. */
export function droppedWords(rank: RankState): string[] {
  return [...dropsOf(rank)]
    .filter(([reason]) => untold.has(reason))
    .map(([reason, count]) => `DROPPED: ${count} logs: ${reason}`)
}

/** What is to be known of a rank that it did not tell itself, each `CODE: words`. */
export function remarksOnRank(state: RunState, rank: RankState): string[] {
  return [...keptWords(state, rank), ...droppedWords(rank), ...steppedWords(rank), ...exitWords(rank)]
}
