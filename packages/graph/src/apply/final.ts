import { claimId, keyOf, slug } from '../name.ts'
import type { EventOf, FinalState, RankState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { contextOf } from './find.ts'

/** A rank registers a final metric; said twice, the first holds. */
export function applyFinal(
  change: Change,
  origin: Origin,
  rank: RankState,
  event: EventOf<'final.metric'>,
): void {
  const { state, dirt, undo } = change
  if (event.context !== undefined) contextOf(change, origin.rankKey, event.context)
  const key = keyOf(event.key, event.context, event.fold)
  const final = state.finals.get(key) ?? newFinal(change, key, event)
  if (final.members.has(origin.rankKey)) return
  const wanted = `${rank.id}.final.${finalSlug(event)}`
  const id = claimId(change, wanted, keyOf('final', origin.rankKey, key))
  undo.put(final.members, origin.rankKey, { id, initialValue: event.initialValue })
  undo.push(rank.finals, key)
  dirt.mark('final', key)
}

function newFinal(change: Change, key: string, event: EventOf<'final.metric'>): FinalState {
  const id = claimId(change, `final.${finalSlug(event)}`, keyOf('final', key))
  const made: FinalState = { id, facts: event, members: new Map() }
  change.undo.put(change.state.finals, key, made)
  return made
}

function finalSlug({ key, context, fold }: EventOf<'final.metric'>): string {
  return [context, key, fold]
    .filter((part) => part !== undefined)
    .map(slug)
    .join('.')
}
