import { contextKeyOf } from '../apply/find.ts'
import { rankKeyOf } from '../links.ts'
import { term } from '../space.ts'
import type { GroupState } from '../state.ts'
import { contextTypes } from './context.ts'
import { Facts } from './facts.ts'
import { attemptName, fileGroup, groupContextName, groupMaker } from './names.ts'
import { least, most, span, times } from './span.ts'
import type { Keyed, View } from './view.ts'
import { activity, informed } from './view.ts'

/** Ranks that worked as one, as far as they are collected: `worldSize` says how many there were. */
export function groupRecords(view: View, key: string): Keyed[] {
  const group = view.state.groups.get(key)
  if (group === undefined) return []
  const me = view.space.run(group.id)
  const attempt = attemptName(view, group.attempt)
  const facts = new Facts()
    .label(`${group.library} group of ${group.worldSize}`)
    .type(term('provloom', 'ProcessGroup'))
    .text('library', group.library)
    .texts('backend', [...group.backends.keys()].sort())
    .int('worldSize', group.worldSize)
    .int('seenBy', group.members.size)
    .ints('rank', ranksOf(view, group))
    .link('dcterms', 'isPartOf', attempt)
  return [activity(me, groupTimes(view, group), facts.list), informed(me, attempt)]
}

function ranksOf({ state }: View, { members }: GroupState): number[] {
  const ranks = [...members.keys()].flatMap((key) => state.ranks.get(key)?.rank ?? [])
  return [...new Set(ranks)].sort((a, b) => a - b)
}

/** When the first of its ranks was in it, by that one's clock. */
export function groupStart({ members }: GroupState): number | undefined {
  let first: number | undefined
  for (const { start } of members.values()) first = least(first, start)
  return first
}

function groupTimes({ state, kept }: View, { members }: GroupState): ReturnType<typeof times> {
  let start: number | undefined
  let end: number | undefined
  let goesOn = false
  for (const [key, member] of members) {
    const rank = state.ranks.get(key)
    const own = member.end ?? (rank === undefined ? undefined : kept.ofRank(key, rank).span.end)
    if (own === undefined) goesOn = true
    start = least(start, member.start)
    end = most(end, own)
  }
  return times({ start, end: goesOn ? undefined : most(end, start) })
}

/** A context of a group in which it made a model; what was made without one the group itself made. */
export function groupContextRecords(view: View, key: string): Keyed[] {
  const { state, space } = view
  const context = state.groupContexts.get(key)
  const group = context === undefined ? undefined : state.groups.get(context.groupKey)
  const me = groupContextName(view, key)
  if (context?.name === undefined || group === undefined || me === undefined || !isGroupMaker(view, key))
    return []
  const whole = space.run(group.id)
  let [start, end, firstStep, lastStep]: (number | undefined)[] = []
  // What its ranks did in it before they were joined was their own.
  const since = groupStart(group)
  let goesOn = false
  for (const rankKey of group.members.keys()) {
    const ownKey = contextKeyOf(rankKey, context.name)
    const own = state.contexts.get(ownKey)
    if (own === undefined) continue
    const one = view.kept.ofContext(ownKey, own)
    start = least(start, one.start === undefined ? undefined : most(one.start, since))
    end = most(end, one.end)
    firstStep = least(firstStep, one.steps?.firstStep)
    lastStep = most(lastStep, one.steps?.lastStep)
    if (one.end === undefined) goesOn = true
  }
  const own = span(start, goesOn ? undefined : end)
  const facts = new Facts()
    .label(context.name)
    .type(...contextTypes(context.name))
    .int('firstStep', firstStep)
    .int('lastStep', lastStep)
    .link('dcterms', 'isPartOf', whole)
  return [activity(me, times(own), facts.list), informed(me, whole)]
}

/** Whether a model was made by it: its ranks may be in a larger group too, whose work it is then. */
export function isGroupMaker(view: View, key: string): boolean {
  return view.kept.groupUses.of(key, () => madeModel(view, key))
}

function madeModel(view: View, key: string): boolean {
  const { state, links } = view
  const context = state.groupContexts.get(key)
  const group = context === undefined ? undefined : state.groups.get(context.groupKey)
  if (context === undefined || group === undefined) return false
  for (const rankKey of group.members.keys()) {
    const made = links.files.of(rankKey).some((file) => {
      const artifact = state.artifacts.get(file)
      return artifact !== undefined && fileGroup(view, artifact) === key
    })
    if (made) return true
  }
  for (const { makers } of state.models.values())
    for (const [owner, made] of makers)
      if (group.members.has(rankKeyOf(state, owner)) && groupMaker(view, owner, made) === key) return true
  return false
}
