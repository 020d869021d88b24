import type { DeviceEnergy, EventOf, HostState } from '../state.ts'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import { runName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { agent, entity, relation } from './view.ts'

/** A machine, and the energy that it took where a run is written out. */
export function hostRecords(view: View, name: string): Keyed[] {
  const { state, space, shape } = view
  const host = state.hosts.get(name)
  if (host === undefined) return []
  const { facts: told, clock, clockRange } = host
  const facts = new Facts().label(host.name).type(term('provloom', 'Host')).text('hostname', host.name)
  if (told !== undefined) tellMachine(facts, told)
  facts
    .int('clockOffsetUs', clock?.offsetUs)
    .int('clockUncertaintyUs', clock?.uncertaintyUs)
    .int('clockOffsetLeastUs', clockRange?.least)
    .int('clockOffsetMostUs', clockRange?.most)
  const records = [agent(space.run(host.id), facts.list)]
  if (host.energyId !== undefined && !shape.foldsRanks) {
    const id = space.run(host.energyId)
    records.push(
      entity(id, energyFacts(`energy of ${host.name}`, [host]).list),
      relation('wasGeneratedBy', { entity: id, activity: runName(view) }),
    )
  }
  return records
}

function tellMachine(facts: Facts, told: EventOf<'host'>): void {
  const gpus = told.gpus ?? []
  facts
    .text('cpu', told.cpu)
    .int('cores', told.cores)
    .int('physicalCores', told.physicalCores)
    .int('sockets', told.sockets)
    .double('cpuGHz', told.cpuGHz)
    .double('cpuMaxGHz', told.cpuMaxGHz)
    .int('memoryBytes', told.memoryBytes)
    .text('distribution', told.distribution)
    .text('release', told.release)
    .text('kernel', told.kernel)
    .text('arch', told.arch)
    .text('machine', told.machine)
    .text('virtualMachine', told.virtualMachine)
    .int('gpus', gpus.length === 0 ? undefined : gpus.length)
    .texts(
      'gpu',
      gpus.map((gpu) => [gpu.name, gpu.uuid].filter((part) => typeof part === 'string').join(' ')),
    )
    .ints('gpuMemoryBytes', [...new Set(gpus.flatMap(({ memoryBytes }) => memoryBytes ?? []))])
    .texts(
      'gpuDriver',
      gpus.flatMap(({ driver }) => driver ?? []),
    )
    .text('workFileSystem', told.workFileSystem)
    .int('workFileSystemBytes', told.workFileSystemBytes)
    .text('saveFileSystem', told.saveFileSystem)
    .int('saveFileSystemBytes', told.saveFileSystemBytes)
    .text('notMeasured', told.notMeasured)
}

/** In a folded run, the energy of all hosts is one entity. */
export function energyRecords(view: View): Keyed[] {
  const { state, space, shape } = view
  const hosts = [...state.hosts.values()].filter(({ energyId }) => energyId !== undefined)
  if (!shape.foldsRanks || hosts.length === 0) return []
  const id = space.run('energy')
  hosts.sort((a, b) => (a.name < b.name ? -1 : 1))
  const facts = energyFacts(`energy of ${hosts.length} hosts`, hosts)
  const byHost = Object.fromEntries(hosts.map((host) => [host.name, joulesOf([host])]))
  return [
    entity(id, facts.text('joulesByHost', JSON.stringify(byHost)).list),
    relation('wasGeneratedBy', { entity: id, activity: runName(view) }),
  ]
}

function energyFacts(label: string, hosts: readonly HostState[]): Facts {
  const devices = devicesOf(hosts)
  const joules = joulesOf(hosts)
  const grams = devices.map(({ grams }) => total(grams)).filter((value) => value > 0)
  const told = devices.map(({ facts }) => facts)
  return new Facts()
    .label(label)
    .type(term('provloom', 'Energy'))
    .double('joules', joules)
    .double('kWh', joules / 3_600_000)
    .double('gCO2eq', grams.length === 0 ? undefined : grams.reduce((sum, value) => sum + value, 0))
    .texts('method', told.map(({ method }) => method).sort())
    .texts(
      'intensity',
      told.flatMap(({ intensity }) => (intensity === undefined ? [] : [`${intensity} gCO2eq/kWh`])).sort(),
    )
    .texts('intensitySource', told.flatMap(({ intensitySource }) => intensitySource ?? []).sort())
    .int('devices', devices.length)
    .texts(
      'device',
      hosts.length > 1
        ? []
        : devices.map(({ facts, joules }) => `${facts.device}: ${total(joules)} J`).sort(),
    )
}

function devicesOf(hosts: readonly HostState[]): DeviceEnergy[] {
  return hosts.flatMap(({ energy }) =>
    [...energy].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, device]) => device),
  )
}

function joulesOf(hosts: readonly HostState[]): number {
  return devicesOf(hosts).reduce((sum, { joules }) => sum + total(joules), 0)
}

function total(values: ReadonlyMap<number, number>): number {
  let sum = 0
  for (const [, value] of [...values].sort(([a], [b]) => a - b)) sum += value
  return sum
}
