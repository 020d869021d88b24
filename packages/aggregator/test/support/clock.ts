import { systemClock } from '@provloom/shared'
import type { Clock } from '@provloom/shared'

/** Time that passes when the test says so. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000
  #setUs = 0
  #timers: { atMs: number; task: () => void }[] = []

  nowUs(): number {
    return 1_700_000_000_000_000 + this.#setUs + this.#nowMs * 1000
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, task }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  /** Passes time; timers that come due run in order, each at its own time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const due = this.#timers.filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.#nowMs = Math.max(this.#nowMs, due.atMs)
      due.task()
    }
    this.#nowMs = untilMs
  }

  /** Time passes until something has happened. */
  async passing<Value>(what: Promise<Value>): Promise<Value> {
    const over = new AbortController()
    void what.then(() => over.abort())
    while (!over.signal.aborted) {
      this.advance(250)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return what
  }

  /** Somebody sets the wall clock; no time passes. */
  jump(us: number): void {
    this.#setUs += us
  }

  /** Time during which nothing ran, as when the process was stopped: every timer is late. */
  skip(ms: number): void {
    this.#nowMs += ms
  }
}

/** The system's clock, whose wall time somebody sets. */
export class SetClock implements Clock {
  readonly #system = systemClock()
  #setUs = 0

  nowUs(): number {
    return this.#system.nowUs() + this.#setUs
  }

  monotonicMs(): number {
    return this.#system.monotonicMs()
  }

  after(delayMs: number, task: () => void): () => void {
    return this.#system.after(delayMs, task)
  }

  /** From now on it is this much off. */
  set(us: number): void {
    this.#setUs = us
  }
}
