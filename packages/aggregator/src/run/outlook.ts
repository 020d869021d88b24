import type { RankState, Roster } from '@provloom/graph'

/** A failed rank that the launcher may start again is waited for this long. */
const restartWaitMs = 60_000
/** When all others have ended, a lost rank is waited for this long: its machine may be gone for good. */
const lostWaitMs = 600_000
/** Where nobody told the size of the world, a last rank may be about to say hello. */
const joinWaitMs = 2_000

export type Outlook =
  | { readonly kind: 'open' }
  /** Done, unless something comes within this time. */
  | { readonly kind: 'waiting'; readonly forMs: number }
  | { readonly kind: 'done' }

/**
 * Whether a run has come to its end: every expected rank has ended and none is expected again. Where nobody told the
 * world's size those seen are expected. Ranks that are lost for long do not keep it open, unless all are.
 *
 * @param agoMs how long ago a rank ended or was lost, by a clock that never jumps
 */
export function outlookOf(roster: Roster, agoMs: (state: RankState) => number): Outlook {
  const ranks = roster.expectedRanks
  let [seen, ended, forMs] = [0, 0, 0]
  // Asked at every farewell: of a thousand ranks it has to look at one that still runs.
  for (const state of roster.latest()) {
    if (state.rank >= ranks) continue
    if (state.ended === undefined && state.lost === undefined) return { kind: 'open' }
    seen++
    if (state.ended !== undefined) ended++
    const waitMs = waitsMs(roster, state)
    if (waitMs > 0) forMs = Math.max(forMs, waitMs - agoMs(state))
  }
  if (ended === 0 || (ranks !== Infinity && seen < ranks)) return { kind: 'open' }
  return forMs > 0 ? { kind: 'waiting', forMs } : { kind: 'done' }
}

function waitsMs(roster: Roster, state: RankState): number {
  if (state.ended === undefined) return lostWaitMs
  if (mayComeBack(roster, state)) return restartWaitMs
  return roster.expectedRanks === Infinity ? joinWaitMs : 0
}

function mayComeBack(roster: Roster, state: RankState): boolean {
  if (state.attempt >= state.restartsMax) return false
  const status = roster.statusOf(state)
  return status !== 'completed' && status !== 'incomplete'
}
