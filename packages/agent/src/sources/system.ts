import type { Clock } from '@provloom/shared'
import type { Measurement } from './measurement.ts'
import { PortableSampler } from './portable.ts'
import { ProcSampler, hasProc } from './proc/sampler.ts'

/** Samples the worker's process tree and its host. Rates are means since the sample before. */
export interface SystemSampler {
  sample(): Promise<Measurement[]>
}

/** By /proc where there is one: a few reads, where systeminformation starts programs and weighs 2 MB. */
export function createSampler(rootPid: number, clock: Clock): SystemSampler {
  return hasProc() ? new ProcSampler(rootPid, clock) : new PortableSampler(rootPid)
}
