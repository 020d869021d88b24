import type { Admitted, Conflict, RunEntry } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'
import type { Change } from './change.ts'
import { hostOf, rankOf } from './find.ts'
import { growWorld, markRank } from './mark.ts'
import { applyRecords } from './records.ts'

/** Takes one entry into the state and marks what it changes. Knows no time but what the entry says. */
export function applyEntry(change: Change, lsn: Lsn, entry: RunEntry): void {
  const { state, dirt } = change
  state.lsn = lsn
  switch (entry.kind) {
    case 'opened':
      state.opened ??= entry
      dirt.markAll()
      return
    case 'resumed':
      state.resumed++
      return
    case 'admitted':
      return admit(change, entry)
    case 'refusal':
      state.refused.set(entry.rank, true)
      return
    case 'conflict':
      return disagree(change, entry)
    case 'records':
      return applyRecords(change, entry)
    case 'lost':
    case 'ended': {
      const { key, rank } = rankOf(change, entry.rank, entry.attempt)
      if (entry.kind === 'lost') rank.lost = true
      else {
        rank.ended = true
        rank.lost = false
      }
      markRank(change, key)
      return
    }
    case 'parts':
      state.parts = entry.parts
      return
    case 'closed':
      state.closed ??= { time: entry.time, cause: entry.cause }
      for (const key of state.ranks.keys()) markRank(change, key)
      return
  }
}

function admit(change: Change, entry: Admitted): void {
  const { key, rank } = rankOf(change, entry.rank, entry.attempt)
  rank.admitted ??= entry.time
  rank.host ??= entry.host
  rank.lost = false
  if (entry.worldSize !== undefined) growWorld(change, entry.worldSize)
  hostOf(change, entry.host)
  markRank(change, key)
}

function disagree(change: Change, entry: Conflict): void {
  const { key, rank } = rankOf(change, entry.rank, entry.attempt)
  change.state.conflicts++
  if (!rank.conflictHosts.includes(entry.host) && rank.conflictHosts.length < 16)
    rank.conflictHosts.push(entry.host)
  change.dirt.mark('rank', key)
}
