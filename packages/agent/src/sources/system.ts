import type { Systeminformation } from 'systeminformation'
import type { SeriesName } from '../spool/own-stream.ts'

/** One measurement, with its series. */
export interface Measurement {
  readonly name: SeriesName
  readonly value: number
}

/** Resident memory in KiB, as `ps` has it. */
type ProcessFacts = Pick<Systeminformation.ProcessesProcessData, 'pid' | 'parentPid' | 'cpu' | 'memRss'>

type Information = typeof import('systeminformation')

/** The worker with all its descendants. */
const worker = 'worker'
const host = 'host'

/**
 * Samples the worker's process tree and its host. systeminformation is loaded with the first sample, after the worker
 * has been started. Rates are means since the sample before; the first sample has none.
 */
export class SystemSampler {
  readonly #rootPid: number
  #information: Information | undefined

  constructor(rootPid: number) {
    this.#rootPid = rootPid
  }

  async sample(): Promise<Measurement[]> {
    this.#information ??= await import('systeminformation')
    const si = this.#information
    const [processes, load, memory, disk, network] = await Promise.all([
      si.processes(),
      si.currentLoad(),
      si.mem(),
      si.disksIO(),
      si.networkStats('*'),
    ])
    return [...treeOf(processes.list, this.#rootPid), ...hostOf(load, memory, disk, network)].filter((one) =>
      Number.isFinite(one.value),
    )
  }
}

/** Of the worker's tree: processor time in percent of one core, resident memory, processes. */
export function treeOf(list: readonly ProcessFacts[], rootPid: number): Measurement[] {
  const inTree = new Set([rootPid])
  // A child may stand before its parent in the list: go over it until nothing is added.
  for (let before = 0; before !== inTree.size;) {
    before = inTree.size
    for (const one of list) if (inTree.has(one.parentPid)) inTree.add(one.pid)
  }
  const members = list.filter((one) => inTree.has(one.pid))
  if (members.length === 0) return []
  const sum = (of: (one: (typeof members)[number]) => number): number =>
    members.reduce((total, one) => total + of(one), 0)
  return [
    { name: { key: 'cpu_usage', source: worker, unit: '%' }, value: sum((one) => one.cpu) },
    { name: { key: 'memory_bytes', source: worker, unit: 'B' }, value: sum((one) => one.memRss) * 1024 },
    { name: { key: 'process_count', source: worker, unit: '1' }, value: members.length },
  ]
}

function hostOf(
  load: Systeminformation.CurrentLoadData,
  memory: Systeminformation.MemData,
  disk: Systeminformation.DisksIoData | null,
  network: readonly Systeminformation.NetworkStatsData[],
): Measurement[] {
  const sum = (of: (one: Systeminformation.NetworkStatsData) => number | null): number =>
    network.filter((one) => one.iface !== 'lo').reduce((total, one) => total + (of(one) ?? Number.NaN), 0)
  return [
    { name: { key: 'cpu_usage', source: host, unit: '%' }, value: load.currentLoad },
    { name: { key: 'memory_bytes', source: host, unit: 'B' }, value: memory.active },
    { name: { key: 'disk_transfers', source: host, unit: '1/s' }, value: disk?.tIO_sec ?? Number.NaN },
    { name: { key: 'network_received', source: host, unit: 'B/s' }, value: sum((one) => one.rx_sec) },
    { name: { key: 'network_sent', source: host, unit: 'B/s' }, value: sum((one) => one.tx_sec) },
  ]
}
