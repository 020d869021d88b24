import type { Clock } from '@provloom/shared'
import type { PackBounds } from '../packer.ts'
import type { Packed, StreamReader } from '../spool/stream-reader.ts'
import type { Tail } from '../spool/tail.ts'

interface InFlight {
  readonly first: number
  readonly end: number
  readonly bytes: number
}

const backoffMinMs = 50
const backoffMaxMs = 2_000

/**
 * One stream's way to the aggregator: what was read and sent, what is in flight, what is acknowledged, and when to
 * look for more. Numbers only; the records themselves stay in the spool until they are acknowledged.
 */
export class Lane {
  readonly reader: StreamReader
  readonly tail: Tail
  readonly #clock: Clock
  #inFlight: InFlight[] = []
  #acknowledged = 0
  #released = 0
  #rewindTo: number | undefined
  #passTo: number | undefined
  #pausedUntil = 0
  #backoffMs = backoffMinMs
  #looksBegun = 0
  #lookEnded = 0
  /** The lowest record whose artifact is not stored yet: its segment stays, so that a restarted agent finds it. */
  heldFrom: number = Infinity

  constructor(clock: Clock, reader: StreamReader, tail: Tail) {
    this.#clock = clock
    this.reader = reader
    this.tail = tail
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  get inFlightBytes(): number {
    return this.#inFlight.reduce((sum, one) => sum + one.bytes, 0)
  }

  get inFlightRecords(): number {
    return Math.max(0, this.reader.position - this.#acknowledged)
  }

  /** Whether everything read is acknowledged. */
  get settled(): boolean {
    return this.#inFlight.length === 0 && !this.isRewinding
  }

  /** It was asked to go elsewhere, and has not yet: what is to be sent again has not been read again. */
  get isRewinding(): boolean {
    return this.#rewindTo !== undefined || this.#passTo !== undefined
  }

  /** Everything that is there was read and is acknowledged, and no artifact of it is waiting. */
  get spent(): boolean {
    return (
      this.settled &&
      this.reader.atEnd &&
      this.reader.position === this.#acknowledged &&
      this.heldFrom === Infinity
    )
  }

  /** How many looks for records have begun. */
  get looksBegun(): number {
    return this.#looksBegun
  }

  /** Whether all that was there after so many looks had begun has been read. */
  hasLookedSince(begun: number): boolean {
    return this.#lookEnded > begun
  }

  /** When it is worth while to ask for records: monotonic milliseconds. */
  get dueAt(): number {
    return Math.max(this.tail.dueAt, this.#pausedUntil)
  }

  /** Goes on from `number` before anything else is packed. */
  rewind(number: number): void {
    this.#inFlight = []
    this.#rewindTo = number
    this.#passTo = undefined
    this.#acknowledged = Math.max(this.#acknowledged, number)
    this.tail.hurry()
  }

  /**
   * The next records when they are due. What a rewind asks for comes first.
   *
   * @param now looks although the time for it has not come; a pause after a rejection is kept all the same
   */
  async next(bounds: PackBounds, now: boolean): Promise<Packed | undefined> {
    if (this.#pausedUntil > this.#clock.monotonicMs() || !(now || this.tail.isDue())) return undefined
    const look = ++this.#looksBegun
    this.#applyRewind()
    const packed = await this.reader.next(bounds)
    this.#lookEnded = look
    this.tail.looked(packed !== undefined, !this.reader.atEnd)
    // Asked to go elsewhere while it was reading: what it read is no longer next.
    return this.isRewinding ? undefined : packed
  }

  /** Whether a pack taken from this lane may still be sent. */
  isCurrent(packed: Packed): boolean {
    return !this.isRewinding && packed.first + packed.count === this.reader.position
  }

  sent(packed: Packed, bytes: number): void {
    this.#inFlight.push({ first: packed.first, end: packed.first + packed.count, bytes })
  }

  /** What was counted as sent did not go after all. */
  unsent(packed: Packed): void {
    this.#inFlight = this.#inFlight.filter((one) => one.first !== packed.first)
  }

  /** @returns whether this is progress */
  acknowledge(next: number): boolean {
    if (next <= this.#acknowledged && this.#inFlight.every((one) => one.end > next)) return false
    this.#acknowledged = Math.max(this.#acknowledged, next)
    this.#inFlight = this.#inFlight.filter((one) => one.end > next)
    this.#backoffMs = backoffMinMs
    return true
  }

  /**
   * The aggregator did not take an envelope and expects `next`. To be tried again: after a pause that grows while
   * nothing gets through. Not: that envelope's records are passed over, and told as lost.
   */
  reject(next: number, retry: boolean): void {
    const refused = this.#inFlight.find((one) => one.first <= next && next < one.end)
    if (!retry && refused === undefined) return
    const now = this.#clock.monotonicMs()
    if (retry && this.#pausedUntil > now && this.#rewindTo === next) return
    this.rewind(next)
    if (!retry && refused !== undefined) this.#passTo = refused.end
    this.#pausedUntil = now + this.#backoffMs
    this.#backoffMs = Math.min(this.#backoffMs * 2, backoffMaxMs)
  }

  /** Removes acknowledged segments from the spool. */
  release(): void {
    const upTo = Math.min(this.#acknowledged, this.heldFrom)
    if (upTo === this.#released) return
    this.#released = upTo
    this.reader.release(upTo)
  }

  close(): void {
    this.tail.close()
    this.reader.close()
  }

  #applyRewind(): void {
    if (this.#rewindTo !== undefined) this.reader.rewind(this.#rewindTo)
    if (this.#passTo !== undefined) this.reader.passOver(this.#passTo)
    this.#rewindTo = undefined
    this.#passTo = undefined
  }
}
