/** How long an agent works, as far as whoever stops it says: to the end of what it is for, where nobody does. */
export class Lifetime {
  readonly stopped: Promise<'stopped'>
  #until = Infinity
  #askToStop: () => void = () => {}

  constructor() {
    this.stopped = new Promise((resolve) => {
      this.#askToStop = () => resolve('stopped')
    })
  }

  /** Monotonic milliseconds. */
  get until(): number {
    return this.#until
  }

  stop(until: number): void {
    this.#until = until
    this.#askToStop()
  }
}
