import os from 'node:os'
import { limits } from '@provloom/shared'
import type { Clock, Energy } from '@provloom/shared'
import type { SourceWriter } from '../event-source.ts'
import { account } from './account.ts'
import type { Entry } from './account.ts'
import { carbonOf } from './carbon.ts'
import type { CarbonPlace } from './carbon.ts'
import type { Device, UnknownDevice } from './device.ts'
import type { Figures } from './figures.ts'
import { writeGpus } from './gpus.ts'
import type { Counters, LeftCounters } from './left.ts'
import type { DeviceTotal, Meter } from './meter.ts'
import type { OtherTools } from './other/others.ts'
import { CounterTally } from './tally.ts'

export interface EnergyUseParts {
  readonly clock: Clock
  /** Processors, memory, the node: of the whole process tree, each session counts from where it began. */
  readonly machine: Meter
  /** Accelerators: only who watches a machine asks for them. */
  readonly accelerators: Meter
  readonly hostId: string
  readonly intervalMs: number
  /** Where the machine's electricity is from, where anybody has said that. */
  readonly carbon?: CarbonPlace | undefined
  /** What other tools say is told beside it. */
  readonly others: OtherTools
  /** Where whoever takes over finds how far it has counted. */
  readonly left: LeftCounters
  /** Where clients find what it knows. */
  readonly figures: Figures
}

const keyOf = ({ device, method }: { readonly device: string; readonly method: string }): string =>
  `${device}\n${method}`

/** What can be subtracted: a session's account is that of the tree less what it was before. */
type Sums = Pick<DeviceTotal, 'joules' | 'lowerJoules' | 'upperJoules' | 'coveredMs'>

const nothing: Sums = { joules: 0, lowerJoules: 0, upperJoules: 0, coveredMs: 0 }

/** The energy that a machine has used while a session watched it: of more than one time the sum. */
export class EnergyUse {
  readonly #parts: EnergyUseParts
  /** By device: what was there where this began to count, less what was counted before that. */
  #from = new Map<string, Sums>()
  readonly #counted = new Map<string, Sums>()
  /** Of each accelerator, what one process on it has: it takes turns with the others. */
  readonly #held = new Map<string, { joules: number; each: number }>()
  readonly #told = new Map<string, string>()
  /** What another watch has counted to, and this one goes on from: of devices that it has not seen yet. */
  #takenOver: Counters | undefined
  #writer: SourceWriter | undefined
  #cancel: (() => void) | undefined
  #step = 0
  #readMs = 0
  #heard: readonly [number, number] = [0, 0]

  constructor(parts: EnergyUseParts) {
    this.#parts = parts
  }

  /**
   * Before it begins: what a watch of the run has left whose agent was killed.
   *
   * @returns since when it counts, by the wall clock, where that is before now
   */
  takeOver(run: string): number | undefined {
    this.#takenOver = this.#writer === undefined ? this.#parts.left.take(run) : undefined
    return this.#takenOver?.atUs
  }

  begin(writer: SourceWriter): void {
    if (this.#writer !== undefined) return
    const { machine, accelerators, clock, carbon } = this.#parts
    this.#writer = writer
    void machine.open()
    this.#from = new Map(
      this.#totals().map((one) => [keyOf(one), less(one, this.#counted.get(keyOf(one)) ?? nothing)]),
    )
    // Of times in which it did not watch.
    this.#heard = [machine.odd.length, accelerators.odd.length]
    this.#readMs = clock.monotonicMs()
    void accelerators.open().then(() => {
      if (this.#writer === writer) this.#tell(writer)
    })
    if (carbon !== undefined) void this.#tellCarbon(writer, carbon)
    this.#tell(writer)
    this.#parts.others.begin()
    this.#wait(writer)
  }

  /** What was counted is written when it returns; it resolves when other tools have said their last. */
  end(): Promise<void> {
    const writer = this.#writer
    if (writer === undefined) return Promise.resolve()
    this.#cancel?.()
    this.#tell(writer)
    this.#parts.left.remove()
    this.#writer = undefined
    return this.#parts.others.end(writer)
  }

  #wait(writer: SourceWriter): void {
    const { clock, intervalMs, accelerators } = this.#parts
    this.#cancel = clock.after(intervalMs, () => {
      void accelerators.poll().then(() => {
        if (this.#writer !== writer) return
        this.#tell(writer)
        writeGpus(writer, this.#step++, this.#parts.hostId, accelerators.looks())
        void this.#parts.others.look(writer)
        this.#wait(writer)
      })
    })
  }

  #totals(): readonly DeviceTotal[] {
    return [...this.#parts.machine.read(), ...this.#parts.accelerators.read()]
  }

  #tell(writer: SourceWriter): void {
    const { clock, intervalMs, machine, accelerators } = this.#parts
    const awayMs = clock.monotonicMs() - this.#readMs - intervalMs
    this.#readMs += awayMs + intervalMs
    const totals = this.#totals()
    const own = totals.map((one) => bounded({ ...one, ...this.#ownOf(one) }))
    // First, so that who goes on from there counts nothing that was told.
    this.#parts.left.write(writer.run, countersOf(totals))
    const entries = account(own)
    for (const entry of entries) this.#write(writer, entry)
    this.#parts.figures.host(entries, accelerators.looks())
    for (const one of [...machine.unknown, ...accelerators.unknown]) this.#say(writer, unknownEnergy(one))
    if (awayMs > limits.heartbeatIntervalMs)
      this.#warn(writer, 'its watch', `stood still for ${Math.round(awayMs / 1000)} s; counters went on`)
    const [one, other] = this.#heard
    this.#heard = [machine.odd.length, accelerators.odd.length]
    for (const { device, words } of [...machine.odd.slice(one), ...accelerators.odd.slice(other)])
      this.#warn(writer, device, words)
  }

  async #tellCarbon(writer: SourceWriter, place: CarbonPlace): Promise<void> {
    const carbon = await carbonOf(place)
    if (typeof carbon === 'string')
      writer.record({ type: 'problem', code: 'ENERGY', message: `emissions are not told: ${carbon}` })
    else if (carbon !== undefined) writer.record({ type: 'carbon', ...carbon })
  }

  #ownOf(one: DeviceTotal): Sums {
    const key = keyOf(one)
    const before = this.#before(key, one)
    if (before !== undefined) this.#from.set(key, less(this.#from.get(key) ?? nothing, before))
    const own = less(one, this.#from.get(key) ?? nothing)
    this.#counted.set(key, own)
    return own
  }

  /** What a counter has counted since a watch that is gone has told of it; what is odd about that is not counted. */
  #before(key: string, one: DeviceTotal): Sums | undefined {
    const { clock } = this.#parts
    const microjoules = this.#takenOver?.microjoules.get(key)
    if (this.#takenOver === undefined || microjoules === undefined) return undefined
    if (one.kind !== 'measured' || one.microjoules === undefined) return undefined
    const { atUs, microjoules: all } = this.#takenOver
    this.#takenOver = { atUs, microjoules: new Map([...all].filter(([other]) => other !== key)) }
    const tally = new CounterTally(one)
    tally.add(0, { microjoules })
    const words = tally.add((clock.nowUs() - atUs) / 1000, { microjoules: one.microjoules })
    return words === undefined ? tally.total : undefined
  }

  #write(writer: SourceWriter, entry: Entry): void {
    const { device, kind, covers, method, source, reason, counted } = entry
    const { joules, lowerJoules, upperJoules, coveredMs, leastWatts, mostWatts } = entry
    this.#say(writer, {
      device,
      kind,
      covers,
      method,
      source,
      counted,
      joules: micro(joules),
      lowerJoules: micro(lowerJoules),
      upperJoules: micro(upperJoules),
      coveredMs: Math.round(coveredMs),
      intervalMs: this.#parts.intervalMs,
      ...(leastWatts === undefined ? {} : { leastWatts: micro(leastWatts) }),
      ...(mostWatts === undefined ? {} : { mostWatts: micro(mostWatts) }),
      ...(reason === undefined ? {} : { reason }),
      ...cardOf(entry),
      ...this.#eachOf(entry),
    })
  }

  /** As many processes as there were at the end of each interval share what was used in it. */
  #eachOf({ device, covers, joules }: Entry): Pick<Energy, 'holderJoules'> {
    if (covers !== 'gpu') return {}
    const holders = this.#parts.accelerators.looks().find((one) => one.device === device)?.holders
    if (holders === undefined) return {}
    const before = this.#held.get(device) ?? { joules: 0, each: 0 }
    const each = before.each + Math.max(0, joules - before.joules) / Math.max(1, holders)
    this.#held.set(device, { joules, each })
    return { holderJoules: micro(each) }
  }

  /** What is as it was is not told again. */
  #say(writer: SourceWriter, said: Said): void {
    const key = keyOf(said)
    const words = JSON.stringify(said)
    if (this.#told.get(key) === words) return
    this.#told.set(key, words)
    writer.record({ type: 'energy', host: os.hostname(), hostId: this.#parts.hostId, ...said })
  }

  #warn(writer: SourceWriter, device: string, words: string): void {
    writer.record({ type: 'problem', code: 'ENERGY', message: `energy of ${device} ${words}` })
  }
}

/** Nothing counts finer: what is behind it is the arithmetic's. */
function micro(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

type Said = Omit<Energy, 'type' | 'time' | 'host' | 'hostId'>

function unknownEnergy(one: UnknownDevice): Said {
  const { device, covers, reason } = one
  return { device, covers, reason, method: 'none', kind: 'unknown', ...cardOf(one) }
}

type Card = 'uuid' | 'model' | 'index' | 'parts'

function cardOf({ uuid, model, index, parts = [] }: Pick<Device, Card>): Pick<Said, Card> {
  return {
    ...(uuid === undefined ? {} : { uuid }),
    ...(model === undefined ? {} : { model }),
    ...(index === undefined ? {} : { index }),
    ...(parts.length === 0 ? {} : { parts }),
  }
}

function less(one: Sums, other: Sums): Sums {
  return {
    joules: one.joules - other.joules,
    lowerJoules: one.lowerJoules - other.lowerJoules,
    upperJoules: one.upperJoules - other.upperJoules,
    coveredMs: one.coveredMs - other.coveredMs,
  }
}

/** Where counters stand, by device and method. */
function countersOf(totals: readonly DeviceTotal[]): ReadonlyMap<string, bigint> {
  return new Map(
    totals.flatMap((one) => (one.microjoules === undefined ? [] : [[keyOf(one), one.microjoules] as const])),
  )
}

/** A counter is off by its resolution where the account began, and where it ends. */
function bounded(one: DeviceTotal): DeviceTotal {
  if (one.kind !== 'measured' || one.coveredMs === 0) return one
  const either = (2 * one.resolutionUj) / 1e6
  return { ...one, lowerJoules: Math.max(0, one.lowerJoules - either), upperJoules: one.upperJoules + either }
}
