import type { QName } from '@provloom/prov'
import { isModelFile } from '../apply/shared-id.ts'
import { rankKeyOf } from '../links.ts'
import { keyOf, lastSlug, shortHash, slug } from '../name.ts'
import type { ArtifactState, GroupState, HostState, RankState, SharedState } from '../state.ts'
import type { Opened } from '@provloom/rundir/entry'
import type { Contributors } from '@provloom/shared'
import type { View } from './view.ts'

/** Identifiers of things that several renderers name. */
export function runName({ space }: View): QName {
  return space.run('run')
}

export function rankName({ space }: View, rank: RankState): QName {
  return space.run(rank.id)
}

export function attemptName({ space }: View, attempt: number): QName {
  return space.run(`attempt-${attempt}`)
}

/** A machine is not its name: several machines may have one, and pods of one machine each have their own. */
export function hostId({ bootId, names, facts }: HostState): string {
  const [name = ''] = names.keys()
  if (bootId === undefined) return `host-${slug(name)}`
  const hex = /^[0-9a-f]{8}/i.exec(bootId)?.[0].toLowerCase() ?? shortHash(bootId)
  return names.size === 1 && facts?.container !== true ? `host-${slug(name)}.${hex}` : `host-${hex}`
}

export function hostName({ state, space }: View, hostKey: string | undefined): QName | undefined {
  const host = hostKey === undefined ? undefined : state.hosts.get(hostKey)
  return host === undefined ? undefined : space.run(hostId(host))
}

/** The activity that measures on a machine, where anything does. */
export function watchName({ state, space }: View, hostKey: string | undefined): QName | undefined {
  const host = hostKey === undefined ? undefined : state.hosts.get(hostKey)
  return host === undefined || host.watchers.size === 0 ? undefined : space.run(`${hostId(host)}.watch`)
}

/** What a run belongs to, and what outlives it. */
export function experimentName({ space }: View, { settings }: Opened): QName {
  return space.user(`experiment-${lastSlug(settings.experimentName)}`)
}

/** The activity of a rank or of one of its contexts. */
export function ownerName(view: View, owner: string): QName {
  const context = view.state.contexts.get(owner)
  if (context !== undefined) return view.space.run(context.id)
  const rank = view.state.ranks.get(owner)
  return rank === undefined ? runName(view) : rankName(view, rank)
}

/** The activity that recorded: that of the aggregator which began, or one that went on after `recoveries` others. */
export function recorderName({ space }: View, recoveries: number): QName {
  return space.run(recoveries === 0 ? 'recording' : `recovery-${recoveries}`)
}

/**
 * A rank may be in several groups: what it makes is the work of the largest that it is in by then.
 *
 * @param at microseconds, by the rank's clock
 */
export function groupOf(
  { state, links }: View,
  rankKey: string,
  at: number,
): { key: string; group: GroupState } | undefined {
  let found: { key: string; group: GroupState } | undefined
  for (const key of links.groups.of(rankKey)) {
    const group = state.groups.get(key)
    const since = group?.members.get(rankKey)?.start ?? Infinity
    if (group === undefined || since > at) continue
    if (found === undefined || isLarger(group, found.group)) found = { key, group }
  }
  return found
}

function isLarger(a: GroupState, b: GroupState): boolean {
  return a.worldSize === b.worldSize ? a.id < b.id : a.worldSize > b.worldSize
}

export function groupContextName({ state, space }: View, key: string): QName | undefined {
  const context = state.groupContexts.get(key)
  const group = context === undefined ? undefined : state.groups.get(context.groupKey)
  if (context === undefined || group === undefined) return undefined
  return space.run(context.name === undefined ? group.id : `${group.id}.${slug(context.name)}`)
}

/** Key of the group's context whose work a model of this rank or context is; undefined where it is the rank's own. */
export function groupMaker(
  view: View,
  owner: string,
  { time, contributors }: { readonly time: number; readonly contributors?: Contributors | undefined },
): string | undefined {
  if (contributors === 'rank') return undefined
  const found = groupOf(view, rankKeyOf(view.state, owner), time)
  return found === undefined ? undefined : keyOf(found.key, view.state.contexts.get(owner)?.name)
}

/** The same of a file: only models are the work of all. */
export function fileGroup(view: View, { rankKey, contextKey, event }: ArtifactState): string | undefined {
  return isModelFile(event) ? groupMaker(view, contextKey ?? rankKey, event) : undefined
}

/** One command, script or source alone goes by that word; of several each has a hash behind it. */
export function sharedName({ space, sources }: View, key: string, shared: SharedState): QName {
  return space.run(sources.idOf(key) ?? shared.id)
}

/** The rank's command. */
export function planName(view: View, rank: RankState): QName | undefined {
  const shared = rank.command === undefined ? undefined : view.state.shared.get(rank.command)
  return rank.command === undefined || shared === undefined
    ? undefined
    : sharedName(view, rank.command, shared)
}

export function modelName({ state, space }: View, modelKey: string): QName | undefined {
  const model = state.models.get(modelKey)
  return model === undefined ? undefined : space.run(model.id)
}
