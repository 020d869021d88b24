/** Lets a few at a time do something. */
export class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(together: number) {
    this.#free = together
  }

  /** Resolves when it is one's turn. Each turn must be given back. */
  async take(): Promise<void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  giveBack(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
