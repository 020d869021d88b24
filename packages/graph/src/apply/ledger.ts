import type { Ledger } from '@provloom/rundir/entry'
import type { RankState, RunState, StreamState } from '../state.ts'

/** Reasons for drops with their counts, over all streams of a rank, by reason. */
export function dropsOf(rank: RankState): ReadonlyMap<string, number> {
  const total = new Map<string, number>()
  const add = (reason: string, count: number): void => {
    if (count > 0) total.set(reason, (total.get(reason) ?? 0) + count)
  }
  for (const stream of streamsOf(rank)) {
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
  for (const stream of streamsOf(rank)) {
    stored += stream.stored
    dropped += stream.bad + stream.lost + stream.skipped + stream.undeclared
    for (const count of stream.drops.values()) dropped += count
  }
  return { sent: stored + dropped, stored, dropped }
}

function* streamsOf({ streams, retired }: RankState): Generator<StreamState> {
  yield* streams.values()
  if (retired !== undefined) yield retired
}

/** Problems of the run: what its ranks told, entries that could not be taken in, and what is to be known of it as a whole. */
export function problemsOf({ ranks, skipped, remarks, bystanders }: RunState): number {
  let count = skipped + remarks.length + bystanders.size
  for (const { problemCount } of ranks.values()) count += problemCount
  return count
}
