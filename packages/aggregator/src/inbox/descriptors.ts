import fs from 'node:fs'
import { ProvloomError, systemCode } from '@provloom/shared'
import type { Trouble } from '../run/trouble.ts'
import { Shedder } from './shedder.ts'

/** What the process uses besides one descriptor per rank: files, sockets, threads' pipes. */
const ownDescriptors = 64

/** The soft limit of open files, or undefined where it cannot be seen. Node raises it to the hard limit at start. */
export function descriptorLimit(): number | undefined {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))
    return line === null || line[1] === 'unlimited' ? undefined : Number(line[1])
  } catch {
    return undefined
  }
}

/** Open descriptors of this process, Infinity when there are too many to look, undefined where they cannot be seen. */
function descriptorsInUse(): number | undefined {
  try {
    return fs.readdirSync('/proc/self/fd').length
  } catch (error) {
    return systemCode(error) === 'EMFILE' ? Number.POSITIVE_INFINITY : undefined
  }
}

/** Too near to the limit to accept more. */
const nearLimit = 4
/**
 * So many must be free before connections are no longer sent away: more than can be lost between two looks, fewer than
 * the ranks that are let in leave free.
 */
const relievedAt = 16
/** A limit that a burst reaches between two looks: whoever sends connections away is ready from the beginning. */
const lowLimit = 4096
/** Of a higher limit, when this much is used. */
const readyShare = 1 / 2
const lowLookMs = 250
const highLookMs = 1_000

/** Tells when no more connections can be accepted, and when they can again; in between they are sent away. */
export class DescriptorWatch {
  readonly #limit = descriptorLimit()
  readonly #trouble: Trouble
  #shedder: Shedder | undefined

  constructor(trouble: Trouble) {
    this.#trouble = trouble
  }

  /** Milliseconds between two looks. */
  get everyMs(): number {
    return this.#isLow ? lowLookMs : highLookMs
  }

  /** The aggregator listens at this port. */
  guard(port: number): void {
    this.#shedder = new Shedder(port)
    if (this.#isLow) this.#shedder.prepare()
  }

  close(): void {
    this.#shedder?.close()
    this.#shedder = undefined
  }

  get #isLow(): boolean {
    return this.#limit !== undefined && this.#limit <= lowLimit
  }

  look(): void {
    const used = this.#limit === undefined ? undefined : descriptorsInUse()
    if (this.#limit === undefined || used === undefined) return
    const shedder = this.#shedder
    if (shedder?.shedding === true && used + relievedAt < this.#limit) shedder.end()
    else if (this.#isLow || used > this.#limit * readyShare) shedder?.prepare()
    if (used + nearLimit < this.#limit) {
      // What is told is what is done: connections are accepted when none is sent away.
      if (shedder?.shedding === true) return
      return this.#trouble.ended('descriptors', 'Connections are accepted again')
    }
    shedder?.begin()
    const message = `${Math.min(used, this.#limit)} of ${this.#limit} files are open: no more connections can be accepted`
    const hint =
      'Raise the limit before the aggregator starts (ulimit -n 65536), and see who connects to its port.'
    const error = new ProvloomError('OPEN_FILES', message, { doing: 'accept connections', hint })
    this.#trouble.began('descriptors', error)
  }
}

/** How many ranks can be connected at once; ZeroMQ spins when it meets the limit, so that we must not. */
export function ranksMax(limit: number | undefined): number {
  return limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, limit - ownDescriptors)
}
