import type { Systeminformation } from 'systeminformation'
import { membersOf } from './family.ts'
import type { HostUse, WorkerUse } from './measurement.ts'

/** Resident memory in KiB, as `ps` has it. */
type ProcessFacts = Pick<Systeminformation.ProcessesProcessData, 'pid' | 'parentPid' | 'cpu' | 'memRss'>

type Information = typeof import('systeminformation')

/** For systems without /proc. systeminformation is loaded with the first sample, after the worker has been started. */
export class PortableMeters {
  #information: Information | undefined

  watch(): void {}

  forget(): void {}

  beginHost(): void {}

  async sample(): Promise<{
    readonly host: () => HostUse
    readonly worker: (pid: number) => WorkerUse | undefined
  }> {
    this.#information ??= await import('systeminformation')
    const si = this.#information
    const [processes, load, memory, disk, network] = await Promise.all([
      si.processes(),
      si.currentLoad(),
      si.mem(),
      si.disksIO(),
      si.networkStats('*'),
    ])
    return {
      host: () => hostUse(load, memory, disk, network),
      worker: (pid) => workerUse(processes.list, pid),
    }
  }
}

export function workerUse(list: readonly ProcessFacts[], rootPid: number): WorkerUse | undefined {
  const members = membersOf(list, rootPid)
  if (members.length === 0) return undefined
  const sum = (of: (one: ProcessFacts) => number): number =>
    members.reduce((total, one) => total + of(one), 0)
  return {
    cpuPercent: sum((one) => one.cpu),
    memoryBytes: sum((one) => one.memRss) * 1024,
    processes: members.length,
  }
}

function hostUse(
  load: Systeminformation.CurrentLoadData,
  memory: Systeminformation.MemData,
  disk: Systeminformation.DisksIoData | null,
  network: readonly Systeminformation.NetworkStatsData[],
): HostUse {
  const sum = (of: (one: Systeminformation.NetworkStatsData) => number | null): number =>
    network.filter((one) => one.iface !== 'lo').reduce((total, one) => total + (of(one) ?? Number.NaN), 0)
  return {
    cpuPercent: load.currentLoad,
    memoryBytes: memory.active,
    diskTransfersPerSecond: disk?.tIO_sec ?? Number.NaN,
    networkReceivedPerSecond: sum((one) => one.rx_sec),
    networkSentPerSecond: sum((one) => one.tx_sec),
  }
}
