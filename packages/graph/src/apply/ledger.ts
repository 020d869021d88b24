import type { Ledger } from '@provloom/rundir/entry'
import type { RankState, RunState } from '../state.ts'

/** Reasons for drops with their counts, over all streams of a rank, by reason. */
export function dropsOf(rank: RankState): ReadonlyMap<string, number> {
  const total = new Map<string, number>()
  const add = (reason: string, count: number): void => {
    if (count > 0) total.set(reason, (total.get(reason) ?? 0) + count)
  }
  for (const stream of rank.streams.values()) {
    for (const [reason, count] of stream.drops) add(reason, count)
    add('unreadable', stream.bad)
    add('undeclared series', stream.undeclared)
    add('damaged', stream.lost)
    add('not taken in', stream.skipped)
  }
  return new Map([...total].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** sent = stored + dropped, by definition of sent: what a writer numbered and what it could not write. */
export function ledgerOf(rank: RankState): Ledger {
  let stored = 0
  let dropped = 0
  for (const stream of rank.streams.values()) {
    stored += stream.stored
    dropped += stream.bad + stream.lost + stream.skipped + stream.undeclared
    for (const count of stream.drops.values()) dropped += count
  }
  return { sent: stored + dropped, stored, dropped }
}

/** Problems of the run: what its ranks told, and entries that could not be taken in. */
export function problemsOf({ ranks, skipped }: RunState): number {
  let count = skipped
  for (const { problemCount } of ranks.values()) count += problemCount
  return count
}
