/** Tells those who wait that something has changed; what that is they look at themselves. */
export class Bell {
  #waiting: (() => void)[] = []

  /** Resolves when it rings next. */
  heard(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  ring(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
