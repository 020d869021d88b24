import { limits, reasonOf } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import type { SourceWriter } from './event-source.ts'
import { workerMeasurements } from './measurement.ts'
import type { HostUse, Measurement } from './measurement.ts'
import { createMeters } from './system.ts'
import type { Meters } from './system.ts'

/** A session's process, and how often it was sampled. */
interface Target {
  readonly pid: number
  step: number
}

/** Who writes what the machine does, for one run. */
export interface HostSeer {
  see(use: HostUse): void
}

export const firstSampleMs = 1_000

/**
 * Samples processor, memory, disk and network for all sessions of a tree: each session's own process with its
 * descendants, and the machine where it is watched for a run, read once for all runs.
 */
export class Sampler {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #meters: Meters
  readonly #targets = new Map<SourceWriter, Target>()
  readonly #seers = new Set<HostSeer>()
  #cancel: (() => void) | undefined
  /** When the next sample is due, by the clock that never jumps. */
  #dueMs = Infinity

  /** @param intervalMs 0 takes none */
  constructor(clock: Clock, intervalMs: number, meters: Meters = createMeters(clock)) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#meters = meters
  }

  get isOn(): boolean {
    return this.#intervalMs > 0
  }

  /** @param writer where what the process uses is written */
  add(writer: SourceWriter, pid: number): void {
    this.#targets.set(writer, { pid, step: 0 })
    if (!this.isOn) return
    this.#meters.watch(pid)
    this.#begin()
  }

  remove(writer: SourceWriter): void {
    const target = this.#targets.get(writer)
    this.#targets.delete(writer)
    if (target !== undefined && ![...this.#targets.values()].some(({ pid }) => pid === target.pid))
      this.#meters.forget(target.pid)
    this.#endUnused()
  }

  /** Shows it the machine, from now on: rates are means since now, or since it was last shown to anybody. */
  show(seer: HostSeer): void {
    if (!this.isOn) return
    if (this.#seers.size === 0) this.#meters.beginHost()
    this.#seers.add(seer)
    this.#begin()
  }

  hide(seer: HostSeer): void {
    this.#seers.delete(seer)
    this.#endUnused()
  }

  #begin(): void {
    this.#cancel ??= this.#in(Math.min(firstSampleMs, this.#intervalMs))
  }

  #endUnused(): void {
    if (this.#targets.size + this.#seers.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  #in(delayMs: number): () => void {
    this.#dueMs = this.#clock.monotonicMs() + delayMs
    return this.#clock.after(delayMs, () => void this.#sample())
  }

  async #sample(): Promise<void> {
    // Whoever was stopped, by SIGSTOP say, was not heard meanwhile: another session may watch the machine by now. By the
    // next sample it is told anew who does.
    const wasAway = this.#clock.monotonicMs() - this.#dueMs >= limits.heartbeatIntervalMs
    try {
      const { host, worker } = await this.#meters.sample()
      for (const [writer, target] of this.#targets) {
        const use = worker(target.pid)
        if (use !== undefined) write(writer, target.step++, workerMeasurements(use))
      }
      // Nobody has to pay for what nobody writes.
      const use = this.#seers.size > 0 ? host() : undefined
      if (use !== undefined && !wasAway) for (const seer of this.#seers) seer.see(use)
    } catch (error) {
      for (const writer of this.#targets.keys())
        writer.record({ type: 'problem', code: 'SAMPLE', message: reasonOf(error) })
      return
    }
    if (this.#targets.size + this.#seers.size > 0) this.#cancel = this.#in(this.#intervalMs)
  }
}

/** What is not known (NaN) is left out. */
export function write(writer: SourceWriter, step: number, measurements: readonly Measurement[]): void {
  for (const { name, value } of measurements) if (Number.isFinite(value)) writer.measure(name, step, value)
}
