import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Clock, Event } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'
import { workerRules } from '../spool/rules.ts'
import { SpoolWriter } from '../spool/writer.ts'
import type { SeriesFacts, WriterHome } from '../spool/writer.ts'
import { LedgerFile } from './ledger-file.ts'
import { Room, defaultBounds } from './room.ts'
import type { StreamBounds } from './room.ts'

/** What a stream is told by the session that it is in. */
export interface StreamHome extends Required<WriterHome> {
  readonly spool: SessionFolder
  /** Of whose end the stream's is: of the process that says what is recorded. */
  readonly pid: number
}

/**
 * A worker's records, written by this thread alone, until its run has ended. What is dropped is counted in the stream's
 * ledger. No call throws.
 */
export class WorkerStream {
  readonly id: string
  readonly #clock: Clock
  readonly #home: StreamHome
  readonly #ledger: LedgerFile
  readonly #room: Room
  readonly #writer: SpoolWriter
  /** ended: what is logged is dropped. closed: it is not even counted. */
  #state: 'open' | 'ended' | 'closed' = 'open'

  constructor(clock: Clock, home: StreamHome, bounds: StreamBounds = defaultBounds) {
    this.id = `worker-${home.pid}-${randomBytes(4).toString('hex')}`
    this.#clock = clock
    this.#home = home
    this.#ledger = new LedgerFile(path.join(home.spool.ledgers, this.id))
    this.#room = new Room(home.spool, bounds)
    this.#writer = new SpoolWriter({
      clock,
      streams: home.spool.streams,
      id: this.id,
      rules: { ...workerRules, seriesMax: bounds.seriesMax },
      home,
      counts: this.#ledger,
      space: this.#room,
    })
  }

  /**
   * Begins it now; else it begins with the first event.
   *
   * @throws the system's error when the disk does not take it
   */
  open(): void {
    this.#writer.open()
    this.#ledger.putNext(this.#writer.next)
  }

  /** Appends an event; false when it was dropped. */
  event(event: Event): boolean {
    return this.#state === 'open' ? this.#writer.event(event) : this.#late()
  }

  /** Appends a point, and before the first of its series the series; false when it was dropped. */
  point(
    key: string,
    context: string | undefined,
    source: string | undefined,
    step: number | bigint,
    timeUs: number | bigint,
    value: number,
    more?: SeriesFacts,
  ): boolean {
    if (this.#state !== 'open') return this.#late()
    return this.#writer.point(key, context, source, step, timeUs, value, more)
  }

  /** Why events were dropped, and how many. */
  get drops(): ReadonlyMap<string, number> {
    return this.#ledger.drops
  }

  /** Whether what is logged is dropped, as its run has ended. */
  get over(): boolean {
    return this.#state === 'ended'
  }

  /** Once a second: is the file ours, and still there, how much room is there, and how many records are there? */
  look(): void {
    if (this.#state !== 'open' || !this.#writer.isOpen) return
    this.#writer.look()
    this.#ledger.putNext(this.#writer.next)
    this.#room.look(this.#writer.size, this.#clock.monotonicMs())
  }

  /** An event that never came as far as a record. */
  lose(reason: string, many = 1): void {
    if (this.#writer.next === 0 && !this.#writer.isOpen) this.#ledger.makeOnce()
    this.#writer.drop(reason, many)
  }

  /** Its run has ended: nobody will take more. What is logged from now on is dropped, counted here, and in no run. */
  end(): void {
    if (this.#state !== 'open') return
    this.#state = 'ended'
    this.#writer.close()
    this.#ledger.putNext(this.#writer.next)
    this.#ledger.settle()
  }

  /** Nobody wants it: nothing is written, nor counted. */
  leave(): void {
    this.end()
    this.#state = 'closed'
  }

  /** Says what was dropped, appends `last`, and closes. */
  close(last?: Event): void {
    if (this.#state === 'open' && (last !== undefined || this.#writer.next > 0)) {
      this.#writer.tellDrops()
      if (last !== undefined) this.event(last)
      this.#writer.tellDrops()
    }
    if (this.#state !== 'closed') this.leave()
  }

  #late(): false {
    if (this.#state === 'ended' && this.#writer.drop('ended') === 1)
      this.#home.tellDropping('ended', undefined)
    return false
  }
}
