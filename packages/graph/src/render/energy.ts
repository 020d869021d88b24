import { totalOf } from '../energy.ts'
import { slug } from '../name.ts'
import type { DeviceEnergy, HostState, RunState } from '../state.ts'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import { hostId, recorderName, watchName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** How joules came to be known: by a counter of energy, from samples of power, or from what a device is said to take. */
type Kind = 'measured' | 'integrated' | 'estimated'

/** What each device of a machine took, and that nothing is known of it where nothing could be measured. */
export function energyRecords(view: View, key: string, host: HostState): Keyed[] {
  const { space, state } = view
  const watch = watchName(view, key)
  const records: Keyed[] = []
  for (const device of devicesOf(host)) {
    const { facts } = device
    const id = space.run(`${hostId(host)}.${slug(facts.device)}.${slug(facts.method)}.energy`)
    const about = energyFacts(facts.device)
      .text('device', facts.device)
      .text('kind', kindOf(device))
      .double('joules', totalOf(state, host, device.joules))
      .text('method', facts.method)
    records.push(entity(id, about.list))
    if (watch !== undefined) records.push(relation('wasGeneratedBy', { entity: id, activity: watch }))
  }
  const reason = host.energy.size === 0 ? unknownReason(host) : undefined
  if (reason !== undefined) {
    const id = space.run(`${hostId(host)}.unknown.energy`)
    records.push(entity(id, energyFacts('unknown').text('kind', 'unknown').text('reason', reason).list))
    if (watch !== undefined) records.push(relation('wasGeneratedBy', { entity: id, activity: watch }))
  }
  return records
}

function energyFacts(device: string): Facts {
  return new Facts().label(`energy, ${device}`).type(term('provloom', 'Energy'))
}

/** Nothing said must not look like nothing used. */
function unknownReason({ facts }: HostState): string | undefined {
  const told = facts?.notMeasured
  return told === undefined ? undefined : told.replace(/^energy: /, '')
}

function devicesOf({ energy }: HostState): DeviceEnergy[] {
  return [...energy].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, device]) => device)
}

function kindOf({ facts: { method } }: DeviceEnergy): Kind {
  if (/estimat|tdp/i.test(method)) return 'estimated'
  return /integrat|power|watt/i.test(method) ? 'integrated' : 'measured'
}

/** The run's energy by kind: never one sum of unlike kinds. What was emitted for it, where anybody told the intensity. */
export function totalEnergyRecords(view: View): Keyed[] {
  const { state, space } = view
  const { joules, unknown, devices } = totalEnergy(state)
  if (devices === 0 && unknown === 0) return []
  const id = space.run('energy')
  const facts = new Facts()
    .label('energy of the run')
    .type(term('provloom', 'EnergyTotal'))
    .double('measuredJoules', joules.get('measured'))
    .double('integratedJoules', joules.get('integrated'))
    .double('estimatedJoules', joules.get('estimated'))
    .int('devices', devices)
    .int('unknownDevices', unknown)
  return [
    entity(id, facts.list),
    relation('wasGeneratedBy', { entity: id, activity: recorderName(view, 0) }),
    ...emissionsRecords(view),
  ]
}

function totalEnergy(state: RunState): {
  readonly joules: ReadonlyMap<Kind, number>
  readonly unknown: number
  readonly devices: number
} {
  const joules = new Map<Kind, number>()
  let [unknown, devices] = [0, 0]
  for (const [, host] of inOrder(state.hosts)) {
    for (const device of devicesOf(host)) {
      devices++
      const kind = kindOf(device)
      joules.set(kind, (joules.get(kind) ?? 0) + totalOf(state, host, device.joules))
    }
    if (host.energy.size === 0 && unknownReason(host) !== undefined) unknown++
  }
  return { joules, unknown, devices }
}

function inOrder(hosts: RunState['hosts']): [string, HostState][] {
  return [...hosts].sort(([a], [b]) => (a < b ? -1 : 1))
}

function emissionsRecords(view: View): Keyed[] {
  const { state, space } = view
  let grams = 0
  const intensities = new Set<number>()
  const sources = new Set<string>()
  let known = false
  for (const [, host] of inOrder(state.hosts)) {
    for (const device of devicesOf(host)) {
      if (device.grams.size === 0) continue
      known = true
      grams += totalOf(state, host, device.grams)
      const { intensity, intensitySource } = device.facts
      if (intensity !== undefined) intensities.add(intensity)
      if (intensitySource !== undefined) sources.add(intensitySource)
    }
  }
  if (!known) return []
  const id = space.run('emissions')
  const facts = new Facts()
    .label('emissions of the run')
    .type(term('provloom', 'Emissions'))
    .double('gramsCO2e', grams)
  for (const one of [...intensities].sort((a, b) => a - b)) facts.double('gramsPerKWh', one)
  facts.texts('source', [...sources].sort())
  return [
    entity(id, facts.list),
    relation('wasGeneratedBy', { entity: id, activity: recorderName(view, 0) }),
    relation('wasDerivedFrom', { generatedEntity: id, usedEntity: space.run('energy') }),
  ]
}
