import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {
  encodeFrame,
  encodeHeader,
  frameHeaderBytes,
  headerBytes,
  limits,
  segmentName,
  systemCode,
} from '@provloom/shared'
import type { Counts } from './counts.ts'
import { OwnFile } from './own-file.ts'

/** After its last record a number that is out of the way is trusted for so long. */
const trustedMs = 0.05
const { O_APPEND, O_CREAT, O_WRONLY } = fs.constants

/** Why a record is not on the disk. */
export interface Trouble {
  readonly cause: 'disk-full' | 'disk-failed' | 'spool-removed'
  readonly error: unknown
}

/** Of what was not tried, because room is kept for other records. */
export const noSpace: Trouble = { cause: 'disk-full', error: { errno: os.constants.errno.ENOSPC } }

/**
 * The files of a stream: segments of docs/spool-format.md that only grow. The number of the open one is ours as long as it
 * is asked, and the folder may be removed. Then the same segment is opened again, or the next one begun; the numbers of
 * the records go on. No call throws.
 */
export class Segments {
  readonly #folder: string
  readonly #counts: Counts
  readonly #makeAgain: () => void
  #own: OwnFile | undefined
  /** The one that was begun last, closed or not. */
  #begun: OwnFile | undefined
  #file = ''
  #size = 0
  #next = 0
  #wroteMs = -Infinity
  #isRemoved = false
  #scratch = Buffer.allocUnsafe(4096)
  /** Why the last one that failed did. */
  trouble: Trouble = { cause: 'disk-failed', error: undefined }
  /** The folder was removed while it was written: to be told. */
  removed = false
  /** The declarations of the stream's series, and how many of them lie where they can be read. */
  readonly #declarations: Uint8Array[] = []
  #declared = 0

  /** @param makeAgain makes all that the stream's folder lies in, after somebody removed it; throws the system's error */
  constructor(folder: string, counts: Counts, makeAgain: () => void) {
    this.#folder = folder
    this.#counts = counts
    this.#makeAgain = makeAgain
  }

  /** The number that the next record will have. */
  get next(): number {
    return this.#next
  }

  /** Bytes of the open segment. */
  get size(): number {
    return this.#size
  }

  get isOpen(): boolean {
    return this.#own !== undefined
  }

  /** Whether so many bytes are for a segment that is not begun yet. */
  needsNext(bytes: number): boolean {
    if (this.#own === undefined) return true
    return this.#size + bytes > limits.segmentBytesMax && this.#size > headerBytes
  }

  /** A series' declaration that is written: it is again, where nobody may have read it before it was removed. */
  declare(payload: Uint8Array): void {
    this.#declared = this.#declarations.push(payload)
  }

  /** Begins the segment of the next record. */
  begin(): boolean {
    if (this.#declared > 0 && !this.#isWhole()) this.#declared = 0
    this.close()
    const file = path.join(this.#folder, segmentName(this.#next))
    let own: OwnFile | undefined
    try {
      this.#makeFolder()
      if (!this.#counts.isThere()) this.#counts.make()
      own = new OwnFile(file, O_WRONLY | O_CREAT | O_APPEND)
      // Only what is there is cut: a file that was ever cut to nothing, ext4 puts on the disk when it is closed.
      if (fs.fstatSync(own.number).size > 0) fs.ftruncateSync(own.number, 0)
      writeAll(own.number, encodeHeader(this.#next), headerBytes)
    } catch (error) {
      this.#failed(error)
      if (own !== undefined) giveBack(own, file)
      return false
    }
    this.#own = own
    this.#file = file
    this.#begun = own
    this.#size = headerBytes
    this.#wroteMs = -Infinity
    return this.#declareAgain()
  }

  /** Whether what was written last lies where it did: nobody has removed it, or cut it. */
  #isWhole(): boolean {
    return this.#begun?.isNamed(this.#file, this.#size) === true
  }

  /** The series that are known already, by the ids they have: points go on to name those. */
  #declareAgain(): boolean {
    while (this.#declared < this.#declarations.length) {
      const at = this.#declared
      const payload = this.#declarations[at]!
      if (this.needsNext(frameHeaderBytes + payload.length)) return this.begin()
      if (!this.write(payload, -Infinity)) {
        // So that the next record begins here.
        this.close()
        return false
      }
      this.#declared = Math.max(this.#declared, at + 1)
    }
    return true
  }

  /** Appends one record to the open segment. */
  write(payload: Uint8Array, nowMs: number): boolean {
    if (!this.#isWhereItWas(nowMs) && !this.#openAgain() && !this.begin()) return false
    const { number } = this.#own!
    const length = frameHeaderBytes + payload.length
    if (this.#scratch.length < length) this.#scratch = Buffer.allocUnsafe(length * 2)
    encodeFrame(this.#scratch, 0, this.#next, payload)
    try {
      writeAll(number, this.#scratch, length)
    } catch (error) {
      const trusted = this.#wroteMs > -Infinity
      this.#wroteMs = -Infinity
      // It was closed while it was trusted: not this record's fault.
      if (trusted && this.#own?.isOurs() === false) return this.write(payload, nowMs)
      this.#failed(error)
      this.#cut()
      return false
    }
    this.#size += length
    this.#next++
    this.#wroteMs = nowMs
    return true
  }

  /** Once a second: is the file ours, and still there? */
  look(): void {
    if (this.#own === undefined) return
    if (!this.#own.isOurs()) this.#openAgain()
    else if (!this.#own.isNamed(this.#file)) {
      this.removed = true
      this.close()
    }
    if (this.#own !== undefined && !this.#counts.isThere()) this.#counts.make()
  }

  close(): void {
    this.#own?.close()
    this.#own = undefined
  }

  /** The stream's folder, and all above it where somebody has removed that. */
  #makeFolder(): void {
    try {
      try {
        fs.mkdirSync(this.#folder, { mode: 0o700 })
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error
        this.removed = this.#next > 0
        this.#makeAgain()
        fs.mkdirSync(this.#folder, { mode: 0o700 })
      }
    } catch (error) {
      this.#isRemoved = this.#next > 0 && systemCode(error) !== 'EEXIST'
      if (systemCode(error) !== 'EEXIST') throw error
    }
    this.#isRemoved = false
  }

  /** Whether the number is our file, as our last record left it. In a file of somebody else's it is not. */
  #isWhereItWas(nowMs: number): boolean {
    const own = this.#own
    if (own === undefined) return false
    const sinceMs = nowMs - this.#wroteMs
    if (own.apart && sinceMs >= 0 && sinceMs < trustedMs) return true
    return own.size() === this.#size
  }

  /** The number is no longer ours: the same segment under another one, with nothing behind the last record. */
  #openAgain(): boolean {
    const before = this.#own
    this.#own = undefined
    if (before === undefined) return false
    let found = before
    try {
      if (!before.isOurs()) found = new OwnFile(this.#file, O_WRONLY | O_APPEND)
      const whole = found.size()
      if (whole !== undefined && whole >= this.#size && found.isSameAs(before)) {
        if (whole > this.#size) fs.ftruncateSync(found.number, this.#size)
        this.#own = found
        return true
      }
    } catch {
      // It is not in its place, or cannot be written: the next one is begun.
    }
    found.close()
    return false
  }

  /** Cuts what stands behind the last whole record; where even that fails the next record opens a new segment. */
  #cut(): void {
    if (this.#own === undefined) return
    if (!this.#own.isOurs()) {
      this.#openAgain()
      return
    }
    try {
      fs.ftruncateSync(this.#own.number, this.#size)
    } catch {
      this.close()
    }
  }

  #failed(error: unknown): void {
    const code = systemCode(error)
    const isFull = code === 'ENOSPC' || code === 'EDQUOT'
    const cause = isFull ? 'disk-full' : this.#isRemoved ? 'spool-removed' : 'disk-failed'
    this.trouble = { cause, error }
  }
}

/** Short only where the disk ends: the rest says why. */
function writeAll(number: number, bytes: Uint8Array, length: number): void {
  for (let done = 0; done < length;) done += fs.writeSync(number, bytes, done, length - done)
}

function giveBack(own: OwnFile, file: string): void {
  own.close()
  try {
    fs.unlinkSync(file)
  } catch {
    // Somebody has removed it.
  }
}
