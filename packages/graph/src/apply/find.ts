import { limits, problemCodeOf, shortened } from '@provloom/shared'
import type { Attempt, Rank } from '@provloom/shared'
import { claimId, keyOf, slug, sortable } from '../name.ts'
import type { ContextState, HostState, RankState, RunState } from '../state.ts'
import type { Change } from './change.ts'

/** The rank attempt, made at its first mention. */
export function rankOf(change: Change, rank: Rank, attempt: Attempt): { key: string; rank: RankState } {
  const { state, dirt, attempts, undo } = change
  const key = rankKey(rank, attempt)
  const known = state.ranks.get(key)
  if (known !== undefined) return { key, rank: known }
  const wanted = attempt === 0 ? `rank-${rank}` : `rank-${rank}.attempt-${attempt}`
  const made: RankState = {
    id: claimId(change, wanted, key),
    rank,
    attempt,
    host: undefined,
    admitted: undefined,
    holder: undefined,
    restartsMax: 0,
    restarts: undefined,
    firstTime: undefined,
    lastTime: undefined,
    start: undefined,
    session: undefined,
    sessionEnd: undefined,
    end: undefined,
    ended: undefined,
    kept: undefined,
    exit: undefined,
    ledgerClosed: false,
    lost: undefined,
    command: undefined,
    problemCount: 0,
    problems: [],
    conflictHosts: [],
    streams: new Map(),
    retired: undefined,
    contexts: [],
    finals: [],
  }
  undo.put(state.ranks, key, made)
  dirt.mark('rank', key)
  undo.did(() => attempts.remove(made))
  attempts.add(key, made)
  // The next attempt, if it came first, was informed by this one.
  const next = attempts.keyAfter(made)
  if (next !== undefined) dirt.mark('rank', next)
  return { key, rank: made }
}

/** Keys of first attempts, made once: every envelope asks for one. */
const firstKeys: string[] = []
const firstKeysMax = 65_536

function rankKey(rank: Rank, attempt: Attempt): string {
  if (attempt > 0 || rank >= firstKeysMax) return `${sortable(rank)}.${sortable(attempt)}`
  return (firstKeys[rank] ??= `${sortable(rank)}.${sortable(attempt)}`)
}

export function contextKeyOf(rankKey: string, name: string): string {
  return keyOf(rankKey, name)
}

/** The context of a rank, made at its first mention. */
export function contextOf(
  change: Change,
  rankKey: string,
  name: string,
): { key: string; context: ContextState } {
  const { state, dirt, undo } = change
  const key = contextKeyOf(rankKey, name)
  const known = state.contexts.get(key)
  if (known !== undefined) return { key, context: known }
  const rank = state.ranks.get(rankKey)
  const made: ContextState = {
    id: claimId(change, `${rank?.id ?? 'rank'}.${slug(name)}`, key),
    rankKey,
    name,
    parent: undefined,
    start: undefined,
    end: undefined,
    firstTime: undefined,
    lastTime: undefined,
  }
  undo.put(state.contexts, key, made)
  if (rank !== undefined) undo.push(rank.contexts, key)
  dirt.mark('context', key)
  return { key, context: made }
}

export function hostOf(change: Change, name: string): HostState {
  const { state, dirt, undo } = change
  const known = state.hosts.get(name)
  if (known !== undefined) return known
  const made: HostState = {
    id: claimId(change, `host-${slug(name)}`, `host ${name}`),
    name,
    facts: undefined,
    clock: undefined,
    energy: new Map(),
    energyId: undefined,
  }
  undo.put(state.hosts, name, made)
  dirt.mark('host', name)
  return made
}

/** Counts a problem on the rank that has it, by its kind; the first ones are kept in words. */
export function tellProblem(change: Change, rankKey: string, code: string, message: string): void {
  const { state, undo } = change
  const rank = state.ranks.get(rankKey)
  if (rank === undefined) return
  undo.set(rank, 'problemCount', rank.problemCount + 1)
  const kind = problemCodeOf(code)
  undo.put(state.problemCodes, kind, (state.problemCodes.get(kind) ?? 0) + 1)
  const words = `${code}: ${message}`
  const short = shortened(words, limits.problemLengthMax)
  if (rank.problems.length < limits.problemsKeptMax && !rank.problems.includes(short))
    undo.push(rank.problems, short)
  change.dirt.mark('rank', rankKey)
}

/** Widens first and last time to hold `time`. */
export function seenAt(
  { undo }: Change,
  thing: { readonly firstTime: number | undefined; readonly lastTime: number | undefined },
  time: number,
): void {
  if (thing.firstTime === undefined || time < thing.firstTime) undo.set(thing, 'firstTime', time)
  if (thing.lastTime === undefined || time > thing.lastTime) undo.set(thing, 'lastTime', time)
}

/** The contexts around a context, from the nearest; ends at a cycle. */
export function around(state: RunState, key: string): string[] {
  const found: string[] = []
  for (let at = state.contexts.get(key)?.parent; at !== undefined; at = state.contexts.get(at)?.parent) {
    if (at === key || found.includes(at)) break
    found.push(at)
  }
  return found
}
