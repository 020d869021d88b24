import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { SegmentLog, encodeEvent, limits, pointBytes, systemCode, writePoint } from '@provloom/shared'
import type { Clock, Event, Files } from '@provloom/shared'
import { treeOf } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import { LedgerFile } from './ledger-file.ts'

const lookEveryMs = 1000
const retryAfterMs = 100
const measureEveryBytes = 4 * 1024 * 1024

/** How far a stream may go; the defaults are `limits`. Tests make it small. */
export interface StreamBounds {
  readonly spoolBytesMax: number
  readonly spoolReserveBytes: number
  readonly seriesMax: number
}

export const defaultBounds: StreamBounds = {
  spoolBytesMax: limits.spoolBytesMax,
  spoolReserveBytes: limits.spoolReserveBytes,
  seriesMax: limits.seriesPerStreamMax,
}

/**
 * A worker's records, written by this thread alone. What cannot be kept is dropped, counted by reason, and said by a
 * `drops` event as soon as one can be written, at most once a second, and at the end.
 */
export class WorkerStream {
  readonly id: string
  readonly #clock: Clock
  readonly #spool: SessionFolder
  readonly #bounds: StreamBounds
  readonly #log: SegmentLog
  readonly #ledger: LedgerFile
  /** By key, context and source: no text is made for each point. */
  readonly #series = new Map<string, Map<string | undefined, Map<string | undefined, number>>>()
  #seriesCount = 0
  readonly #drops = new Map<string, number>()
  readonly #point = Buffer.alloc(pointBytes)
  #untold = false
  #toldMs = -Infinity
  #retryMs = -Infinity
  #measuredMs = -Infinity
  #used = 0
  #sinceMeasured = Infinity
  #reason = 'disk-failed'

  /** @throws {ProvloomError} `LOG_FAILED` when the stream cannot be made */
  constructor(clock: Clock, files: Files, spool: SessionFolder, bounds: StreamBounds = defaultBounds) {
    this.id = `worker-${process.pid}-${randomBytes(4).toString('hex')}`
    this.#clock = clock
    this.#spool = spool
    this.#bounds = bounds
    this.#ledger = new LedgerFile(spool, this.id)
    this.#log = new SegmentLog({ files, folder: path.join(spool.streams, this.id) })
  }

  /** Appends an event; false when it was dropped. */
  event(event: Event): boolean {
    const payload = encodeEvent(event)
    if (payload.length > limits.eventBytesMax) return this.#drop('too-large')
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
    if (this.#seriesCount >= this.#bounds.seriesMax) {
      this.#drop('too-many-series')
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
    const ofKey = this.#series.get(key) ?? new Map<string | undefined, Map<string | undefined, number>>()
    const ofContext = ofKey.get(context) ?? new Map<string | undefined, number>()
    this.#series.set(key, ofKey.set(context, ofContext.set(source, id)))
    this.#seriesCount++
    return id
  }

  /** Why events were dropped, and how many. */
  get drops(): ReadonlyMap<string, number> {
    return this.#drops
  }

  /** Once a second: puts down how many records there are. */
  look(): void {
    this.#ledger.next(this.#log.next)
  }

  /** An event that never came as far as a record. */
  lose(reason: string, many = 1): void {
    this.#drop(reason, many)
  }

  close(): void {
    this.#tellDrops(true)
    this.#ledger.next(this.#log.next)
    this.#ledger.close()
    this.#log.close()
  }

  #append(payload: Uint8Array, metric: boolean): boolean {
    const now = this.#clock.monotonicMs()
    if (metric && now < this.#retryMs) return this.#drop(this.#reason)
    if (!this.#fits(payload.length, metric, now)) {
      this.#drop('spool-full')
      this.#tellDrops(false)
      return false
    }
    try {
      this.#log.appendSync(payload)
    } catch (error) {
      const code = systemCode(error instanceof Error ? error.cause : error)
      this.#reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'disk-failed'
      this.#retryMs = now + retryAfterMs
      return this.#drop(this.#reason)
    }
    this.#sinceMeasured += payload.length
    this.#tellDrops(false)
    return true
  }

  /** Metrics go as far as the reserve, everything else to the end: by what is on the disk, since the agent takes away. */
  #fits(bytes: number, metric: boolean, now: number): boolean {
    const most = this.#bounds.spoolBytesMax - (metric ? this.#bounds.spoolReserveBytes : 0)
    const full = this.#used + this.#sinceMeasured + bytes > most
    if (this.#sinceMeasured > measureEveryBytes || (full && now - this.#measuredMs >= lookEveryMs)) {
      this.#used = treeBytes(this.#spool) ?? segmentBytes(this.#spool)
      this.#sinceMeasured = 0
      this.#measuredMs = now
    }
    return this.#used + this.#sinceMeasured + bytes <= most
  }

  #drop(reason: string, many = 1): false {
    const count = (this.#drops.get(reason) ?? 0) + many
    this.#drops.set(reason, count)
    this.#ledger.dropped(reason, count)
    this.#untold = true
    return false
  }

  #tellDrops(atTheEnd: boolean): void {
    const now = this.#clock.monotonicMs()
    if (!this.#untold || (!atTheEnd && now - this.#toldMs < lookEveryMs)) return
    this.#toldMs = now
    try {
      for (const [reason, count] of this.#drops) {
        this.#log.appendSync(encodeEvent({ type: 'drops', time: this.#clock.nowUs(), reason, count }))
      }
      this.#untold = false
    } catch {
      // Said again with the next record that can be written.
    }
  }
}

/** What the tree's agent measured last, where it lives. */
function treeBytes(spool: SessionFolder): number | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(treeOf(spool), 'agent.json'), 'utf8'))
    if (typeof value !== 'object' || value === null || !('spoolBytes' in value)) return undefined
    return typeof value.spoolBytes === 'number' ? value.spoolBytes : undefined
  } catch {
    return undefined
  }
}

/** Bytes of all segments of a session that are on the disk now. */
function segmentBytes(spool: SessionFolder): number {
  let bytes = 0
  try {
    for (const stream of fs.readdirSync(spool.streams)) bytes += folderBytes(path.join(spool.streams, stream))
  } catch {
    // No stream yet.
  }
  return bytes
}

/** Bytes of the files directly in a folder; what goes away meanwhile counts nothing. */
export function folderBytes(folder: string): number {
  let bytes = 0
  try {
    for (const name of fs.readdirSync(folder)) {
      bytes += fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0
    }
  } catch {
    // No such folder: nothing is in it.
  }
  return bytes
}
