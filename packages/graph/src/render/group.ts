import type { QName } from '@provloom/prov'
import { instant } from '../instant.ts'
import { variantsWrittenOutMax } from '../shape.ts'
import { sourceRead, sourcesAmong } from '../sources.ts'
import type { EventOf, GroupState, SharedMember, SharedState } from '../state.ts'
import { term } from '../space.ts'
import { sharedFacts } from './describe.ts'
import { inputCopy } from './copy.ts'
import { Facts } from './facts.ts'
import { hostName, makerName, rankName, runName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'
import { rankRanges } from './words.ts'

/** What ranks had alike under one name: one entity for each variant, or one with a table where there are many. */
export function groupRecords(view: View, groupKey: string): Keyed[] {
  const group = view.state.groups.get(groupKey)
  if (group === undefined) return []
  const told = group.members.flatMap((key) => view.state.shared.get(key) ?? [])
  const variants = group.kind === 'source' ? sourcesAmong(told).map(sourceRead) : told
  const [first] = variants
  if (first === undefined) return []
  const folds = variants.length > variantsWrittenOutMax && folding.has(group.kind)
  if (folds)
    return first.facts.type === 'param'
      ? table(view, first, first.facts, variants)
      : oneOf(view, first, variants)
  const byId = [...variants].sort((a, b) => (a.id < b.id ? -1 : 1))
  return byId.flatMap((shared) => written(view, group, shared, variants.length))
}

/** Files, datasets and models of one name are things of their own, however many there are. */
const folding: ReadonlySet<GroupState['kind']> = new Set(['param', 'source', 'environment', 'command'])

function written(view: View, group: GroupState, shared: SharedState, variants: number): Keyed[] {
  const id = view.space.run(shared.id)
  const facts = sharedFacts(view, shared)
  if (shared.members.size > 0) facts.text('ranks', ranksOf(view, [shared]))
  if (variants > 1 && group.kind === 'param') facts.flag('conflict', true).int('values', variants)
  return [entity(id, facts.list), ...ties(view, id, [shared]), ...inputCopy(view, shared)]
}

/** A parameter with many values, often one a rank: all in one entity, as a table of JSON. */
function table(
  view: View,
  first: SharedState,
  param: EventOf<'param'>,
  variants: readonly SharedState[],
): Keyed[] {
  const id = view.space.run(first.id)
  const rows = variants.flatMap((shared) =>
    shared.facts.type === 'param' ? [[ranksOf(view, [shared]), shared.facts.value] as const] : [],
  )
  const byRank = new Map<string, string | string[]>()
  for (const [ranks, value] of rows.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))) {
    const known = byRank.get(ranks)
    byRank.set(ranks, known === undefined ? value : [known, value].flat())
  }
  const facts = new Facts()
    .label(param.key)
    .type(term('mls', 'HyperParameterSetting'))
    .text('context', param.context)
    .text('source', param.source)
    .text('ranks', ranksOf(view, variants))
    .flag('conflict', true)
    .int('values', variants.length)
    .text('valuesByRank', JSON.stringify(Object.fromEntries(byRank)))
  return [entity(id, facts.list), ...ties(view, id, variants)]
}

/** Of many environments or commands the first, with their number. */
function oneOf(view: View, first: SharedState, variants: readonly SharedState[]): Keyed[] {
  const id = view.space.run(first.id)
  const facts = sharedFacts(view, first)
    .text('ranks', ranksOf(view, [first]))
    .int('variants', variants.length)
  return [entity(id, facts.list), ...ties(view, id, [first])]
}

function ranksOf({ state }: View, variants: readonly SharedState[]): string {
  const keys = variants.flatMap(({ members }) => [...members.keys()])
  return rankRanges(keys.flatMap((key) => state.ranks.get(key)?.rank ?? []))
}

/** Its ranks, without those whose own command it is: that is told by their association. */
function usersOf(view: View, shared: SharedState): (readonly [string, SharedMember])[] {
  const { state } = view
  return [...shared.members].filter(([key]) => {
    const rank = state.ranks.get(key)
    const plan = rank?.command === undefined ? undefined : state.shared.get(rank.command)
    return plan !== shared || rank === undefined || hostName(view, rank.host) === undefined
  })
}

/** When a parameter was told is not when it was used; data and files are logged where they are read. */
const timedKinds: ReadonlySet<string | undefined> = new Set(['dataset', 'artifact'])

/** Who used it, or the one activity that made it. */
function ties(view: View, id: QName, variants: readonly SharedState[]): Keyed[] {
  const members = [...new Map(variants.flatMap((shared) => usersOf(view, shared)))]
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  const [only] = members
  if (only === undefined) return []
  const timed = timedKinds.has(variants[0]?.facts.type)
  const time = instant(only[1].time)
  if (variants[0]?.direction === 'output') {
    const maker = members.length === 1 ? makerName(view, only[0], only[1].contextKey) : runName(view)
    return [relation('wasGeneratedBy', { entity: id, activity: maker }, time)]
  }
  if (view.shape.foldsInputs) return [relation('used', { activity: runName(view), entity: id })]
  return members.flatMap(([key, member]) => {
    const rank = view.state.ranks.get(key)
    const activity = rank === undefined ? runName(view) : rankName(view, rank)
    return [relation('used', { activity, entity: id }, timed ? instant(member.time) : undefined)]
  })
}
