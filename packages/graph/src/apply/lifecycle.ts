import { limits } from '@provloom/shared'
import type { EventOf, RankState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { around } from './around.ts'
import { contextOf, placeOn, seenAt, tellProblem } from './find.ts'
import { markContext, markMade, markRank, markUses, tellWorld } from './mark.ts'
import { share } from './share.ts'

export function applyRankStart(
  change: Change,
  origin: Origin,
  rank: RankState,
  event: EventOf<'rank.start'>,
): void {
  // A restarted agent says it again; the first time is when the rank began.
  if (rank.start !== undefined) return
  const { undo } = change
  undo.set(rank, 'start', event)
  placeOn(change, origin.rankKey, rank, event.host, event.hostId)
  if (event.worldSize !== undefined) tellWorld(change, rank.attempt, event.worldSize)
  if (event.argv.length > 0) {
    const { argv, directory, time } = event
    const command = {
      type: 'command',
      time,
      argv,
      ...(directory === undefined ? {} : { directory }),
    } as const
    undo.set(rank, 'command', share(change, origin, command))
  }
  markRank(change, origin.rankKey)
}

/** A library that works on them knows more of them than variables say; the last that it told holds. */
export function applyDevices(
  change: Change,
  { rankKey }: Origin,
  rank: RankState,
  event: EventOf<'devices'>,
): void {
  change.undo.set(rank, 'devices', event.devices)
  markRank(change, rankKey)
}

/** A context begins, ends or is declared; the first parent said is the one. */
export function applyContext(change: Change, origin: Origin, event: EventOf<'context'>): void {
  const { state, undo, links } = change
  const { key, context } = contextOf(change, origin.rankKey, event.name)
  markContext(change, key)
  if (event.edge !== undefined) markMade(change, key)
  if (event.edge !== undefined || event.parent === undefined) seenAt(change, context, event.time)
  if (event.edge === 'start') {
    undo.set(context, 'start', Math.min(context.start ?? event.time, event.time))
    undo.set(context, 'end', undefined)
  }
  if (event.edge === 'end') undo.set(context, 'end', event.time)
  if (event.parent === undefined || context.parent !== undefined) return
  const parent = contextOf(change, origin.rankKey, event.parent)
  if (parent.key === key || around(state, parent.key).includes(key)) {
    tellProblem(
      change,
      origin.rankKey,
      'BAD_CONTEXT',
      `context ${event.name} cannot be inside ${event.parent}, which is inside it`,
    )
    return
  }
  if (around(state, parent.key).length >= limits.contextDepthMax) {
    const words = `context ${event.name} is not told to be inside ${event.parent}`
    tellProblem(
      change,
      origin.rankKey,
      'BAD_CONTEXT',
      `${words}: it is inside ${limits.contextDepthMax} others`,
    )
    return
  }
  undo.set(context, 'parent', parent.key)
  links.inner.add(undo, parent.key, key)
  markContext(change, key)
  markUses(change, key)
}
