import os from 'node:os'
import { withSession } from './which.ts'
import { logMetric } from './metric.ts'
import type { MetricOptions } from './metric.ts'
import { nameOf } from './name.ts'
import { tellOnce } from './tell.ts'

/** Records now, as metrics: process_cpu_time, process_memory, memory_usage, load_average. GPU figures are not there yet. */
export function logSystemMetrics(options: MetricOptions = {}): void {
  withSession('logSystemMetrics', () => {
    tellOnce('no-gpu-metrics', 'logSystemMetrics records CPU, memory and load; GPU figures are not there yet')
    logMetric('process_cpu_time', cpuSeconds(), options)
    logMetric('process_memory', process.memoryUsage.rss(), options)
    logMetric('memory_usage', 100 * (1 - os.freemem() / os.totalmem()), options)
    logMetric('load_average', os.loadavg()[0] ?? 0, options)
  })
}

/** Records the process's CPU time, the one thing that can be had now; energy and emissions are not there yet. */
export function logCarbonMetrics(options: MetricOptions = {}): void {
  withSession('logCarbonMetrics', () => {
    tellOnce(
      'no-carbon',
      'logCarbonMetrics records only process_cpu_time: energy and emissions are not measured yet',
    )
    logMetric('process_cpu_time', cpuSeconds(), options)
  })
}

/** Floating-point operations are not counted yet: tells so once. */
export function logFlopsPerEpoch(label: string): void {
  noFlops('logFlopsPerEpoch', label)
}

/** Floating-point operations are not counted yet: tells so once. */
export function logFlopsPerBatch(label: string): void {
  noFlops('logFlopsPerBatch', label)
}

function noFlops(call: string, label: string): void {
  withSession(call, (session) => {
    session.problem(
      'NOT_THERE_YET',
      `${call}: ${nameOf(label) ?? 'unnamed'}: floating-point operations are not counted yet`,
      call,
    )
  })
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
