import type { Clock } from '@provloom/shared'

/** A bell for one sleeper: what rings while nobody waits is heard by the next wait. */
export class Wake {
  readonly #clock: Clock
  #rung = false
  #waiting: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ring(): void {
    this.#rung = true
    this.#waiting?.()
  }

  /** Resolves at the next ring, or after `mostMs`. */
  async wait(mostMs: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(Math.max(0, Math.min(mostMs, 2 ** 31 - 1)), resolve)
        this.#waiting = () => {
          cancel()
          resolve()
        }
      })
      this.#waiting = undefined
    }
    this.#rung = false
  }
}
