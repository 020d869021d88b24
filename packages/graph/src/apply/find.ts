import { limits, problemCodeOf, shortened } from '@provloom/shared'
import type { Attempt, Rank } from '@provloom/shared'
import { keyOf, slug, sortable } from '../name.ts'
import type { ContextState, HostState, RankState } from '../state.ts'
import type { Change } from './change.ts'
import { markAttempts, markContext, markHost } from './mark.ts'

/** The rank attempt, made at its first mention. */
export function rankOf(change: Change, rank: Rank, attempt: Attempt): { key: string; rank: RankState } {
  const { state, dirt, attempts, undo } = change
  const key = rankKey(rank, attempt)
  const known = state.ranks.get(key)
  if (known !== undefined) return { key, rank: known }
  const made: RankState = {
    id: attempt === 0 ? `rank-${rank}` : `rank-${rank}.attempt-${attempt}`,
    rank,
    attempt,
    host: undefined,
    hostKey: undefined,
    admitted: undefined,
    holder: undefined,
    restartsMax: 0,
    restarts: undefined,
    firstTime: undefined,
    lastTime: undefined,
    start: undefined,
    devices: undefined,
    session: undefined,
    sessionEnd: undefined,
    end: undefined,
    ended: undefined,
    kept: undefined,
    exit: undefined,
    ledgerClosed: false,
    lost: undefined,
    command: undefined,
    mainStream: undefined,
    firstParam: undefined,
    settled: false,
    problemCount: 0,
    problems: new Map(),
    shares: new Map(),
    conflictHosts: [],
    streams: new Map(),
    retired: undefined,
    contexts: [],
    finals: [],
  }
  undo.put(state.ranks, key, made)
  dirt.mark('rank', key)
  if (state.bystanders.has(key)) dirt.mark('bystander', key)
  undo.did(() => attempts.remove(made))
  attempts.add(key, made)
  dirt.mark('attempt', String(attempt))
  if (attempts.sizeOf(attempt) === 1) markAttempts(change)
  return { key, rank: made }
}

/** Keys of first attempts, made once: every envelope asks for one. */
const firstKeys: string[] = []
const firstKeysMax = 65_536

export function rankKey(rank: Rank, attempt: Attempt): string {
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
  const { state, undo } = change
  const key = contextKeyOf(rankKey, name)
  const known = state.contexts.get(key)
  if (known !== undefined) return { key, context: known }
  const rank = state.ranks.get(rankKey)
  const made: ContextState = {
    id: `${rank?.id ?? 'rank'}.${slug(name)}`,
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
  markContext(change, key)
  return { key, context: made }
}

/** The machine, made at its first mention: by its boot id, where nobody says that by its name. */
function hostOf(change: Change, name: string, bootId: string | undefined): { key: string; host: HostState } {
  const { state, dirt, undo } = change
  const key = bootId === undefined ? keyOf('name', name) : keyOf('boot', bootId)
  const known = state.hosts.get(key)
  if (known !== undefined) {
    if (known.names.has(name)) return { key, host: known }
    undo.put(known.names, name, true)
    // Its name is in its identifier only while it has one.
    markHost(change, key)
    return { key, host: known }
  }
  const made: HostState = {
    bootId,
    names: new Map([[name, true]]),
    facts: undefined,
    told: new Map(),
    clock: undefined,
    energy: new Map(),
    watchers: new Map(),
    sharedBy: undefined,
  }
  undo.put(state.hosts, key, made)
  dirt.mark('host', key)
  return { key, host: made }
}

/** The machine that an event of a rank's agent is about: it need not name its own by more than its name. */
export function hostTold(
  change: Change,
  rank: RankState,
  { host, hostId }: { readonly host: string; readonly hostId?: string | undefined },
): { key: string; host: HostState } {
  const own = rank.hostKey === undefined ? undefined : change.state.hosts.get(rank.hostKey)
  if (hostId === undefined && own?.names.has(host) === true) return { key: rank.hostKey!, host: own }
  return hostOf(change, host, hostId)
}

/** The rank is on this machine: the first that is said holds. */
export function placeOn(
  change: Change,
  key: string,
  rank: RankState,
  host: string,
  bootId: string | undefined,
): void {
  const { undo, links } = change
  if (rank.host === undefined) undo.set(rank, 'host', host)
  if (rank.hostKey !== undefined) {
    hostTold(change, rank, { host, hostId: bootId })
    return
  }
  const found = hostOf(change, host, bootId)
  undo.set(rank, 'hostKey', found.key)
  links.onHost.add(undo, found.key, key)
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
  if (rank.problems.size < limits.problemsKeptMax || rank.problems.has(short))
    undo.put(rank.problems, short, (rank.problems.get(short) ?? 0) + 1)
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
