import { keyOf, slug } from '../name.ts'
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
  const id = `${rank.id}.final.${finalSlug(event)}`
  undo.put(final.members, origin.rankKey, { id, initialValue: event.initialValue })
  undo.push(rank.finals, key)
  dirt.mark('final', key)
}

function newFinal(change: Change, key: string, event: EventOf<'final.metric'>): FinalState {
  const made: FinalState = { facts: event, members: new Map() }
  change.undo.put(change.state.finals, key, made)
  return made
}

/** Of two pieces it is without a context, of three with one. */
function finalSlug({ key, context, fold }: EventOf<'final.metric'>): string {
  return [context, key, fold].flatMap((one) => (one === undefined ? [] : [slug(one)])).join('.')
}
