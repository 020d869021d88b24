import os from 'node:os'
import type { Fact } from '../spool/own-stream.ts'

/** The difference between this machine's clock and the aggregator's, as far as it is worth telling. */
export class ClockOffset {
  readonly #tell: (fact: Fact) => void
  #us: number | undefined
  #uncertaintyUs = 0

  constructor(tell: (fact: Fact) => void) {
    this.#tell = tell
  }

  /** Told where it is another one than was told, beyond what either is unsure of. */
  note(us: number, uncertaintyUs: number): void {
    const known =
      this.#us !== undefined && Math.abs(us - this.#us) <= Math.max(uncertaintyUs, this.#uncertaintyUs)
    if (known) return
    this.#us = us
    this.#uncertaintyUs = uncertaintyUs
    this.#tell({ type: 'clock', host: os.hostname(), offsetUs: us, uncertaintyUs })
  }
}
