import { keyOf, shortHash } from '../name.ts'
import type { EventOf, GroupState, RankState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { groupContextOf } from './group-context.ts'
import { markUses } from './mark.ts'
import { isModelFile } from './shared-id.ts'

/** A rank is in a process group: ranks of one attempt that name the same library and rendezvous are in one. */
export function applyGroup(change: Change, origin: Origin, rank: RankState, event: EventOf<'group'>): void {
  const { undo, dirt } = change
  const { key, group } = groupOf(change, rank, event)
  const { backend, worldSize, time, edge } = event
  if (backend !== undefined && !group.backends.has(backend)) undo.put(group.backends, backend, true)
  if (worldSize > group.worldSize) undo.set(group, 'worldSize', worldSize)
  const known = group.members.get(origin.rankKey)
  const end = edge === 'end' ? time : undefined
  undo.put(group.members, origin.rankKey, { start: Math.min(known?.start ?? time, time), end })
  dirt.mark('group', key)
  if (known === undefined) join(change, origin.rankKey, key)
}

function groupOf(
  { state, undo }: Change,
  rank: RankState,
  { library, rendezvous, worldSize }: EventOf<'group'>,
): { key: string; group: GroupState } {
  const key = keyOf(rank.attempt, library, rendezvous)
  const known = state.groups.get(key)
  if (known !== undefined) return { key, group: known }
  const group: GroupState = {
    id: `group.${rank.attempt}.${shortHash(keyOf(library, rendezvous))}`,
    attempt: rank.attempt,
    library,
    backends: new Map(),
    worldSize,
    members: new Map(),
  }
  undo.put(state.groups, key, group)
  return { key, group }
}

/** What the rank logged before it was known to be in a group is the group's too. */
function join(change: Change, rankKey: string, groupKey: string): void {
  const { state, undo, dirt, links } = change
  links.groups.add(undo, rankKey, groupKey)
  for (const file of links.files.of(rankKey)) {
    dirt.mark('artifact', file)
    const artifact = state.artifacts.get(file)
    if (artifact !== undefined && isModelFile(artifact.event))
      groupContextOf(change, groupKey, artifact.event.context)
  }
  for (const [key, model] of state.models) {
    const owners = [rankKey, ...(state.ranks.get(rankKey)?.contexts ?? [])]
    for (const owner of owners) {
      if (!model.makers.has(owner)) continue
      dirt.mark('model', key)
      groupContextOf(change, groupKey, state.contexts.get(owner)?.name)
    }
  }
  // Of several groups of the rank another may be the one from now on.
  for (const group of links.groups.of(rankKey)) {
    dirt.mark('group', group)
    for (const context of links.groupContexts.of(group)) dirt.mark('groupContext', context)
  }
  markUses(change, rankKey)
}
