import type { RankStatus } from '@provloom/shared'
import type { RankState, RunState } from '../state.ts'

export type Status = RankStatus | 'running'

/** How an attempt stands: what its agent told, else what the aggregator had to conclude. */
export function rankStatus(state: RunState, rank: RankState): Status {
  if (rank.end !== undefined) return rank.end.status
  if (rank.lost) return 'lost'
  if (rank.ended || (state.closed !== undefined && rank.sessionEnd !== undefined))
    return rank.sessionEnd?.status ?? 'incomplete'
  return state.closed === undefined ? 'running' : 'incomplete'
}

const gravity: readonly Status[] = ['running', 'completed', 'incomplete', 'lost', 'killed', 'failed']

/** A finished run is what the gravest of its ranks' last attempts is; one that was stopped before all came is incomplete. */
export function runStatus(state: RunState): Status {
  if (state.closed === undefined) return 'running'
  const last = new Map<number, RankState>()
  for (const rank of state.ranks.values()) {
    const known = last.get(rank.rank)
    if (known === undefined || known.attempt < rank.attempt) last.set(rank.rank, rank)
  }
  let worst: Status = last.size === 0 || missesRanks(state, last.size) ? 'incomplete' : 'completed'
  for (const rank of last.values()) {
    const status = rankStatus(state, rank)
    if (gravity.indexOf(status) > gravity.indexOf(worst)) worst = status
  }
  return worst
}

function missesRanks(state: RunState, ranks: number): boolean {
  const due = state.opened?.settings.collectAllProcesses === true ? (state.worldSize ?? 1) : 1
  return state.closed?.cause === 'stopped' && ranks < due
}
