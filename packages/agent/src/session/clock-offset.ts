import os from 'node:os'
import type { ClockOffset as Measured } from '../publish/event.ts'
import type { SourceWriter } from '../source/event-source.ts'

/** The difference between this machine's clock and the aggregator's, as far as it is worth telling. */
export class ClockOffset {
  readonly #writer: Pick<SourceWriter, 'record'>
  readonly #hostId: string
  #last: Measured | undefined

  constructor(writer: Pick<SourceWriter, 'record'>, hostId: string) {
    this.#writer = writer
    this.#hostId = hostId
  }

  /** Told where it is another one than was told, beyond what either is unsure of. */
  note(measured: Measured): void {
    const { offsetUs, uncertaintyUs } = measured
    const last = this.#last
    const unsure = Math.max(uncertaintyUs, last?.uncertaintyUs ?? 0)
    if (last !== undefined && Math.abs(offsetUs - last.offsetUs) <= unsure) return
    this.#last = measured
    this.#writer.record({ type: 'clock', host: os.hostname(), hostId: this.#hostId, offsetUs, uncertaintyUs })
  }
}
