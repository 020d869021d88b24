import { joined, matchAt } from './match.ts'
import type { Span } from './match.ts'
import { Places, closeOf, readQuoted, readShellQuoted } from './quotes.ts'
import type { Close } from './quotes.ts'
import type { Steps } from './steps.ts'

const unit =
  /([ \t\r]+|\\\r?\n)|([\n;&|()`])|(<<<|<<-?|[<>]&?)|(["']|\$["'(])|(\\.)|[^\t-\r "'\\$;&|()<>`]+|./sy
const parenthesis = /[()"'\\]/g
/** Around a quoted text in code and JSON: the name and mark before it, the mark behind it. */
const leads = /(?:^|[=:,([{<\t-\r ])[rbfuRBFU]{0,2}$/
const trails = ',;:)]}.=>'

interface Run {
  readonly places: Places
  readonly isPlain: boolean
}

/** One word: the runs of it, each of them together in the source, in its own quotes or in none. */
export class Word {
  readonly #runs: Run[] = []

  /** Where to add: text outside of quotes goes with text outside of quotes. */
  run(isPlain: boolean): Places {
    const last = this.#runs.at(-1)
    if (last !== undefined && isPlain && last.isPlain) return last.places
    const places = new Places()
    this.#runs.push({ places, isPlain })
    return places
  }

  get text(): string {
    return this.#runs.map(({ places }) => places.text).join('')
  }

  /** Whether it was put together of parts, as only shells do: ab"c d"ef, 'it'\''s'. */
  get isJoined(): boolean {
    let before: { readonly text: string; readonly isPlain: boolean } | undefined
    for (const { places, isPlain } of this.#runs) {
      const text = places.text
      if (isPlain && places.sourceOf(text.length) - places.sourceOf(0) !== text.length) return true
      if (before !== undefined) {
        const isCode = before.isPlain
          ? leads.test(before.text)
          : isPlain && (text === '' || trails.includes(text[0]!))
        if (!isCode) return true
      }
      before = { text, isPlain }
    }
    return false
  }

  /** The parts of the word in the source: each run's share for itself, so that quotes stay. */
  spansOf(secrets: readonly Span[]): Span[] {
    if (secrets.length === 0) return []
    const [spans, parts]: [Span[], Span[]] = [[], joined(secrets)]
    let [begin, at] = [0, 0]
    for (const { places } of this.#runs) {
      const end = begin + places.length
      for (; at < parts.length && parts[at]![0] < end; at += 1) {
        const [start, stop] = parts[at]!
        const [low, high] = [Math.max(start, begin), Math.min(stop, end)]
        if (low < high) spans.push([places.sourceOf(low - begin), places.sourceOf(high - begin)])
        if (stop > end) break
      }
      begin = end
    }
    return spans
  }
}

/** One command: its words, and those that are its input (<<<). */
export interface Line {
  readonly start: number
  readonly isPiped: boolean
  readonly words: Word[]
  readonly given: Word[]
}

const lineAt = (start: number, isPiped: boolean): Line => ({ start, isPiped, words: [], given: [] })

/** Words that begin between the first two are read, at most to the third. */
export type Bounds = readonly [start: number, stop: number, limit: number]

/** A text of its own in a shell string: a command in a command, or the lines given to one. */
export interface Inner {
  readonly start: number
  readonly end: number
  readonly kind: 'shell' | 'text' | 'secret'
}

/** Reads a shell string into commands. */
export class Reader {
  readonly inner: Inner[] = []
  /** Whether the lines given to the commands since the last end of a line are a secret. */
  documentsAreSecret = false
  readonly #steps: Steps
  readonly #text: string
  readonly #isExact: boolean
  readonly #stop: number
  #at: number
  #line: Line
  #word: Word | undefined
  #redirect: string | undefined
  #ends: string[] = []

  constructor(steps: Steps, text: string, bounds: Bounds, isExact: boolean) {
    this.#steps = steps
    this.#text = text.slice(0, bounds[2])
    this.#isExact = isExact
    this.#stop = bounds[1]
    this.#at = bounds[0]
    this.#line = lineAt(this.#at, false)
  }

  /** One command after the other; the last one is cut short when the steps are spent. */
  *lines(): Generator<Line> {
    while (this.#at < this.#text.length && !this.#steps.areSpent(3)) {
      const found = matchAt(unit, this.#text, this.#at)!
      const [all, blank, ends, redirect] = found
      const isArray = ends === '(' && this.#word !== undefined && this.#word.text.endsWith('=')
      if (isArray || (blank === undefined && ends === undefined && redirect === undefined)) {
        if (this.#word === undefined) {
          if (this.#at >= this.#stop) break
          this.#word = new Word()
        }
        this.#part(found)
        continue
      }
      this.#endWord()
      this.#redirect = redirect ?? (blank === undefined ? undefined : this.#redirect)
      if (ends === '`') {
        this.#quotedCommand()
        continue
      }
      this.#at += all.length
      if (ends !== undefined) {
        if (this.#line.words.length > 0) yield this.#line
        this.#line = lineAt(this.#at, ends === '|')
        if (ends === '\n') this.#documents()
      }
      if (this.#at >= this.#stop && ends !== '|') break
    }
    this.#endWord()
    if (this.#line.words.length > 0 || this.#steps.areSpent(0)) yield this.#line
  }

  #endWord(): void {
    const word = this.#word
    this.#word = undefined
    if (word === undefined) return
    if (this.#redirect === '<<' || this.#redirect === '<<-') this.#ends.push(word.text)
    if (this.#redirect === '<<<') this.#line.given.push(word)
    else this.#line.words.push(word)
    this.#redirect = undefined
  }

  /** What stands in the lines up to EOF, or whatever was named so. */
  #documents(): void {
    for (const name of this.#ends) {
      const start = this.#at
      while (this.#at < this.#text.length && !this.#steps.areSpent()) {
        const end = this.#text.indexOf('\n', this.#at)
        const line = end < 0 ? this.#text.length : end
        if (this.#text.slice(this.#at, line).replaceAll(/^[\t\r]+|[\t\r]+$/g, '') === name) break
        this.#at = Math.min(line + 1, this.#text.length)
      }
      this.inner.push({ start, end: this.#at, kind: this.documentsAreSecret ? 'secret' : 'text' })
    }
    this.#ends = []
    this.documentsAreSecret = false
  }

  #quotedCommand(): void {
    const close = this.#text.indexOf('`', this.#at + 1)
    if (close >= 0) this.inner.push({ start: this.#at + 1, end: close, kind: 'shell' })
    this.#at = close < 0 ? this.#at + 1 : close + 1
  }

  /** Adds one part of a word, in quotes or not. */
  #part(found: RegExpExecArray): void {
    const [all, , ends, , quote, escape] = found
    const opened = this.#at + all.length
    if (ends !== undefined || quote === '$(') {
      const close = this.#closingParenthesis(opened)
      if (close > 0) {
        if (quote !== undefined) this.inner.push({ start: opened, end: close, kind: 'shell' })
        return this.#add(this.#text.slice(this.#at, close + 1), close + 1)
      }
    } else if (quote !== undefined) {
      const close = this.#close(opened, quote)
      if (close !== undefined) {
        this.#quoted(opened, close[0], quote)
        this.#at = close[1]
        return undefined
      }
    } else {
      return this.#add(escape === undefined ? all : escape.slice(1), opened)
    }
    return this.#add(this.#text[this.#at]!, this.#at + 1)
  }

  #add(said: string, end: number): void {
    const run = this.#word!.run(true)
    run.add(said, this.#at)
    run.add('', end)
    this.#at = end
  }

  #close(opened: number, quote: string): Close | undefined {
    if (quote !== "'") return closeOf(this.#steps, this.#text, opened, quote.at(-1)!)
    const end = this.#text.indexOf("'", opened)
    if (end > opened && this.#text[end - 1] === '\\' && !this.#isExact) {
      const before = this.#text.slice(Math.max(0, opened - 4), opened - 1)
      // Most likely not a shell's, in which this would be the end.
      const close = leads.test(before) ? closeOf(this.#steps, this.#text, opened, "'") : undefined
      if (close !== undefined) return close
    }
    return end < 0 ? undefined : [end, end + 1]
  }

  #quoted(start: number, end: number, quote: string): void {
    const run = this.#word!.run(false)
    if (quote === "'") {
      run.add(this.#text.slice(start, end), start)
      run.add('', end)
    } else if (quote === "$'") readQuoted(this.#steps, this.#text, start, end, run)
    else readShellQuoted(this.#steps, this.#text, start, end, run)
  }

  #closingParenthesis(start: number): number {
    let [at, open] = [start, 1]
    while (!this.#steps.areSpent()) {
      parenthesis.lastIndex = at
      const found = parenthesis.exec(this.#text)
      if (found === null) break
      const char = found[0]
      at = found.index + 1
      if (char === '\\') at += 1
      else if (char === '"') at = this.#close(at, char)?.[1] ?? at
      else if (char === "'") at = this.#close(at, this.#text[at - 2] === '$' ? "$'" : char)?.[1] ?? at
      else open += char === '(' ? 1 : -1
      if (open === 0) return found.index
    }
    return -1
  }
}
