import { reasonOf } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import type { SourceWriter } from './event-source.ts'
import { hostMeasurements, workerMeasurements } from './measurement.ts'
import type { Measurement } from './measurement.ts'
import { createMeters } from './system.ts'
import type { Meters } from './system.ts'

/** A session's process, and how often it was sampled. */
interface Target {
  readonly pid: number
  step: number
}

const firstSampleMs = 1_000

/**
 * Samples processor, memory, disk and network for all sessions of a tree: each session's own process with its
 * descendants, and the machine once for every run, however many of its ranks are here.
 */
export class Sampler {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #meters: Meters
  readonly #targets = new Map<SourceWriter, Target>()
  #cancel: (() => void) | undefined

  /** @param intervalMs 0 takes none */
  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#meters = createMeters(clock)
  }

  /** @param writer where what the process uses is written */
  add(writer: SourceWriter, pid: number): void {
    this.#targets.set(writer, { pid, step: 0 })
    if (this.#intervalMs <= 0) return
    this.#meters.watch(pid)
    this.#cancel ??= this.#in(Math.min(firstSampleMs, this.#intervalMs))
  }

  remove(writer: SourceWriter): void {
    const target = this.#targets.get(writer)
    this.#targets.delete(writer)
    if (target !== undefined && ![...this.#targets.values()].some(({ pid }) => pid === target.pid))
      this.#meters.forget(target.pid)
    if (this.#targets.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  #in(delayMs: number): () => void {
    return this.#clock.after(delayMs, () => void this.#sample())
  }

  async #sample(): Promise<void> {
    try {
      const { host, worker } = await this.#meters.sample()
      const runs = new Set<string>()
      for (const [writer, target] of this.#targets) {
        const use = worker(target.pid)
        const first = !runs.has(writer.run)
        runs.add(writer.run)
        write(writer, target.step++, [
          ...(use === undefined ? [] : workerMeasurements(use)),
          ...(first ? hostMeasurements(host) : []),
        ])
      }
    } catch (error) {
      for (const writer of this.#targets.keys())
        writer.record({ type: 'problem', code: 'SAMPLE', message: reasonOf(error) })
      return
    }
    if (this.#targets.size > 0) this.#cancel = this.#in(this.#intervalMs)
  }
}

/** What is not known (NaN) is left out. */
function write(writer: SourceWriter, step: number, measurements: readonly Measurement[]): void {
  for (const { name, value } of measurements) if (Number.isFinite(value)) writer.measure(name, step, value)
}
