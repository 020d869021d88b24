import { randomBytes } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { encodeEvent, frameHeaderBytes, limits, pointBytes, writePoint } from '@provloom/shared'
import type { Clock, Event } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'
import { LedgerFile } from './ledger-file.ts'
import { Room, defaultBounds } from './room.ts'
import type { StreamBounds } from './room.ts'
import { Segments } from './segments.ts'
import { giveSpare, hasSpare } from './spare.ts'

const tellEveryMs = 1000
/** After a failed write metrics wait this long before the disk is tried again. */
const retryAfterMs = 100
const noSpace = { reason: 'disk-full', error: { errno: os.constants.errno.ENOSPC } } as const

/** What a stream is told by the session that it is in. */
export interface StreamHome {
  readonly spool: SessionFolder
  /** The record that it begins with. */
  first(): Event
  /** The session's folder with all above it, after somebody removed it. Throws the system's error. */
  makeAgain(): void
  /** The record that says so. */
  removal(): Event
  /** The first drop of a reason. */
  tellDropping(reason: string, detail: unknown): void
}

/**
 * A worker's records, written by this thread alone. What cannot be kept is dropped, counted by reason in the ledger, and
 * said by a `drops` event as soon as one can be written, at most once a second, and at the end. No call throws.
 */
export class WorkerStream {
  readonly id: string
  readonly #clock: Clock
  readonly #home: StreamHome
  readonly #seriesMax: number
  readonly #ledger: LedgerFile
  readonly #segments: Segments
  readonly #room: Room
  /** By key, context and source: no text is made for each point. */
  readonly #series = new Map<string, Map<string | undefined, Map<string | undefined, number>>>()
  #seriesCount = 0
  readonly #point = Buffer.alloc(pointBytes)
  #untold = false
  #toldMs = -Infinity
  #retryMs = -Infinity
  /** Points wait until what is kept for all else is there again. */
  #noRoom = false
  /** ended: what is logged is dropped. closed: it is not even counted. */
  #state: 'open' | 'ended' | 'closed' = 'open'

  constructor(clock: Clock, home: StreamHome, bounds: StreamBounds = defaultBounds) {
    this.id = `worker-${process.pid}-${randomBytes(4).toString('hex')}`
    this.#clock = clock
    this.#home = home
    this.#seriesMax = bounds.seriesMax
    this.#ledger = new LedgerFile(path.join(home.spool.ledgers, this.id))
    const folder = path.join(home.spool.streams, this.id)
    this.#segments = new Segments(folder, this.#ledger, () => home.makeAgain())
    this.#room = new Room(home.spool, bounds)
  }

  /**
   * Begins it now; else it begins with the first event.
   *
   * @throws the system's error when the disk does not take it
   */
  open(): void {
    const now = this.#clock.monotonicMs()
    if (!this.#segments.begin() || !this.#segments.write(encodeEvent(this.#home.first()), now))
      throw this.#segments.trouble.error
    this.#ledger.putNext(this.#segments.next)
  }

  /** Appends an event; false when it was dropped. */
  event(event: Event): boolean {
    const payload = encodeEvent(event)
    if (payload.length > limits.eventBytesMax) return this.#refuse('too-large')
    return this.#append(payload, false)
  }

  /** Appends a point, and before the first of its series the series; false when it was dropped. */
  point(
    key: string,
    context: string | undefined,
    source: string | undefined,
    step: number | bigint,
    timeUs: number | bigint,
    value: number,
  ): boolean {
    const id = this.#series.get(key)?.get(context)?.get(source) ?? this.#declare(key, context, source)
    if (id === undefined) return false
    writePoint(this.#point, id, step, timeUs, value)
    return this.#append(this.#point, true)
  }

  /** @returns the number of a new series; undefined when it was dropped */
  #declare(key: string, context: string | undefined, source: string | undefined): number | undefined {
    if (this.#seriesCount >= this.#seriesMax) {
      this.#refuse('too-many-series', key)
      return undefined
    }
    const id = this.#seriesCount
    const declared = encodeEvent({
      type: 'series',
      time: this.#clock.nowUs(),
      id,
      key,
      ...(context === undefined ? {} : { context }),
      ...(source === undefined ? {} : { source }),
    })
    if (!this.#append(declared, true)) return undefined
    this.#segments.declare(declared)
    const ofKey = this.#series.get(key) ?? new Map<string | undefined, Map<string | undefined, number>>()
    const ofContext = ofKey.get(context) ?? new Map<string | undefined, number>()
    this.#series.set(key, ofKey.set(context, ofContext.set(source, id)))
    this.#seriesCount++
    return id
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
    if (this.#state !== 'open' || !this.#segments.isOpen) return
    this.#segments.look()
    this.#ledger.putNext(this.#segments.next)
    this.#noRoom = !hasSpare(this.#home.spool)
    this.#room.look(this.#segments.size, this.#clock.monotonicMs())
  }

  /** An event that never came as far as a record. */
  lose(reason: string, many = 1): void {
    if (this.#segments.next === 0 && !this.#segments.isOpen) this.#ledger.makeOnce()
    this.#drop(reason, many)
  }

  /** Its run has ended: nobody will take more. What is logged from now on is dropped, counted here, and in no run. */
  end(): void {
    if (this.#state !== 'open') return
    this.#state = 'ended'
    this.#segments.close()
    this.#ledger.putNext(this.#segments.next)
    this.#ledger.settle()
  }

  /** Nobody wants it: nothing is written, nor counted. */
  leave(): void {
    this.end()
    this.#state = 'closed'
  }

  /** Says what was dropped, appends `last`, and closes. */
  close(last?: Event): void {
    if (this.#state === 'open' && (last !== undefined || this.#segments.next > 0)) {
      this.#tellDrops(this.#clock.monotonicMs(), true)
      if (last !== undefined) this.event(last)
      this.#tellDrops(this.#clock.monotonicMs(), true)
    }
    if (this.#state !== 'closed') this.leave()
  }

  #append(payload: Uint8Array, metric: boolean): boolean {
    if (this.#state !== 'open') return this.#state === 'ended' ? this.#refuse('ended') : false
    const now = this.#clock.monotonicMs()
    let reason = this.#try(payload, now, metric)
    if (reason === 'disk-full' && !metric && giveSpare(this.#home.spool)) {
      this.#noRoom = true
      reason = this.#try(payload, now, metric)
    }
    if (reason === undefined) {
      if (this.#segments.removed) this.#tellRemoval(now)
      if (this.#untold) this.#tellDrops(now, false)
      return true
    }
    this.#refuse(reason, this.#segments.trouble.error)
    if (reason === 'spool-full') this.#tellDrops(now, false)
    return false
  }

  /** @returns why it is not written */
  #try(payload: Uint8Array, now: number, metric: boolean): string | undefined {
    const segments = this.#segments
    // A disk that said no a moment ago is not asked for each point.
    if (metric && now < this.#retryMs) return segments.trouble.reason
    if (metric && this.#noRoom && !this.#roomAgain(now)) return 'disk-full'
    const bytes = frameHeaderBytes + payload.length
    if (segments.needsNext(bytes)) {
      if (!segments.begin()) return this.#failed(now)
      // The first is not measured: short-lived children ask nobody.
      if (segments.next > 0) this.#room.measure(segments.size, now)
    }
    if (segments.next === 0 && !segments.write(encodeEvent(this.#home.first()), now)) return this.#failed(now)
    if (!this.#room.fits(segments.size + bytes, metric)) {
      this.#room.measureAgain(segments.size, now)
      if (!this.#room.fits(segments.size + bytes, metric)) return 'spool-full'
    }
    if (!segments.write(payload, now)) return this.#failed(now)
    this.#retryMs = -Infinity
    return undefined
  }

  #failed(now: number): string {
    const { reason } = this.#segments.trouble
    if (reason === 'disk-full') this.#noRoom = true
    this.#retryMs = now + retryAfterMs
    return reason
  }

  #roomAgain(now: number): boolean {
    this.#noRoom = !hasSpare(this.#home.spool)
    if (!this.#noRoom) return true
    this.#segments.trouble = noSpace
    this.#retryMs = now + retryAfterMs
    return false
  }

  /** Counts a log as dropped; tells the first of its kind. */
  #refuse(reason: string, detail?: unknown): false {
    if (this.#drop(reason) === 1) this.#home.tellDropping(reason, detail)
    return false
  }

  #drop(reason: string, many = 1): number {
    this.#untold = true
    return this.#ledger.add(reason, many)
  }

  #tellDrops(now: number, atTheEnd: boolean): void {
    if (!this.#untold || !this.#segments.isOpen) return
    if (!atTheEnd && now - this.#toldMs < tellEveryMs) return
    this.#toldMs = now
    this.#untold = false
    for (const [reason, count] of this.drops) {
      const told = encodeEvent({ type: 'drops', time: this.#clock.nowUs(), reason, count })
      const fits = this.#room.fits(this.#segments.size + frameHeaderBytes + told.length, false)
      if (fits && this.#segments.write(told, now)) continue
      // Said again with the next record that can be written.
      this.#untold = true
      return
    }
  }

  #tellRemoval(now: number): void {
    if (this.#segments.write(encodeEvent(this.#home.removal()), now)) this.#segments.removed = false
  }
}
