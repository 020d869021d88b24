import type { Clock } from '@provloom/shared'
import type {
  CounterDevice,
  EnergySource,
  Found,
  GpuLook,
  PowerDevice,
  Reading,
  UnknownDevice,
} from './device.ts'
import { CounterTally, PowerTally } from './tally.ts'
import type { Tally, Total } from './tally.ts'

/** One device by one way to know it, with what was counted since the meter was opened. */
export type DeviceTotal = (CounterDevice | PowerDevice) &
  Total & {
    /** Where its counter stood when it was read last. */
    readonly microjoules?: bigint | undefined
  }

/** What was odd, about which device. */
export interface Oddity {
  readonly device: string
  readonly words: string
}

interface Counted {
  readonly device: CounterDevice | PowerDevice
  readonly tally: Tally
  isGone: boolean
}

/** Reads what devices of a machine take, for all who want to know in a process tree: each of them counts from where it began. */
export class Meter {
  readonly #clock: Clock
  readonly #sources: readonly EnergySource[]
  readonly #gapMs: number
  readonly #counted = new Map<EnergySource, Map<string, Counted>>()
  readonly #unknown: UnknownDevice[] = []
  readonly #odd: Oddity[] = []
  #opened: Promise<void> | undefined
  #polling: Promise<void> | undefined

  /** @param gapMs samples of power that are further apart say nothing of the time between them */
  constructor(clock: Clock, sources: readonly EnergySource[], gapMs: number) {
    this.#clock = clock
    this.#sources = sources
    this.#gapMs = gapMs
  }

  /** Finds out what there is; what can be found at once is there when it returns. */
  open(): Promise<void> {
    return (this.#opened ??= this.#find())
  }

  get unknown(): readonly UnknownDevice[] {
    return this.#unknown
  }

  /** Asks what cannot be read at once. */
  async poll(): Promise<void> {
    this.#polling ??= this.#pollAll()
    await this.#polling
    this.#polling = undefined
  }

  async #pollAll(): Promise<void> {
    await Promise.all(this.#sources.flatMap((source) => source.poll?.() ?? []))
  }

  read(): readonly DeviceTotal[] {
    const nowMs = this.#clock.monotonicMs()
    for (const [source, devices] of this.#counted) {
      const readings = source.read()
      for (const one of devices.values()) this.#take(nowMs, one, readings.get(one.device.device))
    }
    return [...this.#counted.values()].flatMap((devices) =>
      [...devices.values()].map(({ device, tally }) => ({
        ...device,
        ...tally.total,
        microjoules: tally instanceof CounterTally ? tally.microjoules : undefined,
      })),
    )
  }

  /** What was odd so far: of several who want to know each remembers how much it has heard. */
  get odd(): readonly Oddity[] {
    return this.#odd
  }

  /** What accelerators did when they were last read. */
  looks(): readonly GpuLook[] {
    return this.#sources.flatMap((source) => source.looks?.() ?? [])
  }

  #take(nowMs: number, one: Counted, reading: Reading | undefined): void {
    const { device } = one.device
    if (reading === undefined) {
      if (!one.isGone)
        this.#odd.push({ device, words: 'cannot be read any more: what it takes from now on is not known' })
      one.isGone = true
      return
    }
    one.isGone = false
    const words = one.tally.add(nowMs, reading)
    if (words !== undefined) this.#odd.push({ device, words })
  }

  #find(): Promise<void> {
    const later = this.#sources.flatMap((source) => {
      const found = source.find()
      if (found instanceof Promise) return [found.then((told) => this.#add(source, told))]
      this.#add(source, found)
      return []
    })
    return Promise.all(later).then(() => undefined)
  }

  #add(source: EnergySource, { devices, unknown }: Found): void {
    this.#unknown.push(...unknown)
    const counted = new Map<string, Counted>()
    for (const device of devices) {
      const tally =
        device.kind === 'measured' ? new CounterTally(device) : new PowerTally(device, this.#gapMs)
      counted.set(device.device, { device, tally, isGone: false })
    }
    this.#counted.set(source, counted)
    const readings = source.read()
    for (const one of counted.values()) {
      const reading = readings.get(one.device.device)
      if (reading !== undefined) one.tally.add(this.#clock.monotonicMs(), reading)
    }
  }
}
