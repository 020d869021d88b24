import path from 'node:path'
import { encodeEvent, frameHeaderBytes, pointBytes, writePoint } from '@provloom/shared'
import type { Clock, Event, Series } from '@provloom/shared'
import type { Counts } from './counts.ts'
import type { Cause, WriterRules } from './rules.ts'
import { Segments, noSpace } from './segments.ts'
import { SeriesNumbers } from './series.ts'
import type { Space } from './space.ts'

const tellEveryMs = 1000
/** After a failed write metrics wait this long before the disk is tried again. */
const retryAfterMs = 100

/** What a writer writes for. */
export interface WriterHome {
  /** The record that the stream begins with. */
  readonly first?: () => Event
  /** All that its folder lies in, after somebody removed it. Throws the system's error where it is not made again. */
  readonly makeAgain: () => void
  /** The record that says so. */
  readonly removal?: () => Event
  /** The first drop of a reason. */
  readonly tellDropping?: (reason: string, detail: unknown) => void
}

/** What is said of a series beside its name, once. */
export type SeriesFacts = Pick<Series, 'unit' | 'measures'>

export interface WriterParts {
  readonly clock: Clock
  /** Of the session's streams. */
  readonly streams: string
  readonly id: string
  readonly rules: WriterRules
  readonly home: WriterHome
  readonly counts: Counts
  readonly space: Space
}

/**
 * Writes one stream of a spool (docs/spool-format.md): its events, the points of its series, dense numbers. What cannot be
 * kept is dropped, counted by reason, and said by a `drops` event as soon as one can be written, at most once a second, and
 * at the end. It grows until its folder is removed. No call throws.
 */
export class SpoolWriter {
  readonly #clock: Clock
  readonly #rules: WriterRules
  readonly #home: WriterHome
  readonly #counts: Counts
  readonly #space: Space
  readonly #segments: Segments
  readonly #series = new SeriesNumbers()
  readonly #point = Buffer.alloc(pointBytes)
  #untold = false
  #toldMs = -Infinity
  #retryMs = -Infinity
  /** Points wait until what is kept for all else is there again. */
  #noRoom = false

  constructor({ clock, streams, id, rules, home, counts, space }: WriterParts) {
    this.#clock = clock
    this.#rules = rules
    this.#home = home
    this.#counts = counts
    this.#space = space
    this.#segments = new Segments(path.join(streams, id), counts, home.makeAgain)
  }

  /** The number of the next record. */
  get next(): number {
    return this.#segments.next
  }

  /** Bytes of the open segment. */
  get size(): number {
    return this.#segments.size
  }

  get isOpen(): boolean {
    return this.#segments.isOpen
  }

  /**
   * Begins it now; else it begins with the first record.
   *
   * @throws the system's error when the disk does not take it
   */
  open(): void {
    if (!this.#segments.begin() || !this.#begins(this.#clock.monotonicMs()))
      throw this.#segments.trouble.error
  }

  /** Appends an event; false when it was dropped. */
  event(event: Event): boolean {
    const payload = encodeEvent(event)
    if (payload.length > this.#rules.eventBytesMax) return this.#refuse('too-large')
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
    more?: SeriesFacts,
  ): boolean {
    const id = this.#series.get(key, context, source) ?? this.#declare(key, context, source, more)
    if (id === undefined) return false
    writePoint(this.#point, id, step, timeUs, value)
    return this.#append(this.#point, true)
  }

  /** Counts what never came as far as a record. @returns how many of this reason there were, these included */
  drop(reason: string, many = 1): number {
    this.#untold = true
    return this.#counts.add(reason, many)
  }

  /** Says what was dropped since it was last said. */
  tellDrops(): void {
    this.#tellDrops(this.#clock.monotonicMs(), true)
  }

  /** Once a second: is the file ours, and still there, and is room kept? */
  look(): void {
    this.#segments.look()
    this.#noRoom = !this.#space.hasSpare()
  }

  close(): void {
    this.#segments.close()
  }

  /** @returns the number of a new series; undefined when it was dropped */
  #declare(
    key: string,
    context: string | undefined,
    source: string | undefined,
    more: SeriesFacts | undefined,
  ): number | undefined {
    if (this.#series.count >= this.#rules.seriesMax) {
      this.#refuse('too-many-series', key)
      return undefined
    }
    const declared = encodeEvent({
      type: 'series',
      time: this.#clock.nowUs(),
      id: this.#series.count,
      key,
      ...(context === undefined ? {} : { context }),
      ...(source === undefined ? {} : { source }),
      ...more,
    })
    if (!this.#append(declared, true)) return undefined
    this.#segments.declare(declared)
    return this.#series.add(key, context, source)
  }

  #append(payload: Uint8Array, metric: boolean): boolean {
    const now = this.#clock.monotonicMs()
    let cause = this.#try(payload, now, metric)
    if (cause === 'disk-full' && !metric && this.#space.giveSpare()) {
      this.#noRoom = true
      cause = this.#try(payload, now, metric)
    }
    if (cause === undefined) {
      if (this.#segments.removed) this.#tellRemoval(now)
      if (this.#untold) this.#tellDrops(now, false)
      return true
    }
    this.#refuse(cause, this.#segments.trouble.error)
    if (cause === 'spool-full') this.#tellDrops(now, false)
    return false
  }

  /** @returns why it is not written */
  #try(payload: Uint8Array, now: number, metric: boolean): Cause | undefined {
    const segments = this.#segments
    // A disk that said no a moment ago is not asked for each point.
    if (metric && now < this.#retryMs) return segments.trouble.cause
    if (metric && this.#noRoom && !this.#roomAgain(now)) return 'disk-full'
    const bytes = frameHeaderBytes + payload.length
    if (segments.needsNext(bytes)) {
      if (!segments.begin()) return this.#failed(now)
      // The first is not measured: short-lived children ask nobody.
      if (segments.next > 0) this.#space.measure(segments.size, now)
    }
    if (segments.next === 0 && !this.#begins(now)) return this.#failed(now)
    if (!this.#space.fits(segments.size + bytes, metric)) {
      this.#space.measureAgain(segments.size, now)
      if (!this.#space.fits(segments.size + bytes, metric)) return 'spool-full'
    }
    if (!segments.write(payload, now)) return this.#failed(now)
    this.#retryMs = -Infinity
    return undefined
  }

  /** Whether the first record is written, where there is one. */
  #begins(now: number): boolean {
    const { first } = this.#home
    return first === undefined || this.#segments.write(encodeEvent(first()), now)
  }

  #failed(now: number): Cause {
    const { cause } = this.#segments.trouble
    if (cause === 'disk-full') this.#noRoom = true
    this.#retryMs = now + retryAfterMs
    return cause
  }

  #roomAgain(now: number): boolean {
    this.#noRoom = !this.#space.hasSpare()
    if (!this.#noRoom) return true
    this.#segments.trouble = noSpace
    this.#retryMs = now + retryAfterMs
    return false
  }

  /** Counts a record as dropped; tells the first of its kind. */
  #refuse(cause: Cause, detail?: unknown): false {
    const reason = this.#rules.reasons[cause]
    if (this.drop(reason) === 1) this.#home.tellDropping?.(reason, detail)
    return false
  }

  #tellDrops(now: number, atTheEnd: boolean): void {
    if (!this.#untold || !this.#segments.isOpen) return
    if (!atTheEnd && now - this.#toldMs < tellEveryMs) return
    this.#toldMs = now
    this.#untold = false
    for (const [reason, count] of this.#counts.drops) {
      const told = encodeEvent({ type: 'drops', time: this.#clock.nowUs(), reason, count })
      const fits = this.#space.fits(this.#segments.size + frameHeaderBytes + told.length, false)
      if (fits && this.#segments.write(told, now)) continue
      // Said again with the next record that can be written.
      this.#untold = true
      return
    }
  }

  #tellRemoval(now: number): void {
    const { removal } = this.#home
    if (removal !== undefined && this.#segments.write(encodeEvent(removal()), now))
      this.#segments.removed = false
  }
}
