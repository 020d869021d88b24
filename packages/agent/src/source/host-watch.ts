import os from 'node:os'
import type { Clock } from '@provloom/shared'
import type { EnergyUse } from './energy/use.ts'
import type { EventSource, SourceWriter } from './event-source.ts'
import { hostMeasurements } from './measurement.ts'
import type { HostUse } from './measurement.ts'
import { firstSampleMs, write } from './sampler.ts'
import type { HostSeer, Sampler } from './sampler.ts'
import type { WatchList } from './watch-list.ts'

export interface HostWatchParts {
  readonly clock: Clock
  readonly sampler: Sampler
  /** Undefined where nobody wants it. */
  readonly energy: EnergyUse | undefined
  readonly list: WatchList
  /** The machine: its boot id. */
  readonly hostId: string
  /** It begins where no aggregator has answered: by its place in the job it is the only one on its machine that does. */
  readonly unasked: boolean
}

/**
 * One session's watch of its machine, for its run: what the machine does and uses, and from when until when that was
 * seen. Which session of a run watches a machine its aggregator says; until one has spoken, its place in its job does, so
 * that a run which is handed in later knows of its machine, and four ranks of it do not tell four times.
 */
export class HostWatch implements EventSource, HostSeer {
  readonly #parts: HostWatchParts
  #writer: SourceWriter | undefined
  #granted: boolean | undefined
  #cancel: (() => void) | undefined
  /** The run that it is watched for, as it stands in the list; undefined while it is not. */
  #run: string | undefined
  #shared = 0
  #step = 0

  constructor(parts: HostWatchParts) {
    this.#parts = parts
  }

  start(writer: SourceWriter): void {
    const { clock, unasked } = this.#parts
    this.#writer = writer
    if (this.#granted === true) return this.#begin()
    if (!unasked) return
    this.#cancel = clock.after(firstSampleMs, () => {
      if (this.#granted === undefined) this.#begin()
    })
  }

  get isOn(): boolean {
    return this.#run !== undefined
  }

  /** What the aggregator says: that it is this session which watches, or that it is not. */
  decide(granted: boolean): void {
    this.#granted = granted
    if (granted) this.#begin()
    else void this.#end()
  }

  see(use: HostUse): void {
    if (this.#writer === undefined || this.#run === undefined) return
    if (this.#look()) this.#tell('start')
    write(this.#writer, this.#step++, hostMeasurements(use, this.#parts.hostId))
  }

  async stop(): Promise<void> {
    this.#cancel?.()
    const last = this.#end()
    this.#writer = undefined
    await last
  }

  #begin(): void {
    const { sampler, energy } = this.#parts
    if (this.#writer === undefined || this.#run !== undefined) return
    this.#run = this.#writer.run
    this.#look()
    this.#tell('start', energy?.takeOver(this.#run))
    energy?.begin(this.#writer)
    sampler.show(this)
  }

  /** It is over when it returns; it resolves when other tools have said their last, behind it. */
  async #end(): Promise<void> {
    const { sampler, energy, list } = this.#parts
    if (this.#run === undefined) return
    sampler.hide(this)
    const last = energy?.end()
    this.#look()
    this.#tell('end')
    list.leave(this.#run)
    this.#run = undefined
    await last
  }

  /** @returns whether more runs share the machine than was known */
  #look(): boolean {
    const { list } = this.#parts
    const run = this.#writer?.run
    if (run === undefined || this.#run === undefined) return false
    // A session that began alone has been let into a run.
    if (run !== this.#run) list.leave(this.#run)
    this.#run = run
    const [before, now] = [this.#shared, list.note(run)]
    this.#shared = Math.max(before, now)
    return now > before
  }

  /** @param time when it was, where that is not now */
  #tell(edge: 'start' | 'end', time?: number): void {
    const said = { type: 'watch', edge, host: os.hostname(), hostId: this.#parts.hostId } as const
    this.#writer?.record({ ...said, shared: this.#shared, ...(time === undefined ? {} : { time }) })
  }
}
