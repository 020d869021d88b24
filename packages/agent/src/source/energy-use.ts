import os from 'node:os'
import type { Clock } from '@provloom/shared'
import type { RaplMeter } from './energy.ts'
import type { SourceWriter } from './event-source.ts'

/** At full load a counter wraps after some minutes. */
const everyMs = 60_000

/** The energy that the machine's processors have used while a session watched it: of more than one time the sum. */
export class EnergyUse {
  readonly #clock: Clock
  readonly #meter: RaplMeter
  readonly #hostId: string
  /** By device: what the counter had where this began to count, less what was counted before that. */
  readonly #from = new Map<string, number>()
  readonly #counted = new Map<string, number>()
  #writer: SourceWriter | undefined
  #cancel: (() => void) | undefined

  /** @param meter of the whole process tree: each session counts from where it began */
  constructor(clock: Clock, meter: RaplMeter, hostId: string) {
    this.#clock = clock
    this.#meter = meter
    this.#hostId = hostId
  }

  begin(writer: SourceWriter): void {
    if (this.#writer !== undefined) return
    this.#writer = writer
    for (const { device, joules } of this.#meter.sample())
      this.#from.set(device, joules - (this.#counted.get(device) ?? 0))
    this.#wait()
  }

  end(): void {
    if (this.#writer === undefined) return
    this.#cancel?.()
    this.#read(this.#writer)
    this.#writer = undefined
  }

  #wait(): void {
    this.#cancel = this.#clock.after(everyMs, () => {
      if (this.#writer !== undefined) this.#read(this.#writer)
      this.#wait()
    })
  }

  #read(writer: SourceWriter): void {
    const said = {
      type: 'energy',
      host: os.hostname(),
      hostId: this.#hostId,
      method: this.#meter.method,
    } as const
    for (const { device, joules } of this.#meter.sample()) {
      const counted = joules - (this.#from.get(device) ?? 0)
      this.#counted.set(device, counted)
      writer.record({ ...said, device, joules: counted })
    }
  }
}
