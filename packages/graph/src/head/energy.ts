import type { HeadEnergy, HeadNotMeasured } from '@provloom/rundir/entry'
import { keyOf } from '../name.ts'
import type { DeviceTotal } from '../energy-device.ts'
import type { Kept } from '../kept.ts'
import { carbonOf } from '../render/energy.ts'
import type { RunState } from '../state.ts'
import { headText } from './shown.ts'

const shortMax = 200
const joulesPerKWh = 3.6e6

interface Device extends DeviceTotal {
  readonly shared: number | undefined
}

/** What counted devices of all machines took, by kind and method. */
export function headEnergy(state: RunState, kept: Kept): readonly HeadEnergy[] {
  const groups = new Map<string, Device[]>()
  for (const [key, host] of [...state.hosts].sort(([a], [b]) => (a < b ? -1 : 1)))
    for (const device of kept.ofHost(key, host).energy.devices) {
      if (!device.counted) continue
      const group = keyOf(device.kind, device.facts.method)
      groups.set(group, [...(groups.get(group) ?? []), { ...device, shared: host.sharedBy }])
    }
  const gramsPerKWh = carbonOf(state.carbon)?.gramsPerKWh
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, devices]) => together(devices, gramsPerKWh))
}

function together(devices: readonly Device[], gramsPerKWh: number | undefined): HeadEnergy[] {
  const [first] = devices
  if (first === undefined) return []
  const sum = (of: (one: Device) => number | undefined): number | undefined =>
    devices.reduce<number | undefined>((all, one) => {
      const value = of(one)
      return all === undefined || value === undefined ? undefined : all + value
    }, 0)
  const joules = sum((one) => one.joules) ?? 0
  const [lowerJoules, upperJoules] = [sum((one) => one.lowerJoules), sum((one) => one.upperJoules)]
  const covered = devices.flatMap(({ coverage }) => coverage ?? [])
  const shared = Math.max(...devices.map((one) => one.shared ?? 1))
  return [
    {
      kind: first.kind,
      method: headText(first.facts.method, shortMax),
      devices: devices.length,
      joules,
      ...(lowerJoules === undefined ? {} : { lowerJoules }),
      ...(upperJoules === undefined ? {} : { upperJoules }),
      ...(covered.length < devices.length ? {} : { coverage: Math.min(...covered) }),
      ...(shared > 1 ? { shared } : {}),
      ...(gramsPerKWh === undefined ? {} : { gramsCo2eq: (joules / joulesPerKWh) * gramsPerKWh }),
    },
  ]
}

/** Reasons in their order, each with how many machines it is of. */
export function notMeasuredIn(state: RunState, kept: Kept): readonly HeadNotMeasured[] {
  const hosts = new Map<string, number>()
  for (const [key, host] of state.hosts)
    for (const reason of new Set(kept.ofHost(key, host).energy.unknown.map((one) => one.reason)))
      hosts.set(reason, (hosts.get(reason) ?? 0) + 1)
  return [...hosts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, count]) => ({ reason: headText(reason, shortMax), hosts: count }))
}
