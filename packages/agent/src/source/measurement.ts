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

/** As series of the graph: of the session's process, with its descendants. */
export function workerMeasurements(use: WorkerUse): Measurement[] {
  const [source, measures] = ['worker', 'rank'] as const
  return [
    { name: { key: 'cpu_usage', source, unit: '%', measures }, value: use.cpuPercent },
    { name: { key: 'memory_bytes', source, unit: 'B', measures }, value: use.memoryBytes },
    { name: { key: 'process_count', source, unit: '1', measures }, value: use.processes },
  ]
}

/** Of a whole machine. */
export function hostMeasurements(use: HostUse, hostId: string): Measurement[] {
  const [source, measures] = [hostSource(hostId), 'host'] as const
  return [
    { name: { key: 'cpu_usage', source, unit: '%', measures }, value: use.cpuPercent },
    { name: { key: 'memory_bytes', source, unit: 'B', measures }, value: use.memoryBytes },
    { name: { key: 'disk_transfers', source, unit: '1/s', measures }, value: use.diskTransfersPerSecond },
    { name: { key: 'network_received', source, unit: 'B/s', measures }, value: use.networkReceivedPerSecond },
    { name: { key: 'network_sent', source, unit: 'B/s', measures }, value: use.networkSentPerSecond },
  ]
}

/**
 * The source of all rows of one machine, whichever of its ranks has written them: who reads the Parquet files alone can
 * add up over machines (docs/metrics.md).
 */
export function hostSource(hostId: string): string {
  return `host-${hostId.slice(0, hostDigits)}`
}

/** As many as name the machine in the graph. */
const hostDigits = 8
