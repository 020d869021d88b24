import type { RankState, Roster } from './roster.ts'

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
 * Whether a run has come to its end: every expected rank has ended and none is expected again. Expected are all ranks
 * of the world with `collectAllProcesses`, or those seen where nobody told the world's size; rank 0 alone without.
 * Ranks that are lost for long do not keep it open, unless all are.
 *
 * @param agoMs how long ago a rank ended or was lost, by a clock that never jumps
 */
export function outlookOf(
  roster: Roster,
  collectAllProcesses: boolean,
  agoMs: (state: RankState) => number,
): Outlook {
  const { worldSize } = roster
  const ranks = collectAllProcesses ? (worldSize ?? Infinity) : 1
  let [seen, ended, forMs] = [0, 0, 0]
  // Asked at every farewell: of a thousand ranks it has to look at one that still runs.
  for (const state of roster.latest.values()) {
    if (state.rank >= ranks) continue
    if (!state.ended && !state.lost) return { kind: 'open' }
    seen++
    if (state.ended) ended++
    const waitMs = waitsMs(state, ranks !== Infinity)
    if (waitMs > 0) forMs = Math.max(forMs, waitMs - agoMs(state))
  }
  if (ended === 0 || (ranks !== Infinity && seen < ranks)) return { kind: 'open' }
  return forMs > 0 ? { kind: 'waiting', forMs } : { kind: 'done' }
}

function waitsMs(state: RankState, worldIsKnown: boolean): number {
  if (!state.ended) return lostWaitMs
  if (mayComeBack(state)) return restartWaitMs
  return worldIsKnown ? 0 : joinWaitMs
}

function mayComeBack(state: RankState): boolean {
  return (
    state.attempt < state.restartsMax &&
    state.status !== undefined &&
    state.status !== 'completed' &&
    state.status !== 'incomplete'
  )
}
