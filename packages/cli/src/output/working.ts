import { onTerminal, printable, write } from '@provloom/shared'

const standardError = 2
/** What is done to so many records of a document takes a second or more. */
export const MANY_RECORDS = 20_000
/** What is done before that is told by its end alone. */
const beginMs = 500
/** Rewritten so often, at most. */
const everyMs = 100
/** Where no terminal is, a line so often. */
const lineEveryMs = 60_000

/**
 * How far a command of ours is that takes long: one line on standard error that is rewritten, and gone when it is done. Only
 * for commands that start no worker: nobody else writes there. Where no terminal is a line each minute.
 */
export class Working {
  readonly #terminal: boolean
  readonly #now: () => number
  readonly #put: (text: string) => void
  readonly #beganMs: number
  #saidMs: number
  #isShown = false
  #timer: NodeJS.Timeout | undefined

  constructor(
    terminal: boolean = onTerminal(),
    now: () => number = () => performance.now(),
    put: (text: string) => void = (text) => {
      write(standardError, text)
    },
  ) {
    this.#terminal = terminal
    this.#now = now
    this.#put = put
    this.#beganMs = this.#saidMs = now()
  }

  /** @param words how far it is: asked for only when it is said */
  show(words: () => string): void {
    const now = this.#now()
    if (now - this.#beganMs < beginMs) return
    if (now - this.#saidMs >= (this.#terminal ? everyMs : lineEveryMs)) this.#say(words, now)
  }

  /** Work begins that tells nothing until it is done; it is said now where it is known to take long. */
  phase(words: () => string, isLong: boolean): void {
    const now = this.#now()
    if (this.#terminal && (isLong || now - this.#beganMs >= beginMs)) this.#say(words, now)
  }

  /** Shows it again and again, until it is cleared for good. */
  follow(words: () => string): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => this.show(words), everyMs)
    this.#timer.unref()
  }

  end(): void {
    clearInterval(this.#timer)
    this.clear()
  }

  #say(words: () => string, now: number): void {
    this.#saidMs = now
    const text = `provloom: ${printable(words())}`
    this.#put(this.#terminal ? `\r${clipped(text)}\u001B[K` : `${text}\n`)
    this.#isShown = this.#terminal
  }

  /** Nothing of it is left on the terminal: before a line that stays. */
  clear(): void {
    if (this.#isShown) this.#put('\r\u001B[K')
    this.#isShown = false
  }
}

/** A line that is broken could not be rewritten. */
function clipped(text: string): string {
  const places = Array.from(text)
  const width = (process.stderr.columns || 80) - 1
  return places.length <= width ? text : `${places.slice(0, width - 1).join('')}…`
}
