import type { EnergyKind, HostEnergy } from '../energy.ts'
import { slug } from '../name.ts'
import type { HostState } from '../state.ts'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import { hostId, recorderName, watchName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** What each device of a machine took, and that nothing is known of it where nothing could be measured. */
export function energyRecords(view: View, key: string, host: HostState): Keyed[] {
  const { space, kept } = view
  const watch = watchName(view, key)
  const records: Keyed[] = []
  const { devices, unknown } = kept.ofHost(key, host).energy
  for (const { facts, kind, joules } of devices) {
    const id = space.run(`${hostId(host)}.${slug(facts.device)}.${slug(facts.method)}.energy`)
    const about = energyFacts(facts.device)
      .text('device', facts.device)
      .text('kind', kind)
      .double('joules', joules)
      .text('method', facts.method)
    records.push(entity(id, about.list))
    if (watch !== undefined) records.push(relation('wasGeneratedBy', { entity: id, activity: watch }))
  }
  if (unknown !== undefined) {
    const id = space.run(`${hostId(host)}.unknown.energy`)
    records.push(entity(id, energyFacts('unknown').text('kind', 'unknown').text('reason', unknown).list))
    records.push(
      watch === undefined
        ? relation('wasAttributedTo', { entity: id, agent: space.run(hostId(host)) })
        : relation('wasGeneratedBy', { entity: id, activity: watch }),
    )
  }
  return records
}

function energyFacts(device: string): Facts {
  return new Facts().label(`energy, ${device}`).type(term('provloom', 'Energy'))
}

/** The run's energy by kind: never one sum of unlike kinds. What was emitted for it, where anybody told the intensity. */
export function totalEnergyRecords(view: View): Keyed[] {
  const { space } = view
  const { joules, unknown, devices } = totalEnergy(view)
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

function totalEnergy(view: View): {
  readonly joules: ReadonlyMap<EnergyKind, number>
  readonly unknown: number
  readonly devices: number
} {
  const joules = new Map<EnergyKind, number>()
  let [unknown, devices] = [0, 0]
  for (const host of inOrder(view)) {
    for (const { kind, joules: own } of host.devices) joules.set(kind, (joules.get(kind) ?? 0) + own)
    devices += host.devices.length
    if (host.unknown !== undefined) unknown++
  }
  return { joules, unknown, devices }
}

/** Sums are made in one order, so that they are one sum. */
function inOrder({ state, kept }: View): HostEnergy[] {
  return [...state.hosts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, host]) => kept.ofHost(key, host).energy)
}

function emissionsRecords(view: View): Keyed[] {
  const { space } = view
  let total = 0
  const intensities = new Set<number>()
  const sources = new Set<string>()
  let known = false
  for (const { devices } of inOrder(view)) {
    for (const { grams, facts: told } of devices) {
      if (grams === undefined) continue
      known = true
      total += grams
      const { intensity, intensitySource } = told
      if (intensity !== undefined) intensities.add(intensity)
      if (intensitySource !== undefined) sources.add(intensitySource)
    }
  }
  if (!known) return []
  const id = space.run('emissions')
  const facts = new Facts()
    .label('emissions of the run')
    .type(term('provloom', 'Emissions'))
    .double('gramsCO2e', total)
  for (const one of [...intensities].sort((a, b) => a - b)) facts.double('gramsPerKWh', one)
  facts.texts('source', [...sources].sort())
  return [
    entity(id, facts.list),
    relation('wasGeneratedBy', { entity: id, activity: recorderName(view, 0) }),
    relation('wasDerivedFrom', { generatedEntity: id, usedEntity: space.run('energy') }),
  ]
}
