import { keyOf } from '../name.ts'
import type { EventOf, RankState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { hostTold } from './find.ts'
import { seenWatching } from './host.ts'
import { markShares } from './mark.ts'

/** Energy so far, of one device by one method: each stream counts by itself. */
export function applyEnergy(change: Change, origin: Origin, rank: RankState, event: EventOf<'energy'>): void {
  const { undo, dirt, index } = change
  const { rankKey, stream } = origin
  const { key, host } = hostTold(change, rank, event)
  seenWatching(change, key, host, rankKey, event.time)
  const id = keyOf(event.device, event.method)
  if (!host.energy.has(id)) undo.put(host.energy, id, new Map())
  const streams = host.energy.get(id)
  if (streams !== undefined) undo.put(streams, keyOf(rankKey, stream), { rankKey, event })
  markShares(change, key)
  // Until when it was heard of says whose measurements are counted, of several that have watched.
  if (host.watchers.size > 1) for (const series of index.ofOwner(key)) dirt.mark('series', series)
}

/** What another tool says of a part of the machine so far: each stream counts by itself. */
export function applyOther(
  { state, undo, dirt }: Change,
  key: string,
  { rankKey, stream }: Origin,
  event: EventOf<'energy.other'>,
): void {
  if (!state.otherEnergy.has(key)) undo.put(state.otherEnergy, key, new Map())
  const tools = state.otherEnergy.get(key)
  const id = keyOf(event.tool, event.part ?? '')
  if (tools?.has(id) === false) undo.put(tools, id, new Map())
  const streams = tools?.get(id)
  if (streams !== undefined) undo.put(streams, keyOf(rankKey, stream), { rankKey, event })
  dirt.mark('host', key)
}

/** What a rank has of its machine so far, by what its agent's stream says. */
export function applyShare(
  change: Change,
  { stream }: Origin,
  rank: RankState,
  event: EventOf<'energy.share'>,
): void {
  change.undo.put(rank.shares, stream, event)
  if (rank.hostKey !== undefined) markShares(change, rank.hostKey)
}

/** Who watches for the run says it, each the same. */
export function applyCarbon({ state, undo, dirt }: Change, event: EventOf<'carbon'>): void {
  const { time: _time, ...said } = event
  const content = JSON.stringify(Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1)))
  if (state.carbon.has(content)) return
  undo.put(state.carbon, content, event)
  dirt.mark('run', '')
}
