import type { DeviceEnergy, HostState } from './state.ts'

/**
 * What the ranks of a machine told of one device, together. Agents that watch one after the other each count from when they
 * began, and of those that watched at once one counts; where nobody was told to watch, all ranks of an attempt see the same.
 */
function totalOf(
  host: HostState,
  counted: ReadonlySet<string> | undefined,
  values: ReadonlyMap<string, number>,
): number {
  const isTold = [...host.watchers.values()].some(({ told }) => told)
  const groups = new Map<string, number>()
  for (const [rankKey, value] of values) {
    if (counted?.has(rankKey) === false) continue
    const group = isTold ? rankKey : rankKey.slice(rankKey.indexOf('.'))
    groups.set(group, Math.max(groups.get(group) ?? 0, value))
  }
  let sum = 0
  for (const [, value] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) sum += value
  return sum
}

/** How joules came to be known: by a counter of energy, from samples of power, or from what a device is said to take. */
export type EnergyKind = 'measured' | 'integrated' | 'estimated'

/** What one device of a machine took, by one way to know it. */
export interface DeviceTotal {
  readonly facts: DeviceEnergy['facts']
  readonly kind: EnergyKind
  readonly joules: number
  /** CO2 equivalent, where anybody told the intensity. */
  readonly grams: number | undefined
}

/** Of one machine. */
export interface HostEnergy {
  /** In the order of their keys. */
  readonly devices: readonly DeviceTotal[]
  /** Why nothing is known: nothing said must not look like nothing used. */
  readonly unknown: string | undefined
}

/** @param counted ranks whose measurements count; undefined where all do */
export function hostEnergy(host: HostState, counted: ReadonlySet<string> | undefined): HostEnergy {
  const devices = [...host.energy]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { facts, joules, grams }]) => ({
      facts,
      kind: kindOf(facts),
      joules: totalOf(host, counted, joules),
      grams: grams.size === 0 ? undefined : totalOf(host, counted, grams),
    }))
  const unknown = devices.length === 0 ? host.facts?.notMeasured?.replace(/^energy: /, '') : undefined
  return { devices, unknown }
}

function kindOf({ method }: DeviceEnergy['facts']): EnergyKind {
  if (/estimat|tdp/i.test(method)) return 'estimated'
  return /integrat|power|watt/i.test(method) ? 'integrated' : 'measured'
}
