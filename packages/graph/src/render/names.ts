import type { QName } from '@provloom/prov'
import { variantsWrittenOutMax } from '../shape.ts'
import { keyOf } from '../name.ts'
import type { RankState } from '../state.ts'
import type { View } from './view.ts'

/** Identifiers of things that several renderers name. */
export function runName({ space }: View): QName {
  return space.run('run')
}

export function rankName({ space }: View, rank: RankState): QName {
  return space.run(rank.id)
}

export function hostName({ state, space }: View, host: string | undefined): QName | undefined {
  const known = host === undefined ? undefined : state.hosts.get(host)
  return known === undefined ? undefined : space.run(known.id)
}

/** What generates things of a rank: the context that they were logged in, or the rank itself. */
export function makerName(view: View, rankKey: string, contextKey: string | undefined): QName {
  const context = contextKey === undefined ? undefined : view.state.contexts.get(contextKey)
  if (context !== undefined) return view.space.run(context.id)
  const rank = view.state.ranks.get(rankKey)
  return rank === undefined ? runName(view) : rankName(view, rank)
}

/** The rank's command, where commands are few enough to be entities. */
export function planName(view: View, rank: RankState): QName | undefined {
  const commands = view.state.groups.get(keyOf('command'))?.members.length ?? 0
  if (rank.command === undefined || commands > variantsWrittenOutMax) return undefined
  const shared = view.state.shared.get(rank.command)
  return shared === undefined ? undefined : view.space.run(shared.id)
}

/** Ranks in order, attempts of one rank in order. */
export function ranksInOrder({ state }: View): RankState[] {
  return [...state.ranks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rank]) => rank)
}

/** The command of the run: that of its first rank, or where there are many the one that stands for them. */
export function runPlanName(view: View): QName | undefined {
  const own = ranksInOrder(view).find(({ command }) => command !== undefined)
  const plan = own === undefined ? undefined : planName(view, own)
  if (plan !== undefined) return plan
  const [first] = view.state.groups.get(keyOf('command'))?.members ?? []
  const shared = first === undefined ? undefined : view.state.shared.get(first)
  return shared === undefined ? undefined : view.space.run(shared.id)
}

/** The entity that a model's versions are specializations of. */
export function modelName({ state, space }: View, modelKey: string): QName | undefined {
  const model = state.models.get(modelKey)
  if (model === undefined) return undefined
  const [described] = state.groups.get(keyOf('model', model.name))?.members ?? []
  const shared = described === undefined ? undefined : state.shared.get(described)
  return space.run(shared?.id ?? model.id)
}
