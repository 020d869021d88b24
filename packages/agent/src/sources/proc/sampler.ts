import fs from 'node:fs'
import path from 'node:path'
import type { Clock } from '@provloom/shared'
import { measurementsOf } from '../measurement.ts'
import type { Measurement } from '../measurement.ts'
import { HostMeter } from './host.ts'
import { WorkerMeter } from './worker.ts'

/** Linux's: a few small reads, and no program started. Its first rates are means since it was made. */
export class ProcSampler {
  readonly #clock: Clock
  readonly #worker: WorkerMeter
  readonly #host: HostMeter

  constructor(rootPid: number, clock: Clock, proc = '/proc', sys = '/sys') {
    this.#clock = clock
    this.#worker = new WorkerMeter(proc, rootPid)
    this.#host = new HostMeter(proc, sys)
    this.#measure()
  }

  async sample(): Promise<Measurement[]> {
    return this.#measure()
  }

  #measure(): Measurement[] {
    const nowMs = this.#clock.monotonicMs()
    return measurementsOf(this.#worker.sample(nowMs), this.#host.sample(nowMs))
  }
}

/** Other systems have none, or one of another form. */
export function hasProc(): boolean {
  return process.platform === 'linux' && fs.existsSync(path.join('/proc', `${process.pid}`, 'stat'))
}
