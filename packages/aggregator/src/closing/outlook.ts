import type { RankState, Roster } from '@provloom/graph'
import { limits, rankOf } from '@provloom/shared'

/** What is known of the job beside what the run's journal holds. */
export interface JobSight {
  /** How long ago a rank ended or was lost, by a clock that never jumps. */
  readonly agoMs: (state: RankState) => number
  /** Of a rank without a place in the run: its agent is here, and its process has called nothing of ours yet, or has. */
  readonly agentOf: (rank: number) => 'silent' | 'here' | undefined
  /** Whether a rank has had a session in this job. */
  readonly hadSession: (rank: number) => boolean
  /** Whether one of an earlier attempt is still sending what is left of it. */
  readonly earlierSpeaks: () => boolean
  /** Nothing was heard of any agent of the job, for longer than they may be away from it. */
  readonly isDeserted: boolean
}

/** Ranks of the known world that never came: nobody is there for them, or somebody who had nothing for this run. */
export interface Missing {
  readonly absent: readonly number[]
  readonly elsewhere: readonly number[]
}

export type Outlook =
  | { readonly kind: 'open' }
  /** Done, unless something comes within this time. */
  | { readonly kind: 'waiting'; readonly forMs: number }
  | Done

export interface Done extends Missing {
  readonly kind: 'done'
  /** Ranks that have not ended, nor were lost by now, and are not waited for. */
  readonly silent: readonly RankState[]
}

/**
 * Whether a run has come to its end (design: "When a run ends"): every expected rank has ended and none is expected
 * again. Where nobody told the world's size those seen are expected. Ranks that are lost for long do not keep it open.
 */
export function outlookOf(roster: Roster, sight: JobSight): Outlook {
  const ranks = roster.expectedRanks
  const silent: RankState[] = []
  let [seen, forMs, leastAgoMs, deserted] = [0, 0, Infinity, false]
  // Asked at every farewell: of a thousand ranks it has to look at one that still runs.
  for (const state of roster.latest()) {
    if (state.rank >= ranks) continue
    const isHere = state.ended === undefined && state.lost === undefined && state.kept === undefined
    if (isHere && !sight.isDeserted) return { kind: 'open' }
    seen++
    const left = state.ended !== undefined || state.kept !== undefined
    if (isHere) silent.push(state)
    deserted ||= sight.isDeserted && !left
    if (sight.isDeserted && !left) continue
    const agoMs = sight.agoMs(state)
    leastAgoMs = Math.min(leastAgoMs, agoMs)
    forMs = Math.max(forMs, waitsMs(roster, state) - agoMs)
  }
  if (seen === 0) return sight.isDeserted ? done({}) : { kind: 'open' }
  if (!deserted && sight.earlierSpeaks()) return { kind: 'open' }
  if (forMs > 0) return { kind: 'waiting', forMs }
  if (ranks === Infinity || seen >= ranks) return done({ silent })
  const missing = missingOf(roster, sight)
  // It may import for minutes; the first rank would not wait for it otherwise.
  const imports = (rank: number): boolean => sight.agentOf(rank) === 'silent' && !sight.hadSession(rank)
  if (missing.elsewhere.some(imports) && firstStays(roster, sight)) return { kind: 'open' }
  const restMs = limits.absentWaitMs - (deserted ? Infinity : leastAgoMs)
  return restMs > 0 ? { kind: 'waiting', forMs: restMs } : done({ ...missing, silent })
}

function done(more: Partial<Done>): Done {
  return { kind: 'done', absent: [], elsewhere: [], silent: [], ...more }
}

/** Of the known world those that have no place in it. Who was in the job once, is not absent. */
export function missingOf(roster: Roster, sight: JobSight): Missing {
  const absent: number[] = []
  const elsewhere: number[] = []
  const known = roster.expectedRanks === Infinity ? 0 : roster.expectedRanks
  for (let rank = 0; rank < known; rank++) {
    if (roster.lastOf(rankOf(rank)) !== undefined) continue
    const isHere = sight.agentOf(rank) !== undefined || sight.hadSession(rank)
    if (isHere || roster.elsewhere.includes(rank)) elsewhere.push(rank)
    else absent.push(rank)
  }
  return { absent, elsewhere }
}

/** Rank 0's process lives, or its session ended a moment ago. */
function firstStays(roster: Roster, sight: JobSight): boolean {
  const first = roster.lastOf(rankOf(0))
  if (first === undefined) return true
  return sight.agentOf(0) !== undefined || sight.agoMs(first) < limits.absentWaitMs
}

function waitsMs(roster: Roster, state: RankState): number {
  // What is kept comes when somebody hands it in, if ever.
  if (state.kept !== undefined) return 0
  if (state.ended === undefined) return limits.lostWaitMs
  if (mayComeBack(roster, state)) return limits.absentWaitMs
  // Others are in a later start of all ranks: it belongs there too.
  return state.restarts === 'all' && state.attempt < roster.highestAttempt ? limits.absentWaitMs : 0
}

function mayComeBack(roster: Roster, state: RankState): boolean {
  if (state.attempt >= state.restartsMax) return false
  const status = roster.statusOf(state)
  return status !== 'completed' && status !== 'incomplete'
}
