import type { Attempt } from '@provloom/shared'
import { rankKeyOf } from '../links.ts'
import { keyOf } from '../name.ts'
import { around } from './around.ts'
import type { Change } from './change.ts'

/** Each attempt is told with the one before it, also of ranks that are not collected. */
export function markAttempts({ state, dirt, attempts }: Change): void {
  for (const attempt of attempts.numbers) dirt.mark('attempt', String(attempt))
  for (const { attempt } of state.bystanders.values()) dirt.mark('attempt', String(attempt))
}

/** A rank, what ends with it, and what it is a part of. */
export function markRank(change: Change, key: string): void {
  const { state, dirt, links } = change
  dirt.mark('rank', key)
  const rank = state.ranks.get(key)
  if (rank === undefined) return
  dirt.mark('attempt', String(rank.attempt))
  for (const host of links.watched.of(key)) dirt.mark('host', host)
  // How much of its time was counted, and what each of its ranks has of it, is known by when they were there.
  const own = rank.hostKey === undefined ? undefined : state.hosts.get(rank.hostKey)
  if (rank.hostKey !== undefined && own !== undefined && own.energy.size > 0) markShares(change, rank.hostKey)
  for (const context of rank.contexts) dirt.mark('context', context)
  for (const group of links.groups.of(key)) {
    dirt.mark('group', group)
    for (const context of links.groupContexts.of(group)) dirt.mark('groupContext', context)
  }
}

/** What a machine took, and what each of its ranks has of it. */
export function markShares({ dirt, links }: Change, key: string): void {
  dirt.mark('host', key)
  for (const rank of links.onHost.of(key)) dirt.mark('rank', rank)
}

/** A context of a rank, those around it, and those of the rank's groups, which go as far as they do. */
export function markContext({ state, dirt, links }: Change, key: string): void {
  for (const one of [key, ...around(state, key)]) {
    dirt.mark('context', one)
    const context = state.contexts.get(one)
    if (context === undefined) continue
    for (const group of links.groups.of(context.rankKey))
      dirt.mark('groupContext', keyOf(group, context.name))
  }
}

/** A machine, and all that names it: who is on it, and what is measured there. */
export function markHost({ dirt, index, links }: Change, key: string): void {
  dirt.mark('host', key)
  const ranks = links.onHost.of(key)
  for (const rank of ranks) dirt.mark('rank', rank)
  for (const owner of [key, ...ranks]) for (const series of index.ofOwner(owner)) dirt.mark('series', series)
}

/** What activities generated is told with its time once they have ended: these have, or go on again. */
export function markMade(change: Change, key: string): void {
  const { dirt, index, links } = change
  for (const owner of [key, ...links.watched.of(key)])
    for (const series of index.ofOwner(owner)) dirt.mark('series', series)
}

/** What a rank or context uses, and with it who uses the same: contexts that made a file, and the rank's groups. */
export function markUses(change: Change, owner: string): void {
  const { state, dirt, links } = change
  dirt.mark('uses', owner)
  const rankKey = rankKeyOf(state, owner)
  for (const context of state.ranks.get(rankKey)?.contexts ?? [])
    if (context !== owner && links.files.of(context).length > 0) dirt.mark('uses', context)
  for (const group of links.groups.of(rankKey))
    for (const context of links.groupContexts.of(group)) dirt.mark('groupUses', context)
}

/** The same of a rank and all of its contexts. */
export function markUsesOfAll(change: Change, owner: string): void {
  const { state } = change
  const rankKey = rankKeyOf(state, owner)
  for (const one of [rankKey, ...(state.ranks.get(rankKey)?.contexts ?? [])]) markUses(change, one)
}

/** An elastic restart may come back with fewer ranks: the latest attempt knows, and of one attempt the largest told. */
export function tellWorld({ state, undo, dirt }: Change, attempt: Attempt, worldSize: number): void {
  const known = state.worlds.get(attempt) ?? 0
  if (worldSize > known) {
    undo.put(state.worlds, attempt, worldSize)
    dirt.mark('attempt', String(attempt))
  }
  if (attempt < state.worldAttempt) return
  const before = attempt === state.worldAttempt ? (state.worldSize ?? 0) : 0
  undo.set(state, 'worldSize', Math.max(before, worldSize))
  undo.set(state, 'worldAttempt', attempt)
}
