import fs from 'node:fs'
import path from 'node:path'
import { limits } from '@provloom/shared'
import { treeOf } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { Space } from '../spool/space.ts'
import { servingAgent } from '../tree/claim.ts'
import { giveSpare, hasSpare } from './spare.ts'

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

const measureEveryMs = 1000

/**
 * How far the open segment may grow, by what is on the disk: the agent takes away what is acknowledged. Metrics go as far
 * as the reserve, everything else to the end.
 */
export class Room implements Space {
  readonly #spool: SessionFolder
  readonly #tree: string
  readonly #bounds: StreamBounds
  #most: number
  #measuredMs = -Infinity
  #agentMark = ''
  #agentBytes: number | undefined
  /** What metrics leave to the others. */
  #reserve: number

  constructor(spool: SessionFolder, bounds: StreamBounds) {
    this.#spool = spool
    this.#tree = treeOf(spool)
    this.#bounds = bounds
    this.#most = Math.min(limits.unmeasuredBytes, bounds.spoolBytesMax)
    this.#reserve = Math.max(0, this.#most - (bounds.spoolBytesMax - bounds.spoolReserveBytes))
  }

  fits(bytes: number, metric: boolean): boolean {
    return bytes <= (metric ? this.#most - this.#reserve : this.#most)
  }

  hasSpare(): boolean {
    return hasSpare(this.#spool)
  }

  giveSpare(): boolean {
    return giveSpare(this.#spool)
  }

  /** Measures, where that was not done within the last second. */
  measureAgain(size: number, nowMs: number): void {
    if (nowMs - this.#measuredMs >= measureEveryMs) this.measure(size, nowMs)
  }

  /** @param size of the open segment, in bytes */
  measure(size: number, nowMs: number): void {
    this.#most = size + this.#bounds.spoolBytesMax - (this.#told() ?? segmentBytes(this.#tree))
    this.#reserve = this.#bounds.spoolReserveBytes
    this.#measuredMs = nowMs
  }

  /** Once a second: takes what an agent says, where one does. */
  look(size: number, nowMs: number): void {
    if (this.#told() !== undefined) this.measure(size, nowMs)
  }

  /** What the tree's agent measured last, where it lives. */
  #told(): number | undefined {
    const file = path.join(this.#tree, 'agent.json')
    const mark = markOf(file)
    if (mark !== this.#agentMark || this.#agentBytes === undefined)
      this.#agentBytes = mark === '' ? undefined : bytesIn(file)
    this.#agentMark = mark
    return this.#agentBytes
  }
}

/** What changes when the file is replaced; empty where there is none. */
function markOf(file: string): string {
  try {
    const { ino, mtimeMs, size } = fs.statSync(file)
    return `${ino} ${mtimeMs} ${size}`
  } catch {
    return ''
  }
}

function bytesIn(file: string): number | undefined {
  if (servingAgent(path.dirname(file)) === undefined) return undefined
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null || !('spoolBytes' in value)) return undefined
    return typeof value.spoolBytes === 'number' ? value.spoolBytes : undefined
  } catch {
    return undefined
  }
}

/** Bytes of all segments of a tree. Of the many files of a spool that nobody serves, some are looked at. */
function segmentBytes(tree: string): number {
  let [bytes, looked] = [0, 0]
  const pending = [path.join(tree, 'sessions')]
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    let opened: fs.Dir | undefined
    try {
      opened = fs.opendirSync(folder)
      for (let one = opened.readSync(); one !== null; one = opened.readSync()) {
        if (++looked > limits.measuredFilesMax) return bytes
        const file = path.join(folder, one.name)
        if (one.name.endsWith('.seg')) bytes += fs.lstatSync(file, { throwIfNoEntry: false })?.size ?? 0
        else if (one.isDirectory() && one.name !== 'files' && one.name !== 'ledgers') pending.push(file)
      }
    } catch {
      // The agent has just taken it away.
    } finally {
      opened?.closeSync()
    }
  }
  return bytes
}
