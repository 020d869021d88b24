import type { EventOf, HostState } from '../state.ts'
import { holdingClock } from '../apply/host.ts'
import { term } from '../space.ts'
import { energyRecords, joulesByKind } from './energy.ts'
import { otherEnergyRecords, toolWords } from './energy-other.ts'
import { Facts } from './facts.ts'
import { hostId, runName, watchName } from './names.ts'
import { times } from './span.ts'
import type { Keyed, View } from './view.ts'
import { activity, agent, informed, relation } from './view.ts'

/** A machine, the watch that measured on it, and the energy that its devices took. */
export function hostRecords(view: View, key: string): Keyed[] {
  const { state, space } = view
  const host = state.hosts.get(key)
  if (host === undefined) return []
  const { facts: told, clock } = host
  const wasSet = clock !== undefined && clock.from > clock.to
  const holds = holdingClock(clock)
  const names = [...host.names.keys()].sort()
  const facts = new Facts().label(names.join(', ')).type(term('provloom', 'Host')).texts('hostname', names)
  if (told !== undefined) tellMachine(facts, told)
  facts
    .int('clockOffsetUs', holds?.offsetUs)
    .int('clockUncertaintyUs', holds?.uncertaintyUs)
    .int('clockOffsetLeastUs', wasSet ? clock.least : undefined)
    .int('clockOffsetMostUs', wasSet ? clock.most : undefined)
  return [
    agent(space.run(hostId(host)), facts.list),
    ...watchRecords(view, key, host),
    ...energyRecords(view, key, host),
    ...otherEnergyRecords(view, key, host),
  ]
}

function watchRecords(view: View, key: string, host: HostState): Keyed[] {
  const { state, space } = view
  const me = watchName(view, key)
  if (me === undefined) return []
  const ranks = [...host.watchers.keys()].flatMap((rankKey) => state.ranks.get(rankKey)?.rank ?? [])
  const run = runName(view)
  const facts = new Facts()
    .label(`watch of ${[...host.names.keys()].sort().join(', ')}`)
    .type(term('provloom', 'HostWatch'))
    .ints(
      'electedRank',
      [...new Set(ranks)].sort((a, b) => a - b),
    )
    .int('shared', host.sharedBy)
    .texts('otherEnergy', view.kept.ofHost(key, host).others.map(toolWords))
  const { shares } = view.kept.ofHost(key, host).energy
  joulesByKind(facts, shares.host)
  joulesByKind(
    facts,
    shares.unattributed,
    (kind) => `unattributed${kind[0]?.toUpperCase()}${kind.slice(1)}Joules`,
  )
  return [
    activity(me, times(view.kept.ofHost(key, host).watch), facts.list),
    informed(me, run),
    relation('wasAssociatedWith', { activity: me, agent: space.run(hostId(host)) }),
  ]
}

function tellMachine(facts: Facts, told: EventOf<'host'>): void {
  const gpus = told.gpus ?? []
  facts
    .flag('container', told.container)
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
