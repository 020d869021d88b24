import { limits } from '@provloom/shared'
import type { ClockState, EventOf, HostState, RankState, WatchEdge } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { hostTold } from './find.ts'
import { markHost } from './mark.ts'

/** Ranks of a host say the same of it, and one of them more; where they contradict each other the first rank holds. */
export function applyHost(change: Change, origin: Origin, rank: RankState, event: EventOf<'host'>): void {
  const { undo, dirt } = change
  const { key, host } = hostTold(change, rank, event)
  const { time: _time, ...said } = event
  const content = JSON.stringify(Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1)))
  const known = host.told.get(content)
  if (known !== undefined && known.rankKey <= origin.rankKey) return
  if (known === undefined && host.told.size >= limits.hostFactsMax) return
  undo.put(host.told, content, { rankKey: origin.rankKey, event })
  const before = host.facts
  const inOrder = [...host.told].sort(([a, one], [b, two]) =>
    one.rankKey === two.rankKey ? (a < b ? -1 : 1) : one.rankKey < two.rankKey ? -1 : 1,
  )
  const together = Object.assign({}, ...inOrder.map(([, { event: one }]) => one).toReversed())
  // In a container its name is no part of its identifier.
  const container = inOrder.some(([, { event: one }]) => one.container === true)
  undo.set(host, 'facts', container ? { ...together, container } : together)
  if (container && before?.container !== true) markHost(change, key)
  dirt.mark('host', key)
}

/** An offset of its clock: the surest holds; once no offset fits all of them the clock was set, and the latest does. */
export function applyClock(change: Change, rank: RankState, event: EventOf<'clock'>): void {
  const { key, host } = hostTold(change, rank, event)
  const { offsetUs, uncertaintyUs } = event
  const known = host.clock
  change.undo.set(host, 'clock', {
    surest: known === undefined || isSurer(event, known.surest) ? event : known.surest,
    latest: known === undefined || isLater(event, known.latest) ? event : known.latest,
    least: Math.min(known?.least ?? offsetUs, offsetUs),
    most: Math.max(known?.most ?? offsetUs, offsetUs),
    from: Math.max(known?.from ?? -Infinity, offsetUs - uncertaintyUs),
    to: Math.min(known?.to ?? Infinity, offsetUs + uncertaintyUs),
  })
  change.dirt.mark('host', key)
}

/** The surest; once no offset fits all that were measured the clock was set, and the latest holds. */
export function holdingClock(clock: ClockState | undefined): EventOf<'clock'> | undefined {
  return clock === undefined || clock.from <= clock.to ? clock?.surest : clock.latest
}

function isSurer(a: EventOf<'clock'>, b: EventOf<'clock'>): boolean {
  return a.uncertaintyUs === b.uncertaintyUs ? isLater(a, b) : a.uncertaintyUs < b.uncertaintyUs
}

function isLater(a: EventOf<'clock'>, b: EventOf<'clock'>): boolean {
  return a.time === b.time ? a.offsetUs > b.offsetUs : a.time > b.time
}

/** The rank's agent watches its machine from now on, or until now. */
export function applyWatch(change: Change, origin: Origin, rank: RankState, event: EventOf<'watch'>): void {
  const { undo } = change
  const { key, host } = hostTold(change, rank, event)
  const known = host.watchers.get(origin.rankKey)
  if (known === undefined) change.links.watched.add(undo, origin.rankKey, key)
  const { time, edge } = event
  const before = known?.edges ?? []
  const edges = [...before, { time, edge }]
  const latest = before.at(-1)
  if (latest !== undefined && byTime(latest, { time, edge }) > 0) edges.sort(byTime)
  const last = edges.at(-1)
  undo.put(host.watchers, origin.rankKey, {
    start: Math.min(known?.start ?? time, time),
    end: last?.edge === 'end' ? last.time : undefined,
    edges,
    told: true,
  })
  if (event.shared !== undefined && event.shared > (host.sharedBy ?? 0))
    undo.set(host, 'sharedBy', event.shared)
  markHost(change, key)
}

/** Of one moment the end before the start of another one. */
function byTime(a: WatchEdge, b: WatchEdge): number {
  return a.time - b.time || (a.edge < b.edge ? -1 : a.edge > b.edge ? 1 : 0)
}

/** It measures, so it watches, whether or not it said so. */
export function seenWatching(
  change: Change,
  key: string,
  host: HostState,
  rankKey: string,
  time: number,
): void {
  const known = host.watchers.get(rankKey)
  if (known !== undefined && known.start <= time) return
  if (known === undefined) change.links.watched.add(change.undo, rankKey, key)
  const { told = false, edges = [], end } = known ?? {}
  change.undo.put(host.watchers, rankKey, { told, edges, end, start: time })
  markHost(change, key)
}

export function applyUser({ state, undo }: Change, event: EventOf<'user'>): void {
  if (!state.users.has(event.login)) undo.put(state.users, event.login, true)
}
