import type { RankState, Roster } from './roster.ts'

/** A failed rank that the launcher may start again is waited for this long. */
const restartWaitMs = 60_000
/** When all others have ended, a lost rank is waited for this long: its machine may be gone for good. */
const lostWaitMs = 600_000
/** Where nobody told the size of the world, a last rank may be about to say hello. */
const joinWaitMs = 2_000

export type Outlook =
  | { readonly kind: 'open' }
  /** Done, unless something comes before this time, in microseconds since the Unix epoch. */
  | { readonly kind: 'waiting'; readonly untilUs: number }
  | { readonly kind: 'done' }

/**
 * Whether a run has come to its end: every expected rank has ended and none is expected again. Expected are all ranks
 * of the world with `collectAllProcesses`, or those seen where nobody told the world's size; rank 0 alone without.
 * Ranks that are lost for long do not keep it open, unless all are.
 */
export function outlookOf(roster: Roster, collectAllProcesses: boolean, nowUs: number): Outlook {
  const { worldSize } = roster
  const ranks = collectAllProcesses ? (worldSize ?? Infinity) : 1
  let [seen, ended, untilUs] = [0, 0, 0]
  // Asked at every farewell: of a thousand ranks it has to look at one that still runs.
  for (const state of roster.latest.values()) {
    if (state.rank >= ranks) continue
    if (!state.ended && !state.lost) return { kind: 'open' }
    seen++
    if (state.ended) ended++
    untilUs = Math.max(untilUs, waitsUntilUs(state, ranks !== Infinity))
  }
  if (ended === 0 || (ranks !== Infinity && seen < ranks)) return { kind: 'open' }
  return untilUs > nowUs ? { kind: 'waiting', untilUs } : { kind: 'done' }
}

function waitsUntilUs(state: RankState, worldIsKnown: boolean): number {
  if (!state.ended) return state.lostUs + lostWaitMs * 1000
  if (mayComeBack(state)) return state.endedUs + restartWaitMs * 1000
  return worldIsKnown ? 0 : state.endedUs + joinWaitMs * 1000
}

function mayComeBack(state: RankState): boolean {
  return (
    state.attempt < state.restartsMax &&
    state.status !== undefined &&
    state.status !== 'completed' &&
    state.status !== 'incomplete'
  )
}
