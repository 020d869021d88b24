import type { Admitted, Conflict, PartsSealed, RunEntry, Skipped } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'
import type { Change } from './change.ts'
import { placeOn, rankOf } from './find.ts'
import { applyGone } from './gone.ts'
import { amend, keepBack, leave, missRanks, passBy, remark, retire } from './leave.ts'
import { markMade, markRank, tellWorld } from './mark.ts'
import { applyRecords } from './records.ts'
import { settle } from './settle.ts'
import { applySkipped } from './skipped.ts'

/** Takes one entry into the state and marks what it changes. Knows no time but what the entry says. */
export function applyEntry(change: Change, lsn: Lsn, entry: RunEntry | Skipped): void {
  const { state, dirt, undo } = change
  undo.set(state, 'lsn', lsn)
  switch (entry.kind) {
    case 'opened':
      if (state.opened === undefined) undo.set(state, 'opened', entry)
      dirt.markAll()
      return
    case 'resumed':
      return undo.push(state.recoveries, {
        time: entry.time,
        aggregator: entry.aggregator,
        ...(entry.cause === undefined ? {} : { cause: entry.cause }),
        ...(state.closed === undefined ? {} : { closedBefore: state.closed.lastTime }),
      })
    case 'admitted':
      return admit(change, entry)
    case 'refusal':
      return undo.put(state.refused, entry.rank, true)
    case 'conflict':
      return disagree(change, entry)
    case 'records':
      return applyRecords(change, entry)
    case 'lost':
    case 'ended':
      return leave(change, entry)
    case 'kept':
      return keepBack(change, entry)
    case 'retired':
      return retire(change, entry)
    case 'exited':
      return amend(change, entry)
    case 'uncollected':
      return passBy(change, entry)
    case 'absent':
      return missRanks(change, entry)
    case 'remark':
      return remark(change, entry)
    case 'reopened':
      undo.set(state, 'closed', undefined)
      return markAllRanks(change)
    case 'gone':
      return applyGone(change, entry)
    case 'parts':
      return seal(change, entry)
    case 'closed':
      if (state.closed === undefined)
        undo.set(state, 'closed', { time: entry.time, cause: entry.cause, lastTime: entry.time })
      return closes(change)
    case 'skipped':
      return applySkipped(change, lsn, entry)
  }
}

function closes(change: Change): void {
  for (const [key, rank] of change.state.ranks) settle(change, key, rank)
  markAllRanks(change)
}

function markAllRanks(change: Change): void {
  for (const key of change.state.ranks.keys()) {
    markRank(change, key)
    markMade(change, key)
  }
}

function seal({ state, undo, dirt }: Change, { parts }: PartsSealed): void {
  const before = new Map(state.parts.map((part) => [part.file, part]))
  undo.set(state, 'parts', parts)
  for (const part of parts) {
    const known = before.get(part.file)
    before.delete(part.file)
    if (known?.sha256 === part.sha256 && known.rows === part.rows) continue
    dirt.mark('part', part.file)
    undo.put(state.partMakers, part.file, state.recoveries.length)
  }
  for (const file of before.keys()) {
    dirt.mark('part', file)
    undo.drop(state.partMakers, file)
  }
}

function admit(change: Change, entry: Admitted): void {
  const { undo } = change
  comes(change, entry.rank)
  const { key, rank } = rankOf(change, entry.rank, entry.attempt)
  if (rank.admitted === undefined) undo.set(rank, 'admitted', entry.time)
  placeOn(change, key, rank, entry.host, entry.hostId)
  const { session, worker, told = entry.attempt, startedUs } = entry
  undo.set(rank, 'holder', { session, worker, told, startedUs })
  undo.set(rank, 'restartsMax', entry.restartsMax ?? 0)
  undo.set(rank, 'restarts', entry.restarts)
  undo.set(rank, 'ended', undefined)
  undo.set(rank, 'lost', undefined)
  undo.set(rank, 'kept', undefined)
  if (entry.worldSize !== undefined) tellWorld(change, entry.attempt, entry.worldSize)
  markRank(change, key)
  markMade(change, key)
}

/** What was recorded of who is missing holds for all others. */
function comes({ state, undo }: Change, rank: number): void {
  for (const name of ['absent', 'elsewhere'] as const) {
    if (!state[name].includes(rank)) continue
    undo.set(
      state,
      name,
      state[name].filter((one) => one !== rank),
    )
  }
}

function disagree(change: Change, entry: Conflict): void {
  const { state, undo, dirt } = change
  const { key, rank } = rankOf(change, entry.rank, entry.attempt)
  undo.set(state, 'conflicts', state.conflicts + 1)
  if (!rank.conflictHosts.includes(entry.host) && rank.conflictHosts.length < 16)
    undo.push(rank.conflictHosts, entry.host)
  dirt.mark('rank', key)
}
