/** The difference between this machine's clock and the aggregator's, as far as it is worth telling. */
export class ClockOffset {
  #us: number | undefined
  #uncertaintyUs = 0

  /** Whether it is another one than was told, beyond what either is unsure of. */
  isNews(us: number, uncertaintyUs: number): boolean {
    const known =
      this.#us !== undefined && Math.abs(us - this.#us) <= Math.max(uncertaintyUs, this.#uncertaintyUs)
    if (known) return false
    this.#us = us
    this.#uncertaintyUs = uncertaintyUs
    return true
  }
}
