import { reasonOf } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import type { OwnStream } from '../spool/own-stream.ts'
import { hostMeasurements, workerMeasurements } from './measurement.ts'
import type { Measurement } from './measurement.ts'
import { createMeters } from './system.ts'
import type { Meters } from './system.ts'

/** A session's process, and where what it uses is written. */
export interface Sampled {
  readonly pid: number
  readonly own: OwnStream
  sampled(): void
}

const firstSampleMs = 1_000

/**
 * Samples processor, memory, disk and network for all sessions of a tree: each session's own process with its
 * descendants, and the machine once for every run, however many of its ranks are here.
 */
export class Sampler {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #runOf: (own: OwnStream) => string
  readonly #meters: Meters
  readonly #targets = new Map<OwnStream, Sampled>()
  readonly #steps = new Map<OwnStream, number>()
  #cancel: (() => void) | undefined

  /**
   * @param intervalMs 0 takes none
   * @param runOf names the run of a session; sessions of one name share the machine's samples
   */
  constructor(clock: Clock, intervalMs: number, runOf: (own: OwnStream) => string) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#runOf = runOf
    this.#meters = createMeters(clock)
  }

  add(target: Sampled): void {
    this.#targets.set(target.own, target)
    if (this.#intervalMs <= 0) return
    this.#meters.watch(target.pid)
    this.#cancel ??= this.#in(Math.min(firstSampleMs, this.#intervalMs))
  }

  remove(own: OwnStream): void {
    const target = this.#targets.get(own)
    this.#targets.delete(own)
    this.#steps.delete(own)
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
      for (const target of this.#targets.values()) {
        const run = this.#runOf(target.own)
        const use = worker(target.pid)
        const first = !runs.has(run)
        runs.add(run)
        this.#write(target, [
          ...(use === undefined ? [] : workerMeasurements(use)),
          ...(first ? hostMeasurements(host) : []),
        ])
      }
    } catch (error) {
      for (const { own } of this.#targets.values())
        own.record({ type: 'problem', code: 'SAMPLE', message: reasonOf(error) })
      return
    }
    if (this.#targets.size > 0) this.#cancel = this.#in(this.#intervalMs)
  }

  /** What is not known (NaN) is left out. */
  #write(target: Sampled, measurements: readonly Measurement[]): void {
    const step = this.#steps.get(target.own) ?? 0
    for (const { name, value } of measurements)
      if (Number.isFinite(value)) target.own.measure(name, step, value)
    this.#steps.set(target.own, step + 1)
    target.sampled()
  }
}
