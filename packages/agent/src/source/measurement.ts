import type { SeriesName } from '../spool/own-stream.ts'

/** One measurement, with its series. */
export interface Measurement {
  readonly name: SeriesName
  readonly value: number
}

/** What the worker with all its descendants uses: processor time in percent of one core. */
export interface WorkerUse {
  readonly cpuPercent: number
  readonly memoryBytes: number
  readonly processes: number
}

/** What the whole machine does: processor time in percent of all cores. */
export interface HostUse {
  readonly cpuPercent: number
  readonly memoryBytes: number
  readonly diskTransfersPerSecond: number
  readonly networkReceivedPerSecond: number
  readonly networkSentPerSecond: number
}

/** As series of the graph. */
export function workerMeasurements(use: WorkerUse): Measurement[] {
  const source = 'worker'
  return [
    { name: { key: 'cpu_usage', source, unit: '%' }, value: use.cpuPercent },
    { name: { key: 'memory_bytes', source, unit: 'B' }, value: use.memoryBytes },
    { name: { key: 'process_count', source, unit: '1' }, value: use.processes },
  ]
}

export function hostMeasurements(use: HostUse): Measurement[] {
  const source = 'host'
  return [
    { name: { key: 'cpu_usage', source, unit: '%' }, value: use.cpuPercent },
    { name: { key: 'memory_bytes', source, unit: 'B' }, value: use.memoryBytes },
    { name: { key: 'disk_transfers', source, unit: '1/s' }, value: use.diskTransfersPerSecond },
    { name: { key: 'network_received', source, unit: 'B/s' }, value: use.networkReceivedPerSecond },
    { name: { key: 'network_sent', source, unit: 'B/s' }, value: use.networkSentPerSecond },
  ]
}
