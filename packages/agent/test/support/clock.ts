import type { Clock } from '@provloom/shared'

/** Time that passes when the test says so; the wall clock may be set besides. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000
  #wallUs = 1_700_000_000_000_000
  #timers: { atMs: number; task: () => void }[] = []

  nowUs(): number {
    return this.#wallUs + this.#nowMs * 1000
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

  /** Passes time; timers that come due run. */
  advance(ms: number): void {
    this.#nowMs += ms
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs).sort((a, b) => a.atMs - b.atMs)
    this.#timers = this.#timers.filter((timer) => !due.includes(timer))
    for (const { task } of due) task()
  }

  /** Somebody sets the wall clock; no time passes. */
  jump(us: number): void {
    this.#wallUs += us
  }

  /** Passes time in small steps, with real turns of the event loop in between, until `over` holds. */
  async run(over: () => boolean, stepMs = 50): Promise<void> {
    while (!over()) {
      this.advance(stepMs)
      for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }
}

/** A process's own view of a clock: once it is killed nothing of what it had waited for comes. */
export class MortalClock extends ManualClock {
  readonly #clock: ManualClock
  #isDead = false

  constructor(clock: ManualClock) {
    super()
    this.#clock = clock
  }

  override nowUs(): number {
    return this.#clock.nowUs()
  }

  override monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  override after(delayMs: number, task: () => void): () => void {
    return this.#clock.after(delayMs, () => {
      if (!this.#isDead) task()
    })
  }

  override advance(ms: number): void {
    this.#clock.advance(ms)
  }

  kill(): void {
    this.#isDead = true
  }
}
