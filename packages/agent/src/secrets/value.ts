import { isJumble, isSecret, partsOf, scheme, toFill } from './judge.ts'
import { addAll, endAt, matchAt } from './match.ts'
import type { Span } from './match.ts'
import { levelOf } from './names.ts'
import { closeOf } from './quotes.ts'
import type { Kind } from './texts.ts'
import type { Steps } from './steps.ts'
import type { Level } from './table.ts'
import { addListBelow, addBlockBelow, blockMark } from './below.ts'
import { addElements, closingBracket, singleBrace } from './bracket.ts'

const plain = /[^\t-\r "'\\,;&|()[\]{}<>`#]+/y
const prefix = /(?:[rbfuRBFU]{1,2}|\$)(?=["'])/y
const blank = /[ \t\r]+/y
/** Behind a comma or bracket: here the value has ended. */
const ended = /[ \t\r]|$|\n|["'`)\]},;]|[\w.$-]{1,64}["']?[ \t]{0,8}[=:]/y
/** Behind blanks, in a value that may have blanks: a comment or another name. */
const nextName =
  /[ \t\r]*(?:$|\n|#|\/\/|[)\]}]+[ \t\r]*(?:[,;\n]|$)|[\w.$-]{1,64}["']?[ \t]{0,8}(?:=|:(?!\/\/)))/y
/** The same in a header, whose value has names, quotes and commas of its own. */
const nextHeader = /[ \t\r]*(?:$|\n|[A-Za-z][\w-]{0,64}["']?:[ \t])/y
/** What code reads a value from: a call, an element, an attribute that has the name of a secret. */
const call = /^(?:new[ \t]+[A-Za-z_$]|(?:await[ \t]+)?([A-Za-z_$][\w.]*)[([])/
/** Before a name in code: a line begins, an argument, an element. */
const codeBefore =
  /(?:^|\n|[(,{[;&|?])[ \t+-]*(?:(?:const|let|var|return|export|static|private|readonly)[ \t]+)*$/
const identifier = /^[A-Za-z_]\w*$/
const attribute = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/
const method = /\.[A-Za-z_]\w*\(|[+*%)]/y
const reference = /\{{1,2}[^{}\n"']{0,128}\}{1,2}/y
const lineStart = /^[ \t+-]*(?:-[ \t]+)?["']?$/
const noSecret = /^[\t-\r \d.,+*eE-]*$/
const backslashRun = /\\*/y
/** Before a name in a list without blanks (a=1,name=, ?a=1&name=), and in a connection string (User ID=u; name=). */
const inList = /^[^\t-\r ]*([,;&?#:/])$/
const inConnection = /(?:^|;)[ \t]*[\w.-]+(?: [\w.-]+){0,3}[ \t]?=[^;]*;[ \t]*$/
const inWords = /^(?:[a-z_]{2,24}=[^ ]* +)+$/
/** Behind a mark in such a list: the next name, or the end. */
const nextListed = /[ \t]*(?:$|[\w.$-]{1,64}(?: [\w.-]{1,32}){0,3}=)/y
const closed = /[)\]}"']*$/y
const connected = /[^;"'\n]{0,1024};[ \t]*(?=$|[\n"']|[\w.-]+(?: [\w.-]+){0,3}[ \t]?=)/y
const near = 1_024
const far = 65_536
const judged = 4_096

/** Whether code makes a value there, or takes it out of something. `name`: where the name begins, nothing for "name". */
export function isCall(text: string, at: number, limit: number, name: number | undefined): boolean {
  const found = call.exec(text.slice(at, Math.min(limit, at + 256)))
  if (found === null || isJumble(found[1] ?? '')) return false
  return name === undefined || codeBefore.test(text.slice(Math.max(0, name - 64), name))
}

/** What is known of a value before it is read. */
export interface ValuePlace {
  readonly level: Level
  readonly at: number
  readonly limit: number
  readonly kind: Kind
  /** What stands between name and value, blanks and all. */
  readonly mark: string
  /** Where the name begins and ends, when it has no quotes. */
  readonly name?: Span | undefined
  readonly inUrl?: boolean
}

/** Adds what is secret in the value behind a name; returns how far it came. */
export const readValue = (steps: Steps, text: string, place: ValuePlace, spans: Span[]): number =>
  new Value(steps, text, place).read(spans)

/** The value behind a name: how far it goes in the text that it stands in. */
class Value {
  readonly #steps: Steps
  readonly #text: string
  /** The text up to the end of the line. */
  readonly #view: string
  readonly #place: ValuePlace
  readonly #mark: string
  readonly #hasBlanks: boolean
  /** The mark between the values of a list, whose values may have blanks and all else. */
  readonly #listMark: string | undefined
  /** The runs of the value, each in its own quotes or in none. */
  #runs: Span[] = []

  constructor(steps: Steps, text: string, place: ValuePlace) {
    this.#steps = steps
    this.#text = text
    this.#view = text.slice(0, place.limit)
    this.#place = place
    this.#mark = place.mark.trim()
    const before =
      place.name === undefined ? '' : text.slice(Math.max(0, place.name[0] - near), place.name[0])
    this.#listMark = this.#mark === '<' ? '<' : this.#mark === '=' ? this.#markOfList(before) : undefined
    this.#hasBlanks = place.inUrl !== true && this.#mayHaveBlanks(before)
  }

  /** A value that goes to the end of its line: of a header, in YAML and ini files; in YAML's braces to the next name. */
  #mayHaveBlanks(near: string): boolean {
    const { level, name, mark, kind } = this.#place
    if (level === 'header') return true
    if (name === undefined) return false
    const before = near.slice(near.lastIndexOf('\n') + 1)
    if (kind === 'argument' && this.#mark === '=' && inWords.test(before)) return true
    if (!lineStart.test(before))
      return this.#mark === ':' && before.lastIndexOf('{') > before.lastIndexOf('}')
    if (/[ \t]$/.test(mark)) return true
    return this.#mark === '=' && kind === 'text' && /[a-z]/.test(this.#text[name[0]]!)
  }

  /** The mark of the list that the name stands in, when nothing but it ends the value. */
  #markOfList(before: string): string | undefined {
    const { kind, at, inUrl } = this.#place
    const line = before.slice(before.lastIndexOf('\n') + 1)
    const isConnection = inUrl !== true && line.includes(';') && inConnection.test(line)
    if (kind === 'argument') return isConnection ? ';' : inList.exec(line)?.[1]
    return kind === 'text' && isConnection && endAt(connected, this.#view, at) >= 0 ? ';' : undefined
  }

  read(spans: Span[]): number {
    const { kind, name, limit } = this.#place
    const start = endAt(prefix, this.#view, this.#place.at)
    let at = start < 0 ? this.#place.at : start
    if (at >= limit || (this.#mark === ':' && endAt(blockMark, this.#text, at) >= 0))
      return this.#below(at, spans)
    const char = this.#text[at]!
    if ('[{('.includes(char)) return this.#bracketed(at, spans)
    if (kind === 'text' && isCall(this.#text, at, limit, name?.[0])) return at
    if ('"\'\\'.includes(char) || (char === '`' && kind !== 'shell')) {
      const end = this.#quoted(at)
      if (end !== undefined) {
        at = end
        if (kind === 'text' && (this.#mark !== '=' || endAt(method, this.#view, at) >= 0))
          return this.#told(at, spans)
      }
    }
    return this.#told(this.#rest(at), spans)
  }

  #said(): string {
    return this.#runs
      .map(([start, end]) => this.#text.slice(start, end))
      .join('')
      .slice(0, judged)
  }

  /** Judges the value; one that is shown is read again for what is inside of it. */
  #told(end: number, spans: Span[]): number {
    const { level, kind, limit } = this.#place
    const last = this.#runs.at(-1)
    if (kind === 'text' && last?.[1] === end && end === limit && this.#text[end - 1] === ':')
      // if password == x:
      this.#runs[this.#runs.length - 1] = [last[0], end - 1]
    const value = this.#said()
    const first = this.#runs[0]
    if (level === 'header' && first !== undefined) return this.#toldHeader(first, end, spans)
    if (level === 'pair' && first !== undefined && this.#runs.length === 1) {
      const found = partsOf('pair', value)
      for (const [start, stop] of found) spans.push([first[0] + start, first[0] + stop])
      return found.length > 0 ? end : this.#again(end)
    }
    if (this.#refers(value) || !isSecret(level, value)) return this.#again(end)
    addAll(spans, this.#runs)
    return end
  }

  /** Code that hands a secret on: token=token, password=args.password. */
  #refers(value: string): boolean {
    const { kind, name } = this.#place
    if (kind !== 'text' || this.#runs.length !== 1) return false
    const isNamed =
      name !== undefined && this.#text.slice(0, name[1]).endsWith(value) && identifier.test(value)
    return (
      isNamed || (attribute.test(value) && levelOf(value.slice(value.lastIndexOf('.') + 1)) !== undefined)
    )
  }

  #toldHeader(first: Span, end: number, spans: Span[]): number {
    const start = endAt(scheme, this.#text.slice(0, first[1]), first[0])
    this.#runs[0] = [start < 0 ? first[0] : start, first[1]]
    const rest = this.#said()
    if (!toFill.test(rest) && isSecret('sure', rest)) addAll(spans, this.#runs)
    return end
  }

  /** Nothing was masked: what was read is read again, which costs. */
  #again(end: number): number {
    this.#steps.areSpent(Math.floor((end - this.#place.at) / 32))
    return this.#place.at
  }

  /** Reads a quoted run; returns the place behind it, nothing when there is none. */
  #quoted(at: number): number | undefined {
    const quote = endAt(backslashRun, this.#view, at)
    const [depth, mark] = [quote - at, this.#view[quote]]
    if (mark === '`') return this.#template(quote)
    if (mark !== '"' && mark !== "'") return undefined
    const isTriple = depth === 0 && this.#text.startsWith(mark.repeat(3), quote)
    const opened = quote + (isTriple ? 3 : 1)
    let close = closeOf(this.#steps, this.#view, opened, mark, depth)
    if (close === undefined && this.#runs.length === 0) {
      // A private key has many lines.
      const { limit } = this.#place
      close = closeOf(this.#steps, this.#text.slice(0, opened + far), opened, mark, depth) ?? [limit, limit]
    }
    if (close === undefined) return undefined
    this.#runs.push([opened, close[0]])
    const after = isTriple && this.#text.startsWith(mark.repeat(2), close[1]) ? close[1] + 2 : close[1]
    return Math.max(after, opened)
  }

  /** What JavaScript has in backquotes, unless it is another name; a shell has a command there, which tells one too. */
  #template(quote: number): number | undefined {
    const close = closeOf(this.#steps, this.#text.slice(0, quote + near), quote + 1, '`')
    if (close === undefined || this.#runs.length > 0) return undefined
    if (!toFill.test(this.#text.slice(quote + 1, close[0]))) this.#runs.push([quote + 1, close[0]])
    return close[1]
  }

  /** Reads on until the value ends; returns where. */
  #rest(start: number): number {
    const { limit, level } = this.#place
    let at = start
    while (at < limit) {
      if (this.#steps.areSpent()) {
        this.#runs.push([at, this.#text.length])
        return this.#text.length
      }
      const end = endAt(plain, this.#view, at)
      const char = this.#view[at]!
      if (end >= 0) at = this.#plain(at, end)
      else if (char === '"' || char === "'")
        at =
          (level === 'header' || this.#listMark === '<' ? undefined : this.#quotedWithin(at, char)) ??
          this.#plain(at, at + 1)
      else {
        const behind = this.#markEnd(at, char)
        if (behind === at) break
        at = this.#plain(at, behind)
      }
    }
    return at
  }

  /** A quote in the middle of a value, as a shell has them: ab"c d"ef. */
  #quotedWithin(at: number, quote: string): number | undefined {
    const close = closeOf(this.#steps, this.#view, at + 1, quote)
    if (close === undefined || this.#place.inUrl === true) return undefined
    this.#runs.push([at + 1, close[0]])
    return close[1]
  }

  #plain(start: number, end: number): number {
    const last = this.#runs.at(-1)
    if (last?.[1] === start) this.#runs[this.#runs.length - 1] = [last[0], end]
    else this.#runs.push([start, end])
    return end
  }

  /** The place behind a mark or blanks that belong to the value; the place itself when the value ends here. */
  #markEnd(at: number, char: string): number {
    const [view, { limit, inUrl = false, level }] = [this.#view, this.#place]
    if (this.#listMark !== undefined) return this.#markEndInList(at, char, this.#listMark)
    const next = level === 'header' ? nextHeader : nextName
    const fits = (pattern: RegExp, place: number): boolean => endAt(pattern, view, place) >= 0
    if (char === '\\') return this.#text[at + 1] === '\n' ? at : Math.min(at + 2, limit)
    if (/[\t-\r ]/.test(char)) return !this.#hasBlanks || fits(next, at) ? at : endAt(blank, view, at)
    switch (char) {
      case ';':
      case ',':
        if (char === ';' && !this.#hasBlanks) return at
        return fits(this.#hasBlanks ? next : ended, at + 1) ? at : at + 1
      case ')':
      case ']':
      case '}':
        return fits(ended, at + 1) || '&|:'.includes(this.#text[at + 1] ?? ' ') ? at : at + 1
      case '&':
        return inUrl || this.#text[at + 1] === '&' ? at : at + 1
      case '#':
        return inUrl ? at : at + 1
      case '|':
        return this.#text[at + 1] === '|' ? at : at + 1
      case '`':
        return at
      case '{':
        if (this.#text[at - 1] === '$' && fits(reference, at)) return endAt(reference, view, at)
        return at + 1
      default:
        return at + 1
    }
  }

  #markEndInList(at: number, char: string, mark: string): number {
    const [view, { limit, inUrl = false }] = [this.#view, this.#place]
    const fits = (pattern: RegExp): boolean => endAt(pattern, view, at + 1) >= 0
    if (mark === '<') return char === '<' ? at : at + 1
    if (char === '\\') return Math.min(at + 2, limit)
    if (char === ';' || (char === '&' && (inUrl || mark === '&')) || (char === '#' && inUrl)) return at
    if (char === ',' && mark !== ';') return fits(nextListed) ? at : at + 1
    return ')]}'.includes(char) && fits(closed) ? at : at + 1
  }

  /** A list, an object, or what ODBC puts in braces. */
  #bracketed(at: number, spans: Span[]): number {
    const { level, kind, limit } = this.#place
    const text = this.#text
    let end = closingBracket(this.#steps, text, at, this.#place.at, limit)
    if (
      kind === 'text' ||
      this.#mark === ':' ||
      level === 'perhaps' ||
      level === 'pair' ||
      level === 'number'
    ) {
      const hasWords = text[at] !== '(' && this.#mark === ':'
      addElements(this.#steps, text, [at + 1, end], level, hasWords, spans)
      return this.#again(end)
    }
    if (this.#mark === '=' && text[at] === '{' && !',; '.includes(text[end + 1] ?? ','))
      end = Math.max(end, singleBrace(this.#steps, this.#view, at + 1))
    const inner = text.slice(at + 1, end)
    if (noSecret.test(inner) || !isSecret('sure', inner)) return this.#again(at + 1)
    const behind = Math.min(end + 1, text.length)
    const after = this.#mark === '=' ? this.#rest(behind) : behind
    spans.push(after === behind ? [at + 1, end] : [at, after])
    return after
  }

  /** YAML's lists and blocks: the value stands on the lines below. */
  #below(at: number, spans: Span[]): number {
    const { level } = this.#place
    if (this.#mark !== ':' || level === 'header') return at
    const block = matchAt(blockMark, this.#text, at)
    if (block === undefined) return this.#again(addListBelow(this.#steps, this.#text, at, level, spans))
    return addBlockBelow(this.#steps, this.#text, at, at + block[0].length, spans)
  }
}
