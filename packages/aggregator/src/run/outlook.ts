import type { RankState, Roster } from './roster.ts'

/** A failed rank that the launcher may start again is waited for this long. */
export const restartWaitMs = 60_000

export type Outlook =
  | { readonly kind: 'open' }
  /** Done, unless a failed rank is started again before this time, in microseconds since the Unix epoch. */
  | { readonly kind: 'waiting'; readonly untilUs: number }
  | { readonly kind: 'done' }

/**
 * Whether a run has come to its end: every expected rank has ended and none is expected again. Expected are all ranks
 * of the world with `collectAllProcesses`, or those seen where nobody told the world's size; rank 0 alone without.
 */
export function outlookOf(roster: Roster, collectAllProcesses: boolean, nowUs: number): Outlook {
  const expected = expectedRanks(roster, collectAllProcesses)
  if (expected.length === 0) return { kind: 'open' }
  let untilUs = 0
  for (const state of expected) {
    if (!state.ended) return { kind: 'open' }
    if (mayComeBack(state)) untilUs = Math.max(untilUs, state.endedUs + restartWaitMs * 1000)
  }
  return untilUs > nowUs ? { kind: 'waiting', untilUs } : { kind: 'done' }
}

/** The latest attempt of every expected rank; none while one of them has not come yet. */
function expectedRanks(roster: Roster, collectAllProcesses: boolean): RankState[] {
  const { worldSize } = roster
  const latest = [...roster.latest().values()]
  if (!collectAllProcesses) return latest.filter((state) => state.rank === 0)
  if (worldSize === undefined) return latest
  const within = latest.filter((state) => state.rank < worldSize)
  return within.length < worldSize ? [] : within
}

function mayComeBack(state: RankState): boolean {
  return (
    state.attempt < state.restartsMax &&
    state.status !== undefined &&
    state.status !== 'completed' &&
    state.status !== 'incomplete'
  )
}
