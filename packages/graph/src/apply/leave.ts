import type {
  Absent,
  Ended,
  Exited,
  KeptBack,
  Lost,
  Remark,
  Retired,
  Uncollected,
} from '@provloom/rundir/entry'
import { isHint, limits, shortened } from '@provloom/shared'
import type { StreamLedger } from '@provloom/shared'
import type { RankState, StreamState } from '../state.ts'
import { rankStatus } from '../status.ts'
import type { Change } from './change.ts'
import { rankKey, rankOf, seenAt, tellProblem } from './find.ts'
import { markAttempts, markMade, markRank } from './mark.ts'
import { settle as settleParams } from './settle.ts'
import { emptyStream, streamOf } from './stream.ts'

export function leave(change: Change, entry: Lost | Ended): void {
  const { state, undo } = change
  const { key, rank } = rankOf(change, entry.rank, entry.attempt)
  if (entry.kind === 'lost') undo.set(rank, 'lost', entry.time)
  else {
    undo.set(rank, 'ended', entry.time)
    undo.set(rank, 'lost', undefined)
    undo.set(rank, 'kept', undefined)
    undo.set(rank, 'ledgerClosed', entry.ledgerClosed)
    for (const [stream, told] of Object.entries(entry.ledger))
      settle(change, streamOf(change, rank, stream), told)
    if (entry.createGraph === true) undo.set(state, 'createGraph', true)
    if (entry.createSvg === true) undo.set(state, 'createSvg', true)
  }
  settleParams(change, key, rank)
  markMade(change, key)
  markRank(change, key)
}

/** Its agent is gone and brings nothing more: whoever hands its session in takes that back. */
export function keepBack(change: Change, { rank: number, attempt, records, folder, reason }: KeptBack): void {
  const { key, rank } = rankOf(change, number, attempt)
  change.undo.set(rank, 'kept', { records, folder, reason })
  markRank(change, key)
}

/** Of these streams nothing comes any more: they become one, for a rank may have had thousands. */
export function retire(change: Change, entry: Retired): void {
  const { undo } = change
  const { key, rank } = rankOf(change, entry.rank, entry.attempt)
  if (rank.retired === undefined) undo.set(rank, 'retired', emptyStream())
  for (const [name, told] of Object.entries(entry.ledger)) {
    const stream = rank.streams.get(name)
    // Told again because the answer was lost.
    if (stream === undefined) continue
    settle(change, stream, told)
    // What no number holds any more stays apart: the ledger adds it up exactly.
    if (!fits(rank, stream)) continue
    addTo(change, rank, stream)
    undo.drop(rank.streams, name)
  }
  markRank(change, key)
}

/** The process of a session ended after it: told beside the status, which stays. */
export function amend(
  change: Change,
  { rank: number, attempt, time, heardTime, exitCode, signal }: Exited,
): void {
  const { state, undo } = change
  const { key, rank } = rankOf(change, number, attempt)
  if (rank.exit !== undefined) return
  undo.set(rank, 'exit', {
    time,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
  })
  const { closed } = state
  if (closed !== undefined)
    undo.set(state, 'closed', { ...closed, lastTime: Math.max(closed.lastTime, heardTime) })
  const how = signal === undefined ? `ended with exit code ${exitCode}` : `was killed by ${signal}`
  if (exitCode !== 0 && rankStatus(state, rank) === 'completed')
    tellProblem(change, key, 'EXIT', `the run had ended well, and its process then ${how}`)
  markMade(change, key)
  markRank(change, key)
}

/** A rank that is not collected ends no run, and what becomes of it changes no status. */
export function passBy(change: Change, entry: Uncollected): void {
  const { state, undo, dirt } = change
  const { rank, attempt, status } = entry
  if (state.opened?.settings.collectAllProcesses === true) return endedBefore(change, entry)
  if (status === 'completed' || state.bystanders.size >= limits.bystandersMax) return
  undo.put(state.bystanders, rankKey(rank, attempt), entry)
  dirt.mark('bystander', rankKey(rank, attempt))
  markAttempts(change)
}

/** A rank that is to be collected and ended before its run was there, its libraries not yet imported say. */
function endedBefore(change: Change, entry: Uncollected): void {
  const { undo } = change
  const { rank, attempt, status, exitCode, signal, error } = entry
  const time = entry.endUs ?? entry.time
  const found = rankOf(change, rank, attempt)
  if (found.rank.admitted !== undefined) return
  seenAt(change, found.rank, time)
  undo.set(found.rank, 'end', {
    type: 'rank.end',
    time,
    status,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(error === undefined ? {} : { error }),
  })
  undo.set(found.rank, 'ended', time)
  markMade(change, found.key)
  markRank(change, found.key)
}

export function missRanks({ state, undo }: Change, { ranks, elsewhere }: Absent): void {
  undo.set(state, 'absent', [...ranks])
  undo.set(state, 'elsewhere', [...elsewhere])
}

export function remark({ state, undo }: Change, { code, message }: Remark): void {
  const words = shortened(`${code}: ${message}`, limits.problemLengthMax)
  const told = isHint(code) ? state.hints : state.remarks
  if (told.length < limits.remarksMax && !told.includes(words)) undo.push(told, words)
}

const countNames = ['stored', 'bad', 'lost', 'skipped', 'undeclared'] as const

/** What its writer says of a stream: what it numbered and never came is lost, and of its drops the larger count holds. */
function settle({ undo }: Change, stream: StreamState, { next, drops }: StreamLedger): void {
  if (next > stream.next) {
    undo.set(stream, 'lost', stream.lost + next - stream.next)
    undo.set(stream, 'next', next)
  }
  for (const [reason, count] of Object.entries(drops))
    undo.put(stream.drops, reason, Math.max(stream.drops.get(reason) ?? 0, count))
}

function fits({ retired }: RankState, stream: StreamState): boolean {
  const sums = countNames.map((name) => (retired?.[name] ?? 0) + stream[name])
  const drops = [...stream.drops].map(([reason, count]) => (retired?.drops.get(reason) ?? 0) + count)
  return [...sums, ...drops].every((sum) => Number.isSafeInteger(sum))
}

function addTo({ undo }: Change, { retired }: RankState, stream: StreamState): void {
  if (retired === undefined) return
  for (const name of countNames) if (stream[name] > 0) undo.set(retired, name, retired[name] + stream[name])
  for (const [reason, count] of stream.drops)
    undo.put(retired.drops, reason, (retired.drops.get(reason) ?? 0) + count)
}
