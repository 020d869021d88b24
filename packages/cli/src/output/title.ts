import { onTerminal, printable, write } from '@provloom/shared'

const standardError = 2
const remember = '\u001B[22;2t'
const forget = '\u001B[23;2t'
/** Terminals that would show the words instead. */
const plain = /^(?:dumb|linux|vt\d+.*|cons\d+.*|unknown)?$/

/** The title of the terminal that standard error is (xterm: OSC 2), where it is one that has a title. */
export class Title {
  readonly possible: boolean = onTerminal() && !plain.test(process.env['TERM'] ?? '')
  #shown: string | undefined

  show(text: string): void {
    if (!this.possible || text === this.#shown) return
    const first = this.#shown === undefined
    this.#shown = text
    this.#set(text, first ? remember : '', '')
  }

  /** Back to what it was; a terminal that cannot remember gets an empty one. */
  end(): void {
    if (this.#shown !== undefined) this.#set('', '', forget)
    this.#shown = undefined
  }

  #set(text: string, before: string, after: string): void {
    write(standardError, `${before}\u001B]2;${printable(text)}\u0007${after}`)
  }
}
