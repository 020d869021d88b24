import type { QName } from '@provloom/prov'
import { isCode } from '../apply/shared-id.ts'
import { around } from '../apply/around.ts'
import { instant } from '../instant.ts'
import { ownerRank, rankKeyOf } from '../links.ts'
import { isInSet } from '../sets.ts'
import type { SharedState } from '../state.ts'
import { Facts } from './facts.ts'
import { fileGroup, groupContextName, ownerName, sharedName } from './names.ts'
import { groupStart, isGroupMaker } from './group.ts'
import type { Keyed, View } from './view.ts'
import { relation } from './view.ts'

interface Use {
  readonly entity: QName
  readonly role: string | undefined
  /** Of data and files: when a parameter was told is not when it was used. Microseconds. */
  readonly time: number | undefined
}

/** What an activity uses, each once. */
type Uses = Map<string, Use>

/** What a rank used, or one of its contexts: for a context that made a file that is also what its rank used without one. */
export function usesRecords(view: View, owner: string): Keyed[] {
  const uses: Uses = new Map()
  addOwn(view, owner, uses)
  if (view.state.contexts.has(owner) && madeFile(view, owner)) {
    for (const outer of around(view.state, owner)) addOwn(view, outer, uses, 'inherited')
    addOwn(view, rankKeyOf(view.state, owner), uses, 'inherited')
  }
  return relations(ownerName(view, owner), uses)
}

/** A group's context used what its ranks used, without a context and in theirs of its name. */
export function groupUsesRecords(view: View, key: string): Keyed[] {
  const { state } = view
  const context = state.groupContexts.get(key)
  const name = groupContextName(view, key)
  if (context === undefined || name === undefined || !isGroupMaker(view, key)) return []
  const uses: Uses = new Map()
  const group = state.groups.get(context.groupKey)
  const since = group === undefined ? undefined : groupStart(group)
  for (const rankKey of [...(group?.members.keys() ?? [])].sort()) {
    addOwn(view, rankKey, uses, 'inherited')
    for (const own of state.ranks.get(rankKey)?.contexts ?? []) {
      if (state.contexts.get(own)?.name !== context.name) continue
      addOwn(view, own, uses, 'own', since)
      for (const outer of around(state, own)) addOwn(view, outer, uses, 'inherited')
    }
  }
  return relations(name, uses)
}

function madeFile(view: View, contextKey: string): boolean {
  return view.links.files.of(contextKey).some((key) => {
    const artifact = view.state.artifacts.get(key)
    return artifact !== undefined && fileGroup(view, artifact) === undefined
  })
}

/**
 * @param how inherited: told outside of the activity, and so perhaps at a time when that was not
 * @param since when the activity began, where what was told may be older
 */
function addOwn(
  view: View,
  owner: string,
  uses: Uses,
  how: 'own' | 'inherited' = 'own',
  since = -Infinity,
): void {
  const { state, links, sets, space } = view
  const rank = ownerRank(state, owner)
  const set = sets.of(owner)
  if (set !== undefined) add(uses, { entity: space.run(set.id), role: 'parameter', time: undefined })
  for (const key of links.told.of(owner)) {
    const shared = state.shared.get(key)
    if (shared === undefined || shared.direction === 'output') continue
    if (shared.facts.type === 'param') {
      if (rank?.settled !== true || isInSet(state, links, rank.attempt, key)) continue
    } else if (shared.facts.type === 'command' || (isCode(shared.facts) && hasSource(view, owner))) continue
    const use = useOf(view, key, shared, owner)
    const isWithin = how === 'own' && (use.time ?? since) >= since
    add(uses, isWithin ? use : { ...use, time: undefined })
  }
}

/** The script is behind the source that it belongs to. */
function hasSource({ sources, state }: View, owner: string): boolean {
  const rankKey = rankKeyOf(state, owner)
  return sources.list.some(({ members }) => members.has(rankKey))
}

function add(uses: Uses, use: Use): void {
  const key = `${use.entity.prefix}:${use.entity.local}`
  const known = uses.get(key)
  const isEarlier = use.time !== undefined && (known?.time === undefined || use.time < known.time)
  if (known === undefined || isEarlier) uses.set(key, use)
}

function useOf(view: View, key: string, shared: SharedState, owner: string): Use {
  const entity = sharedName(view, key, shared)
  const { facts } = shared
  switch (facts.type) {
    case 'param':
      return { entity, role: 'parameter', time: undefined }
    case 'dataset':
      return { entity, role: 'data', time: shared.members.get(owner) }
    case 'artifact':
      return {
        entity,
        role: isCode(facts) ? 'code' : roleOfFile(shared),
        time: shared.members.get(owner),
      }
    case 'model':
      return { entity, role: 'resume', time: shared.members.get(owner) }
    case 'source':
      return { entity, role: 'code', time: undefined }
    case 'environment':
      return { entity, role: 'environment', time: undefined }
    case 'command':
      return { entity, role: undefined, time: undefined }
  }
}

/** Who reads a model or a checkpoint goes on from it. */
function roleOfFile({ told }: SharedState): string {
  const kinds = new Set([...told.values()].map(({ kind }) => kind))
  if (kinds.has('model') || kinds.has('checkpoint')) return 'resume'
  return kinds.has('source') ? 'code' : 'data'
}

function relations(activity: QName, uses: Uses): Keyed[] {
  return [...uses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { entity, role, time }]) =>
      relation(
        'used',
        { activity, entity },
        time === undefined ? undefined : instant(time),
        role === undefined ? [] : new Facts().role(role).list,
      ),
    )
}
