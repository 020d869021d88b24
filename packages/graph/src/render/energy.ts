import type { HostEnergy } from '../energy.ts'
import { energyKinds } from '../energy-device.ts'
import type { DeviceTotal, EnergyKind } from '../energy-device.ts'
import { slug } from '../name.ts'
import type { EventOf, HostState } from '../state.ts'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import { hostId, recorderName, watchName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

const joulesPerKWh = 3.6e6

/** What each device of a machine took, and that nothing is known of it where nothing could be measured. */
export function energyRecords(view: View, key: string, host: HostState): Keyed[] {
  const { space, kept } = view
  const watch = watchName(view, key)
  const records: Keyed[] = []
  const { devices, unknown } = kept.ofHost(key, host).energy
  for (const one of devices) {
    const { device, method } = one.facts
    const id = space.run(`${hostId(host)}.${slug(device)}.${slug(method)}.energy`)
    records.push(entity(id, deviceFacts(one, host.sharedBy).list))
    if (watch !== undefined) records.push(relation('wasGeneratedBy', { entity: id, activity: watch }))
  }
  for (const { device, reason, facts } of unknown) {
    const which = facts === undefined ? 'unknown' : `${slug(device)}.${slug(facts.method)}.unknown`
    const id = space.run(`${hostId(host)}.${which}.energy`)
    const about = energyFacts(device)
      .text('device', facts === undefined ? undefined : device)
      .text('kind', 'unknown')
      .text('covers', facts?.covers)
      .text('uuid', facts?.uuid)
      .text('model', facts?.model)
      .text('reason', reason)
    records.push(entity(id, about.list))
    records.push(
      watch === undefined
        ? relation('wasAttributedTo', { entity: id, agent: space.run(hostId(host)) })
        : relation('wasGeneratedBy', { entity: id, activity: watch }),
    )
  }
  return records
}

function deviceFacts(one: DeviceTotal, sharedBy: number | undefined): Facts {
  const { facts, kind, counted, joules, lowerJoules, upperJoules, coverage } = one
  const { device, method, covers, source, uuid, model, intervalMs, reason } = facts
  return energyFacts(device)
    .text('device', device)
    .text('kind', kind)
    .double('joules', joules)
    .double('lowerJoules', lowerJoules)
    .double('upperJoules', upperJoules)
    .text('method', method)
    .text('covers', covers)
    .flag('counted', counted)
    .double('coverage', coverage)
    .int('intervalMs', intervalMs)
    .text('source', source)
    .text('uuid', uuid)
    .text('model', model)
    .text('reason', reason)
    .int('shared', sharedBy !== undefined && sharedBy > 1 ? sharedBy : undefined)
}

function energyFacts(device: string): Facts {
  return new Facts().label(`energy, ${device}`).type(term('provloom', 'Energy'))
}

/** Whole joules of each kind that there is, each an attribute of its own. */
export function joulesByKind(
  facts: Facts,
  joules: ReadonlyMap<EnergyKind, number> | undefined,
  name: (kind: EnergyKind) => string = (kind) => `${kind}Joules`,
): Facts {
  for (const kind of energyKinds) facts.int(name(kind), joules?.get(kind))
  return facts
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
    ...emissionsRecords(view, joules),
  ]
}

/** Of the devices that are counted. */
function totalEnergy(view: View): {
  readonly joules: ReadonlyMap<EnergyKind, number>
  readonly unknown: number
  readonly devices: number
} {
  const joules = new Map<EnergyKind, number>()
  let [unknown, devices] = [0, 0]
  for (const host of inOrder(view)) {
    for (const { kind, joules: own, counted } of host.devices) {
      if (!counted) continue
      joules.set(kind, (joules.get(kind) ?? 0) + own)
      devices++
    }
    unknown += host.unknown.length
  }
  return { joules, unknown, devices }
}

/** Sums are made in one order, so that they are one sum. */
function inOrder({ state, kept }: View): HostEnergy[] {
  return [...state.hosts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, host]) => kept.ofHost(key, host).energy)
}

/** How much is emitted for a kilowatt-hour there; undefined where nobody said it, or not all alike. */
export function carbonOf(carbon: ReadonlyMap<string, EventOf<'carbon'>>): EventOf<'carbon'> | undefined {
  const [told, ...others] = carbon.values()
  return others.length === 0 ? told : undefined
}

/** By the kind of energy that it is for: a guess is not added to what was measured. */
function emissionsRecords(view: View, joules: ReadonlyMap<EnergyKind, number>): Keyed[] {
  const { space, state } = view
  const told = carbonOf(state.carbon)
  if (told === undefined || joules.size === 0) return []
  const id = space.run('emissions')
  const facts = new Facts().label('emissions of the run').type(term('provloom', 'Emissions'))
  for (const kind of energyKinds) {
    const own = joules.get(kind)
    facts.double(`${kind}GramsCO2e`, own === undefined ? undefined : (own / joulesPerKWh) * told.gramsPerKWh)
  }
  facts
    .double('gramsPerKWh', told.gramsPerKWh)
    .text('source', told.source)
    .text('region', told.zone)
    .int('year', told.year)
    .text('method', told.method)
    .text('licence', told.licence)
  return [
    entity(id, facts.list),
    relation('wasGeneratedBy', { entity: id, activity: recorderName(view, 0) }),
    relation('wasDerivedFrom', { generatedEntity: id, usedEntity: space.run('energy') }),
  ]
}
