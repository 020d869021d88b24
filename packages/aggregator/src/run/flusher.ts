import { limits } from '@provloom/shared'
import type { Clock } from '@provloom/shared'

export interface FlusherOptions {
  /** A flush is due whenever the number of logs passes a multiple of this. */
  readonly everyLogs: number
  readonly clock: Clock
  /** The document holds exactly what was applied when it was called. */
  readonly flush: () => Promise<void>
  readonly onFailure: (error: unknown) => void
}

/** A flush that took t is followed by 9 t of rest: flushing takes at most a tenth of the time. */
const restFactor = 9
const retryMs = 1_000
const restMsAfterReplayMax = 5_000

/**
 * Decides when prov.json is written: exactly at every n-th log while flushes are short beside the time between them;
 * one at a time; flushes due during a flush, its rest, or the rest after a replay become one.
 */
export class Flusher {
  readonly #options: FlusherOptions
  #logs = 0
  #flushedLogs = 0
  #due = false
  #running: Promise<void> | undefined
  #cancelRest: (() => void) | undefined
  #closed = false
  #urgent: Promise<boolean> | undefined
  /** Successful flushes. */
  flushes = 0

  constructor(options: FlusherOptions, logs: number) {
    this.#options = options
    this.#logs = logs
    this.#flushedLogs = logs
  }

  /**
   * Goes on counting from here, after a replay that took so long. The first flush renders everything: where that is
   * much, ranks that come back are welcomed first.
   */
  restart(logs: number, tookMs: number): void {
    this.#logs = logs
    this.#flushedLogs = logs
    this.#rest(Math.min(restMsAfterReplayMax, tookMs * restFactor))
  }

  /** The run has this many logs now. */
  logged(logs: number): void {
    this.#logs = logs
    const { everyLogs } = this.#options
    if (Math.floor(logs / everyLogs) > Math.floor(this.#flushedLogs / everyLogs)) this.request()
  }

  /** Asks for a flush at the next time that one may begin. */
  request(): void {
    this.#due = true
    if (this.#running === undefined && this.#cancelRest === undefined) this.#begin()
  }

  /**
   * Writes what is there now, without a rest before it: somebody waits for it. Those who ask before it begins share one.
   *
   * @returns whether it was written
   */
  now(): Promise<boolean> {
    this.#urgent ??= this.#flushNow()
    return this.#urgent
  }

  async #flushNow(): Promise<boolean> {
    await this.#running
    this.#urgent = undefined
    if (this.#closed) return false
    this.#cancelRest?.()
    this.#cancelRest = undefined
    const before = this.flushes
    this.#begin()
    await this.#running
    return this.flushes > before
  }

  /** No more flushes; resolves when the one that runs has ended. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelRest?.()
    await this.#running
    await this.#urgent
  }

  #begin(): void {
    if (this.#closed) return
    this.#due = false
    this.#running = this.#flush()
  }

  async #flush(): Promise<void> {
    const { clock, flush, onFailure } = this.#options
    const began = clock.monotonicMs()
    const before = this.#flushedLogs
    this.#flushedLogs = this.#logs
    let restMs: number
    try {
      await flush()
      this.flushes++
      restMs = Math.min(limits.flushRestMsMax, (clock.monotonicMs() - began) * restFactor)
    } catch (error) {
      this.#flushedLogs = before
      this.#due = true
      restMs = retryMs
      onFailure(error)
    }
    this.#running = undefined
    if (!this.#closed) this.#rest(restMs)
  }

  #rest(restMs: number): void {
    this.#cancelRest = this.#options.clock.after(restMs, () => {
      this.#cancelRest = undefined
      if (this.#due) this.#begin()
    })
  }
}
