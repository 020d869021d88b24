import path from 'node:path'
import { isStreamId, limits } from '@provloom/shared'
import type { Clock, Files, StreamId } from '@provloom/shared'
import type { PackBounds } from '../packer.ts'
import { StreamReader } from '../spool/stream-reader.ts'
import type { Packed, ReaderProblem } from '../spool/stream-reader.ts'
import { Tail } from '../spool/tail.ts'
import type { Pace } from '../spool/tail.ts'
import type { Timing } from '../timing.ts'
import type { Wake } from '../wake.ts'
import { Lane } from './lane.ts'
import { retiredPrefix } from './retired-prefix.ts'

export interface LanesOptions {
  readonly clock: Clock
  readonly files: Files
  readonly timing: Timing
  /** The spool's `streams/`. */
  readonly folder: string
  readonly listener: (problem: ReaderProblem) => void
  /** Rung when there may be something to read. */
  readonly wake: Wake
}

/** All streams of a spool, found as they appear, read in turn. */
export class Lanes {
  readonly #options: LanesOptions
  readonly #lanes = new Map<StreamId, Lane>()
  readonly #finder: Tail
  readonly #pace: Pace
  #turn = 0
  #overflow = 0

  constructor(options: LanesOptions) {
    this.#options = options
    this.#pace = { ...options.timing }
    this.#finder = new Tail(options.clock, this.#pace, options.folder, options.wake)
  }

  get all(): readonly Lane[] {
    return [...this.#lanes.values()]
  }

  /** Streams that are there and are not read, because there are too many. */
  get overflow(): number {
    return this.#overflow
  }

  /** Holds records back for at least so long to fill an envelope. */
  pace(envelopeAgeMs: number): void {
    this.#pace.envelopeAgeMs = Math.max(this.#options.timing.envelopeAgeMs, envelopeAgeMs)
  }

  get(stream: string): Lane | undefined {
    return isStreamId(stream) ? this.#lanes.get(stream) : undefined
  }

  /** When something may be there to be read: monotonic milliseconds. */
  get dueAt(): number {
    return this.all.reduce((least, lane) => Math.min(least, lane.dueAt), this.#finder.dueAt)
  }

  get inFlightBytes(): number {
    return this.all.reduce((sum, lane) => sum + lane.inFlightBytes, 0)
  }

  /** Records read and not acknowledged. */
  get backlog(): number {
    return this.all.reduce((sum, lane) => sum + lane.inFlightRecords, 0)
  }

  get settled(): boolean {
    return this.all.every((lane) => lane.settled)
  }

  /** Looks for streams that have appeared. */
  discover(): void {
    let found = false
    this.#overflow = 0
    for (const name of this.#options.files.list(this.#options.folder)) {
      if (!isStreamId(name) || name.startsWith(retiredPrefix) || this.#lanes.has(name)) continue
      if (this.#lanes.size >= limits.streamsPerRankMax) {
        this.#overflow++
        continue
      }
      found = true
      this.#lanes.set(name, this.#laneOf(name))
    }
    this.#finder.looked(found)
  }

  /**
   * The next records of any stream whose time has come, each in its turn.
   *
   * @param now looks at every stream, whatever its time
   */
  async next(
    bounds: PackBounds,
    now: boolean,
  ): Promise<{ readonly lane: Lane; readonly packed: Packed } | undefined> {
    if (now || this.#finder.isDue()) this.discover()
    const lanes = this.all
    for (let i = 0; i < lanes.length; i++) {
      this.#turn = (this.#turn + 1) % lanes.length
      const lane = lanes[this.#turn]!
      const packed = await lane.next(bounds, now)
      if (packed !== undefined) return { lane, packed }
    }
    return undefined
  }

  /** A stream that was let go. */
  drop(stream: string): void {
    const lane = this.get(stream)
    lane?.close()
    if (lane !== undefined) this.#lanes.delete(lane.reader.id)
  }

  /** Everything that is there is due now. */
  hurry(): void {
    this.#finder.hurry()
    for (const lane of this.all) lane.tail.hurry()
  }

  release(): void {
    for (const lane of this.all) lane.release()
  }

  close(): void {
    this.#finder.close()
    for (const lane of this.all) lane.close()
  }

  #laneOf(id: StreamId): Lane {
    const { clock, files, wake, listener } = this.#options
    const folder = path.join(this.#options.folder, id)
    return new Lane(
      clock,
      new StreamReader(files, folder, id, listener),
      new Tail(clock, this.#pace, folder, wake),
    )
  }
}
