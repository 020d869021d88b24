import type { Clock } from '@provloom/shared'
import type { WorkerUse } from '../measurement.ts'
import { HostMeter } from './host.ts'
import { WorkerMeter } from './worker.ts'

interface ProcLook {
  host(): ReturnType<HostMeter['sample']>
  worker(pid: number): WorkerUse | undefined
}

/** Linux's: a few small reads, and no program started. The first rates are means since a process was first watched. */
export class ProcMeters {
  readonly #clock: Clock
  readonly #proc: string
  readonly #host: HostMeter
  readonly #workers = new Map<number, WorkerMeter>()

  constructor(clock: Clock, proc = '/proc', sys = '/sys') {
    this.#clock = clock
    this.#proc = proc
    this.#host = new HostMeter(proc, sys)
    this.beginHost()
  }

  watch(pid: number): void {
    if (this.#workers.has(pid)) return
    const meter = new WorkerMeter(this.#proc, pid)
    meter.sample(this.#clock.monotonicMs())
    this.#workers.set(pid, meter)
  }

  forget(pid: number): void {
    this.#workers.delete(pid)
  }

  beginHost(): void {
    this.#host.sample(this.#clock.monotonicMs())
  }

  async sample(): Promise<ProcLook> {
    const nowMs = this.#clock.monotonicMs()
    return { host: () => this.#host.sample(nowMs), worker: (pid) => this.#workers.get(pid)?.sample(nowMs) }
  }
}
