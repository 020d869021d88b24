import fs from 'node:fs'
import type { Clock } from '@provloom/shared'
import type { Wake } from '../wake.ts'

/** How often to look. May change at any time. */
export interface Pace {
  envelopeAgeMs: number
  readonly slowPollMs: number
}

/**
 * When to look at a growing folder again. While records come, at the envelopes' age, without watching: a writer of
 * 100,000 records a second would wake a watcher as often. When two looks in a row find nothing, a watch is set and,
 * for file systems that do not tell, a slow poll; the first change ends the watch.
 */
export class Tail {
  readonly #clock: Clock
  readonly #pace: Pace
  readonly #folder: string
  readonly #wake: Wake
  #state: 'busy' | 'slowing' | 'arming' | 'quiet' = 'busy'
  #dueAt = 0
  #watcher: fs.FSWatcher | undefined

  /** @param wake rung when the folder's quiet ends */
  constructor(clock: Clock, pace: Pace, folder: string, wake: Wake) {
    this.#clock = clock
    this.#pace = pace
    this.#folder = folder
    this.#wake = wake
  }

  /** On the monotonic clock, in milliseconds. */
  get dueAt(): number {
    return this.#dueAt
  }

  /** A quiet folder's look may come early: one that is made while another is made anyway wakes nobody. */
  isDue(): boolean {
    const early = this.#state === 'quiet' && this.#watcher !== undefined ? this.#pace.envelopeAgeMs : 0
    return this.#dueAt - early <= this.#clock.monotonicMs()
  }

  hurry(): void {
    this.#dueAt = 0
  }

  /**
   * What the last look found; decides when the next one is due.
   *
   * @param more what it found was not all: the next look is due at once
   */
  looked(found: boolean, more = true): void {
    const now = this.#clock.monotonicMs()
    if (found) {
      this.#unwatch()
      this.#state = 'busy'
      this.#dueAt = more ? now : now + this.#pace.envelopeAgeMs
      return
    }
    switch (this.#state) {
      case 'busy':
        this.#state = 'slowing'
        this.#dueAt = now + this.#pace.envelopeAgeMs
        return
      case 'slowing':
        // One more look follows at once: what came before the watch was set would not be told by it.
        this.#state = this.#watch() ? 'arming' : 'quiet'
        this.#dueAt = this.#state === 'arming' ? now : now + this.#pace.envelopeAgeMs * 2
        return
      case 'arming':
      case 'quiet':
        this.#state = 'quiet'
        this.#dueAt =
          now + (this.#watcher === undefined ? this.#pace.envelopeAgeMs * 2 : this.#pace.slowPollMs)
    }
  }

  close(): void {
    this.#unwatch()
  }

  #watch(): boolean {
    try {
      this.#watcher = fs.watch(this.#folder, { persistent: false }, () => {
        this.#unwatch()
        this.#state = 'busy'
        this.#dueAt = Math.min(this.#dueAt, this.#clock.monotonicMs() + this.#pace.envelopeAgeMs)
        this.#wake.ring()
      })
      this.#watcher.on('error', () => this.#unwatch())
      return true
    } catch {
      return false
    }
  }

  #unwatch(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }
}
