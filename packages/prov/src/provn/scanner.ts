import { positionAt } from '../io/position.ts'
import { excerpt, ProvError, type ProvErrorCode } from '../model/error.ts'
import { IRI_HERE, NAME_HERE, PREFIX_HERE } from './characters.ts'

const SPACE_HERE = /\s+/y
const WORD_HERE = /[A-Za-z]+/y
const TIME_HERE = /-?\d{4,}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?/y
/** What means nothing special inside a string. */
const PLAIN_HERE = /[^"\\\n\r]+/y
const INTEGER_HERE = /-?\d+/y
const LANGUAGE_HERE = /@([A-Za-z]+(?:-[A-Za-z0-9]+)*)/y

/** A name as it is written: the prefix ('' when there is none) and the unescaped local part. */
export interface WrittenName {
  readonly prefix: string
  readonly local: string
  readonly offset: number
}

/** Takes PROV-N's terminals (3.7) from a text, skipping blanks and comments before each. */
export class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Offset of what comes next. */
  here(): number {
    for (;;) {
      this.#match(SPACE_HERE)
      const mark = this.#text.slice(this.#at, this.#at + 2)
      const end = mark === '//' ? '\n' : '*/'
      if (mark !== '//' && mark !== '/*') return this.#at
      const at = this.#text.indexOf(end, this.#at + 2)
      if (at < 0 && mark === '/*') throw this.refused('syntax', this.#at, '"*/"', 'the end of the text')
      this.#at = at < 0 ? this.#text.length : at + end.length
    }
  }

  atEnd(): boolean {
    return this.here() >= this.#text.length
  }

  /** Takes `mark` when it comes next. */
  take(mark: string): boolean {
    if (!this.#text.startsWith(mark, this.here())) return false
    this.#at += mark.length
    return true
  }

  need(mark: string): void {
    if (!this.take(mark)) throw this.unexpected(JSON.stringify(mark))
  }

  /** Takes a keyword when it comes next, as a whole word: neither `documents` nor `document:x` holds `document`. */
  takeWord(word: string): boolean {
    const start = this.here()
    const name = this.name()
    if (name !== null && name.prefix === '' && name.local === word) return true
    this.#at = start
    return false
  }

  needWord(word: string): void {
    if (!this.takeWord(word)) throw this.unexpected(JSON.stringify(word))
  }

  /** A word of letters such as `used`, without taking it. */
  peekWord(): string {
    const start = this.here()
    const word = this.#match(WORD_HERE)?.[0] ?? ''
    this.#at = start
    return word
  }

  name(): WrittenName | null {
    const offset = this.here()
    const match = this.#match(NAME_HERE)
    if (match === null) return null
    const [, prefix = '', local = '', alone = ''] = match
    return { prefix, local: (prefix === '' ? alone : local).replace(/\\(.)/g, '$1'), offset }
  }

  prefix(): string {
    this.here()
    const match = this.#match(PREFIX_HERE)
    if (match === null) throw this.unexpected('a prefix')
    return match[0]
  }

  iri(): string {
    this.here()
    const match = this.#match(IRI_HERE)
    if (match === null) throw this.unexpected('a namespace between "<" and ">"')
    return match[1] ?? ''
  }

  time(): string | null {
    this.here()
    return this.#match(TIME_HERE)?.[0] ?? null
  }

  integer(): string | null {
    this.here()
    return this.#match(INTEGER_HERE)?.[0] ?? null
  }

  language(): string | null {
    this.here()
    return this.#match(LANGUAGE_HERE)?.[1] ?? null
  }

  /** A string in single or triple double quotes, unescaped. */
  string(): string | null {
    const start = this.here()
    if (!this.#text.startsWith('"', start)) return null
    const quote = this.#text.startsWith('"""', start) ? '"""' : '"'
    const from = start + quote.length
    for (this.#at = from; !this.#text.startsWith(quote, this.#at); this.#at += 1) {
      this.#match(PLAIN_HERE)
      if (this.#text.startsWith(quote, this.#at)) break
      const character = this.#text[this.#at] ?? ''
      if (character === '' || (quote === '"' && (character === '\n' || character === '\r'))) {
        throw this.refused('syntax', start, `the closing ${quote}`, this.#ahead(this.#at))
      }
      if (character === '\\') this.#at += 1
    }
    const content = this.#text.slice(from, this.#at)
    this.#at += quote.length
    return content.includes('\\') ? this.#unescaped(content, start) : content
  }

  unexpected(expected: string): ProvError {
    const at = this.here()
    return this.refused('syntax', at, expected, this.#ahead(at))
  }

  refused(code: ProvErrorCode, at: number, expected: string, found: string, hint?: string): ProvError {
    const where = positionAt(this.#text, at)
    return new ProvError({ code, where, expected, found, ...(hint === undefined ? {} : { hint }) })
  }

  #ahead(at: number): string {
    const found = this.#text.slice(at, at + 24).split('\n', 1)[0] ?? ''
    return found === '' && at >= this.#text.length ? 'the end of the text' : excerpt(found)
  }

  #unescaped(content: string, start: number): string {
    return content.replace(/\\([^])/g, (_, letter: string) => {
      const unescaped = ESCAPES[letter]
      if (unescaped !== undefined) return unescaped
      const expected = `an escape out of ${Object.keys(ESCAPES).join(' ')}`
      throw this.refused('syntax', start, expected, excerpt(`\\${letter}`))
    })
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match !== null) this.#at += match[0].length
    return match
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  t: '\t',
  b: '\b',
  n: '\n',
  r: '\r',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
}
