import { counted } from './quantity.ts'
import { styleFor } from './style.ts'

/** How far a run is. */
export interface ProgressFacts {
  readonly ranks: number
  readonly ranksExpected?: number
  readonly events: number
  readonly flushes: number
}

const TERMINAL_INTERVAL_MS = 500
const LOG_INTERVAL_MS = 30_000

/**
 * One line on a terminal that is written over; a line now and then elsewhere. On standard error, so that a worker's
 * output stays what it was.
 */
export class Progress {
  readonly #stream: NodeJS.WriteStream
  #shownAt = Number.NEGATIVE_INFINITY
  #standing = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show(facts: ProgressFacts, nowMs: number): void {
    const interval = this.#stream.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS
    if (nowMs - this.#shownAt < interval) return
    this.#shownAt = nowMs
    const of = facts.ranksExpected === undefined ? '' : ` of ${facts.ranksExpected}`
    const text = `provloom: ${facts.ranks}${of} ${facts.ranks === 1 && of === '' ? 'rank' : 'ranks'}, ${counted(facts.events, 'event')}, graph saved ${facts.flushes === 1 ? 'once' : `${facts.flushes} times`}`
    if (!this.#stream.isTTY) {
      this.#stream.write(`${text}\n`)
      return
    }
    this.#stream.write(`\r\u001B[K${styleFor(this.#stream).dim(text)}`)
    this.#standing = true
  }

  /** Clears the line, so that what comes next stands alone. */
  clear(): void {
    if (this.#standing) this.#stream.write('\r\u001B[K')
    this.#standing = false
  }
}
