import type { DeviceTotal, EnergyKind, Inhabitant } from './energy-device.ts'
import type { EventOf, HostState, ToldEnergy } from './state.ts'
import { sharesOf } from './energy-shares.ts'
import type { Shares } from './energy-shares.ts'

export interface UnknownEnergy {
  readonly device: string
  readonly reason: string
  readonly facts: EventOf<'energy'> | undefined
}

/** Of one machine. */
export interface HostEnergy {
  /** In the order of their keys. */
  readonly devices: readonly DeviceTotal[]
  /** Of which nothing is known, and why: nothing said must not look like nothing used. */
  readonly unknown: readonly UnknownEnergy[]
  readonly shares: Shares
}

/** @param counted ranks whose measurements count; undefined where all do */
export function hostEnergy(
  host: HostState,
  counted: ReadonlySet<string> | undefined,
  inhabitants: readonly Inhabitant[],
): HostEnergy {
  const lastsMs = lastsOf(host, inhabitants)
  const devices: DeviceTotal[] = []
  const unknown: UnknownEnergy[] = []
  for (const [, streams] of [...host.energy].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const told = countedOf(host, counted, streams)
    const facts = told.reduce<EventOf<'energy'> | undefined>(
      (best, event) => (best === undefined || isFuller(event, best) ? event : best),
      undefined,
    )
    if (facts === undefined) continue
    const { kind, device, reason = 'it is not said why' } = facts
    if (kind === 'unknown') unknown.push({ device, reason, facts })
    else devices.push(totalOf(facts, kind, told, lastsMs))
  }
  if (devices.length === 0 && unknown.length === 0) {
    const reason = host.facts?.notMeasured?.replace(/^energy: /, '')
    if (reason !== undefined) unknown.push({ device: 'unknown', reason, facts: undefined })
  }
  return { devices, unknown, shares: sharesOf(devices, inhabitants) }
}

/**
 * What the streams that count say of one device. Agents that watch one after the other each count from when they began, and
 * of those that watched at once one counts; where nobody was told to watch, all ranks of an attempt see the same.
 */
function countedOf(
  host: HostState,
  counted: ReadonlySet<string> | undefined,
  streams: ReadonlyMap<string, ToldEnergy>,
): EventOf<'energy'>[] {
  const isTold = [...host.watchers.values()].some(({ told }) => told)
  const own = [...streams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  const those = own.filter(({ rankKey }) => counted?.has(rankKey) !== false)
  if (isTold) return those.map(({ event }) => event)
  const most = new Map<string, EventOf<'energy'>>()
  for (const { rankKey, event } of those) {
    const attempt = rankKey.slice(rankKey.indexOf('.'))
    const known = most.get(attempt)
    if (known === undefined || isFuller(event, known)) most.set(attempt, event)
  }
  return [...most].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event)
}

/** Of two that say the same of a device the one that counted more of it. */
function isFuller(one: EventOf<'energy'>, other: EventOf<'energy'>): boolean {
  const [a, b] = [one.joules ?? -1, other.joules ?? -1]
  return a === b ? JSON.stringify(one) > JSON.stringify(other) : a > b
}

function totalOf(
  facts: EventOf<'energy'>,
  kind: EnergyKind,
  told: readonly EventOf<'energy'>[],
  lastsMs: number | undefined,
): DeviceTotal {
  const sum = (of: (event: EventOf<'energy'>) => number | undefined): number | undefined => {
    const values = told.map(of)
    return values.some((value) => value === undefined)
      ? undefined
      : values.reduce<number>((all, one) => all + (one ?? 0), 0)
  }
  const coveredMs = sum((event) => event.coveredMs)
  const leftS = lastsMs === undefined || coveredMs === undefined ? 0 : Math.max(0, lastsMs - coveredMs) / 1000
  const power = (of: 'leastWatts' | 'mostWatts', best: (...all: number[]) => number): number | undefined => {
    const all = told.flatMap((event) => event[of] ?? [])
    return all.length === 0 ? undefined : best(...all)
  }
  const bound = (joules: number | undefined, watts: number | undefined): number | undefined => {
    if (joules === undefined || leftS === 0) return joules
    return watts === undefined ? undefined : joules + leftS * watts
  }
  return {
    facts,
    kind,
    counted: facts.counted === true,
    joules: sum((event) => event.joules ?? 0) ?? 0,
    lowerJoules: bound(
      sum((event) => event.lowerJoules),
      power('leastWatts', Math.min),
    ),
    upperJoules: bound(
      sum((event) => event.upperJoules),
      power('mostWatts', Math.max),
    ),
    coverage:
      coveredMs === undefined || lastsMs === undefined || lastsMs <= 0
        ? undefined
        : Math.min(1, coveredMs / lastsMs),
    holderJoules: sum((event) => event.holderJoules),
  }
}

/** How long the run was on the machine: from its first rank's begin to its last one's end there, so far as it is known. */
function lastsOf(host: HostState, inhabitants: readonly Inhabitant[]): number | undefined {
  const starts = inhabitants.flatMap(({ start }) => start ?? [])
  const latest = [...host.energy.values()].flatMap((streams) =>
    [...streams.values()].map(({ event }) => event.time),
  )
  const goesOn = inhabitants.some(({ end }) => end === undefined)
  const ends = [...inhabitants.flatMap(({ end }) => end ?? []), ...(goesOn ? latest : [])]
  if (starts.length === 0 || ends.length === 0) return undefined
  return Math.max(0, Math.max(...ends) - Math.min(...starts)) / 1000
}
