import type { EventOf, RankState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { around, contextOf, hostOf, seenAt, tellProblem } from './find.ts'
import { growWorld, markRank } from './mark.ts'
import { share } from './share.ts'

export function applyRankStart(
  change: Change,
  origin: Origin,
  rank: RankState,
  event: EventOf<'rank.start'>,
): void {
  // A restarted agent says it again; the first time is when the rank began.
  if (rank.start !== undefined) return
  rank.start = event
  rank.host = event.host
  hostOf(change, event.host)
  if (event.worldSize !== undefined) growWorld(change, event.worldSize)
  if (event.argv.length > 0) {
    const { argv, directory, time } = event
    const command = {
      type: 'command',
      time,
      argv,
      ...(directory === undefined ? {} : { directory }),
    } as const
    rank.command = share(change, origin, command, 'plan')
  }
  markRank(change, origin.rankKey)
}

/** A context begins, ends or is declared; the first parent said is the one. */
export function applyContext(change: Change, origin: Origin, event: EventOf<'context'>): void {
  const { state, dirt } = change
  const { key, context } = contextOf(change, origin.rankKey, event.name)
  dirt.mark('context', key)
  if (event.edge !== undefined || event.parent === undefined) seenAt(context, event.time)
  if (event.edge === 'start') {
    context.start = Math.min(context.start ?? event.time, event.time)
    context.end = undefined
  }
  if (event.edge === 'end') context.end = event.time
  if (event.parent === undefined || context.parent !== undefined) return
  const parent = contextOf(change, origin.rankKey, event.parent)
  if (parent.key === key || around(state, parent.key).includes(key)) {
    tellProblem(
      change,
      origin.rankKey,
      `context ${event.name} cannot be inside ${event.parent}, which is inside it`,
    )
    return
  }
  context.parent = parent.key
}
