import { claimId, keyOf, slug } from '../name.ts'
import type { EventOf, RankState } from '../state.ts'
import type { Change } from './change.ts'
import { hostOf } from './find.ts'

export function applyHost(change: Change, event: EventOf<'host'>): void {
  const host = hostOf(change, event.host)
  // Ranks of a host say the same of it, and one of them more.
  change.undo.set(host, 'facts', { ...event, ...host.facts })
  change.dirt.mark('host', event.host)
}

/**
 * Of the offsets that the ranks of a host measured, the surest of those that agree. One that cannot be the same offset
 * means that a clock was set, or has drifted: the latest holds, and the range of all is told besides.
 */
export function applyClock(change: Change, event: EventOf<'clock'>): void {
  const { undo } = change
  const host = hostOf(change, event.host)
  const known = host.clock
  if (known !== undefined && !agree(known, event)) {
    const { least, most } = host.clockRange ?? { least: known.offsetUs, most: known.offsetUs }
    undo.set(host, 'clockRange', {
      least: Math.min(least, event.offsetUs),
      most: Math.max(most, event.offsetUs),
    })
    undo.set(host, 'clock', event)
  } else if (known === undefined || event.uncertaintyUs <= known.uncertaintyUs) {
    undo.set(host, 'clock', event)
  }
  change.dirt.mark('host', event.host)
}

function agree(a: EventOf<'clock'>, b: EventOf<'clock'>): boolean {
  return Math.abs(a.offsetUs - b.offsetUs) <= a.uncertaintyUs + b.uncertaintyUs
}

/** Energy so far: of ranks that watch one device the largest, of attempts one after the other the sum. */
export function applyEnergy(change: Change, rank: RankState, event: EventOf<'energy'>): void {
  const { undo } = change
  const host = hostOf(change, event.host)
  if (host.energyId === undefined)
    undo.set(host, 'energyId', claimId(change, `energy-${slug(event.host)}`, `energy ${event.host}`))
  const key = keyOf(event.device)
  const device = host.energy.get(key) ?? { facts: event, joules: new Map(), grams: new Map() }
  undo.put(host.energy, key, device)
  raise(change, device.joules, rank.attempt, event.joules)
  if (event.gramsCo2eq !== undefined) raise(change, device.grams, rank.attempt, event.gramsCo2eq)
  change.dirt.mark('host', event.host)
}

function raise({ undo }: Change, values: ReadonlyMap<number, number>, attempt: number, value: number): void {
  undo.put(values, attempt, Math.max(values.get(attempt) ?? 0, value))
}

export function applyUser(change: Change, event: EventOf<'user'>): void {
  const { state, undo } = change
  if (state.users.has(event.login)) return
  undo.put(state.users, event.login, claimId(change, `user-${slug(event.login)}`, `user ${event.login}`))
}
