import fs from 'node:fs'
import type { Clock } from '@provloom/shared'
import type { HostUse, WorkerUse } from './measurement.ts'
import { PortableMeters } from './portable.ts'
import { ProcMeters } from './proc/meters.ts'

/** One look at the machine and at the processes that are watched. Rates are means since the look before. */
export interface Look {
  readonly host: () => HostUse
  /** What a watched process uses with all its descendants; undefined when it is gone. */
  readonly worker: (pid: number) => WorkerUse | undefined
}

export interface Meters {
  watch(pid: number): void
  forget(pid: number): void
  /** The machine is looked at from now on: its first rates are means since now. */
  beginHost(): void
  sample(): Promise<Look>
}

/** By /proc where there is one: a few reads, where systeminformation starts programs and weighs 2 MB. */
export function createMeters(clock: Clock): Meters {
  return hasProc() ? new ProcMeters(clock) : new PortableMeters()
}

/** Other systems have none, or one of another form. */
function hasProc(): boolean {
  return process.platform === 'linux' && fs.existsSync('/proc/stat')
}
