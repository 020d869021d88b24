import { limits } from '@provloom/shared'
import { keyOf, shortHash } from '../name.ts'
import type { EventOf, GroupState, RankState, RunState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { tellProblem } from './find.ts'
import { groupContextOf } from './group-context.ts'
import { markUses } from './mark.ts'
import { isModelFile } from './shared-id.ts'

/** A rank is in a process group: ranks of one attempt that name the same library and rendezvous are in one. */
export function applyGroup(change: Change, origin: Origin, rank: RankState, event: EventOf<'group'>): void {
  const { undo, dirt, links } = change
  const isFull = links.groups.of(origin.rankKey).length >= limits.groupsOfRankMax
  const groupKey = keyOf(rank.attempt, event.library, event.rendezvous)
  if (isFull && change.state.groups.get(groupKey)?.members.has(origin.rankKey) !== true) {
    const words = `the rank is in more than ${limits.groupsOfRankMax} process groups: ${event.library}`
    return tellProblem(change, origin.rankKey, 'GROUPS_LEFT_OUT', `${words} ${event.rendezvous} is left out`)
  }
  const { key, group } = groupOf(change, groupKey, rank, event)
  const { backend, worldSize, time, edge } = event
  if (backend !== undefined && !group.backends.has(backend)) undo.put(group.backends, backend, true)
  const grows = worldSize > group.worldSize
  if (grows) undo.set(group, 'worldSize', worldSize)
  const known = group.members.get(origin.rankKey)
  const end = edge === 'end' ? time : undefined
  undo.put(group.members, origin.rankKey, { start: Math.min(known?.start ?? time, time), end })
  dirt.mark('group', key)
  if (known === undefined) join(change, origin.rankKey, key)
  // What a rank makes is the work of the largest of its groups.
  if (grows) for (const member of group.members.keys()) markWork(change, member)
  else if (known !== undefined && time < known.start) markWork(change, origin.rankKey)
}

function groupOf(
  { state, undo }: Change,
  key: string,
  rank: RankState,
  { library, rendezvous, worldSize }: EventOf<'group'>,
): { key: string; group: GroupState } {
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
  const { state, undo, links } = change
  links.groups.add(undo, rankKey, groupKey)
  for (const file of links.files.of(rankKey)) {
    const artifact = state.artifacts.get(file)
    if (artifact !== undefined && isModelFile(artifact.event))
      groupContextOf(change, groupKey, artifact.event.context)
  }
  for (const { makers } of state.models.values())
    for (const owner of ownersOf(state, rankKey))
      if (makers.has(owner)) groupContextOf(change, groupKey, state.contexts.get(owner)?.name)
  markWork(change, rankKey)
}

/** Of several groups of the rank another may be the one from now on whose work it is what the rank made. */
function markWork(change: Change, rankKey: string): void {
  const { state, dirt, links } = change
  for (const file of links.files.of(rankKey)) dirt.mark('artifact', file)
  const owners = ownersOf(state, rankKey)
  for (const [key, { makers }] of state.models)
    if (owners.some((owner) => makers.has(owner))) dirt.mark('model', key)
  for (const group of links.groups.of(rankKey)) {
    dirt.mark('group', group)
    for (const context of links.groupContexts.of(group)) dirt.mark('groupContext', context)
  }
  markUses(change, rankKey)
}

function ownersOf({ ranks }: RunState, rankKey: string): string[] {
  return [rankKey, ...(ranks.get(rankKey)?.contexts ?? [])]
}
