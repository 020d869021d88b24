import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { SegmentLog, agentStream, encodeEvent, limits, pointBytes, writePoint } from '@provloom/shared'
import type { Clock, Event, Files, StreamLedger } from '@provloom/shared'
import { withoutSecrets } from '../told.ts'

/** An event without its time, which is now unless it says otherwise. */
export type Fact = Event extends infer Each
  ? Each extends Event
    ? Omit<Each, 'time'> & { readonly time?: number }
    : never
  : never

/** Who a measurement belongs to; declared once, then one point each. */
export interface SeriesName {
  readonly key: string
  readonly source: string
  readonly unit: string
}

/** The agent's own stream: facts of process, host and energy, beside the worker's, by the same rules. */
export class OwnStream {
  readonly id: string
  readonly #clock: Clock
  readonly #log: SegmentLog
  readonly #series = new Map<string, number>()
  readonly #dropped = new Map<string, number>()
  readonly #told = new Map<string, number>()
  readonly #tell: (message: string) => void
  readonly #point = Buffer.alloc(pointBytes)
  #silent = false

  /**
   * @param told of each problem that is recorded: no client hears of it otherwise
   * @throws {ProvloomError} `LOG_FAILED` when the stream cannot be made
   */
  constructor(clock: Clock, files: Files, streams: string, told: (message: string) => void = () => {}) {
    this.#tell = told
    this.id = `${agentStream}${process.pid}-${randomBytes(4).toString('hex')}`
    this.#clock = clock
    this.#log = new SegmentLog({ files, folder: path.join(streams, this.id) })
  }

  /** Appends a fact; what cannot be kept is counted and told as soon as there is room. @returns whether it is kept */
  record(fact: Fact): boolean {
    if (this.#silent) return false
    const said = withoutSecrets(fact)
    if (said.type === 'problem') this.#tell(said.message)
    const payload = encodeEvent({ time: this.#clock.nowUs(), ...said })
    return payload.length > limits.eventBytesMax ? this.#drop('event-too-large') : this.#append(payload)
  }

  /** Appends a measurement, its series before the first. */
  measure(name: SeriesName, step: number, value: number): void {
    if (this.#silent) return
    const known = `${name.source}/${name.key}`
    let id = this.#series.get(known)
    if (id === undefined) {
      id = this.#series.size
      this.#series.set(known, id)
      this.record({ type: 'series', id, ...name })
    }
    writePoint(this.#point, id, step, this.#clock.nowUs(), value)
    this.#append(this.#point)
  }

  /** Says what was dropped since it was last said. */
  tellDrops(): void {
    if (this.#silent) return
    for (const [reason, count] of this.#dropped) {
      if (this.#told.get(reason) === count) continue
      const payload = encodeEvent({ type: 'drops', time: this.#clock.nowUs(), reason, count })
      try {
        this.#log.appendSync(payload)
        this.#told.set(reason, count)
      } catch {
        return
      }
    }
  }

  /** What this stream has written and dropped, as the ledgers of clients say it. */
  get ledger(): StreamLedger {
    return { next: this.#log.next, drops: Object.fromEntries(this.#dropped) }
  }

  /** The last word was said: what is seen from now on would come after the goodbye, whose ledger counts it. */
  seal(): void {
    this.tellDrops()
    this.#silent = true
  }

  /** From now on nothing is kept: the rank is not collected, or its spool is gone. */
  close(): void {
    this.#silent = true
    this.#log.close()
  }

  #append(payload: Uint8Array): boolean {
    try {
      this.#log.appendSync(payload)
    } catch {
      return this.#drop('agent-disk')
    }
    if (this.#dropped.size > 0) this.tellDrops()
    return true
  }

  #drop(reason: string): false {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1)
    return false
  }
}
