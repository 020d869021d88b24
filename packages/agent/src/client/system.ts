import os from 'node:os'
import { withOptions } from './with-options.ts'
import { withSession } from './which.ts'
import { logFigures } from './metric.ts'
import type { MetricOptions } from './metric.ts'
import { nameOf } from './name.ts'
import { tellOnce } from './tell.ts'
import { toldFigures } from './told-figures.ts'

/**
 * Records now, as metrics: process_cpu_time, process_memory, memory_usage, load_average; in the rank whose agent watches the
 * machine also what each of its accelerators does, as far as that agent has seen it (gpu_usage.DEVICE, gpu_power.DEVICE, ...).
 */
export function logSystemMetrics(options: MetricOptions = {}): void {
  withOptions('logSystemMetrics', options, (session, options) => {
    const own = [
      ['process_cpu_time', cpuSeconds(), 's'],
      ['process_memory', process.memoryUsage.rss(), 'bytes'],
      ['memory_usage', 100 * (1 - os.freemem() / os.totalmem()), 'percent'],
      ['load_average', os.loadavg()[0] ?? 0, 'runnable processes'],
    ] as const
    const { figures } = toldFigures(session.spool, 'system')
    logFigures(session, 'logSystemMetrics', [...own, ...figures], options)
  })
}

/**
 * Records what the agent knows of energy by now, each kind by itself, and the process's CPU time: rank_energy_KIND_kwh,
 * rank_power_KIND_w and, with a place, rank_emissions_KIND_kg_co2eq; KIND is measured, integrated or estimated. In the rank
 * whose agent watches the machine there is the same of all of it, host_energy_KIND_kwh ..., and gpu_energy_kwh.DEVICE.
 */
export function logCarbonMetrics(options: MetricOptions = {}): void {
  withOptions('logCarbonMetrics', options, (session, options) => {
    const { figures, reason = "the session's agent has told none yet" } = toldFigures(session.spool, 'carbon')
    if (figures.length === 0)
      tellOnce('no-carbon', `logCarbonMetrics records only process_cpu_time: energy is not known: ${reason}`)
    logFigures(session, 'logCarbonMetrics', [['process_cpu_time', cpuSeconds(), 's'], ...figures], options)
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
