/** What the agent of a session was asked: to serve it to its end, or to leave it to another; and until when. */
export class Orders {
  #how: 'serve' | 'leave' = 'serve'
  #until = Infinity
  #isHurried = false

  stop(how: 'serve' | 'leave', until: number): void {
    this.#how = how
    this.#until = Math.min(this.#until, until)
  }

  hurry(): void {
    this.#isHurried = true
  }

  get serves(): boolean {
    return this.#how === 'serve'
  }

  /** Nobody wants its end: what it waits for may come. */
  get hasTime(): boolean {
    return this.serves && !this.#isHurried
  }

  /** Monotonic milliseconds. */
  get until(): number {
    return this.#until
  }
}
