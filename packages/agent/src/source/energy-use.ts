import os from 'node:os'
import type { Clock } from '@provloom/shared'
import { RaplMeter } from './energy.ts'
import type { EventSource, SourceWriter } from './event-source.ts'

/** At full load a counter wraps after some minutes. */
const everyMs = 60_000

/** The energy that the machine's processors have used since the session began. */
export class EnergyUse implements EventSource {
  readonly #clock: Clock
  readonly #meter: RaplMeter
  #writer: SourceWriter | undefined
  #cancel: (() => void) | undefined

  constructor(clock: Clock, meter: RaplMeter = new RaplMeter()) {
    this.#clock = clock
    this.#meter = meter
  }

  start(writer: SourceWriter): void {
    if (!this.#meter.available) return
    this.#writer = writer
    this.#wait()
  }

  async stop(): Promise<void> {
    this.#cancel?.()
    this.#read()
    this.#writer = undefined
  }

  #wait(): void {
    this.#cancel = this.#clock.after(everyMs, () => {
      this.#read()
      this.#wait()
    })
  }

  #read(): void {
    if (this.#writer === undefined) return
    const { method } = this.#meter
    for (const { device, joules } of this.#meter.sample())
      this.#writer.record({ type: 'energy', host: os.hostname(), device, joules, method })
  }
}
