import { Command } from './command.ts'
import { endAt, matchAt, searchFrom } from './match.ts'
import type { Span } from './match.ts'
import { levelOf } from './names.ts'
import { Places, backslashes, closeOf, readQuoted } from './quotes.ts'
import { isWordCharacter, lineEnd, nameAround } from './regions.ts'
import type { Kind, Texts } from './texts.ts'
import type { Bounds } from './shell.ts'
import { hints } from './table.ts'
import type { Level } from './table.ts'
import { readValue } from './value.ts'
import type { ValuePlace } from './value.ts'

/** Quotes and names, searched for in the text in small letters. */
const event = new RegExp(String.raw`["'\x60]|${hints.join('|')}`, 'g')
const keyText = /^[\w .:/@$[\]-]{1,128}$/
const separator = /[ \t]{0,16}(?:=>|(?<=[ \t])->|:=|[!+=]?=+|:(?!:|\/\/))[ \t]{0,16}/y
const keySeparator = /[ \t]{0,16}\]?[ \t]{0,16}(?:=>|:=|[!+=]?=+|:(?!:))[ \t]{0,16}/y
const nextString = /[ \t]{0,16},[ \t]{0,16}(?=[rbfuRBFU]{0,2}\\{0,15}["'])/y
const listEnd = /[ \t]{0,16}\]/y
const callEnd = /[ \t]{0,16},?[ \t]{0,16}\)/y
/** A call that sets something; names that mean nothing else. */
const setting = /(?:set|put|add|store|save|write|update|insert|define|register|replace|change)\w{0,32}$/i
const strong = /pass|secret|api/i
const callReach = 224
/** An escape that single quotes have only in a shell, where it is none of theirs. */
const shellQuoted = /(?<!\\)(?:\\\\)*\\"/
const nextListed = /[ \t\r]{0,64},[ \t\r]{0,64}\n[ \t\r+]{0,256}\\{0,15}(?=["'])/y
const between = /^[\t-\r ,]{0,256}$/
/** In code a type stands between a name and its value. */
const typeName =
  /(?:str|string|String|int|number|bool|boolean|bytes|Any|any|object|Optional|Union|List|list|None)(?:\[[\w., |[\]"']{0,64}\])?(?:[ \t]?\|[ \t]?\w{1,32})?(?:([ \t]?=[ \t]?)(?!=)|(?=[ \t\r]*(?:[,);\n]|$)))/y
const spacedString = /[ \t]{1,16}(?=["'])/y
const urlReach = 2_048

/** Names with values, and quoted texts; returns how far it came. */
export function readPairs(
  scan: Texts,
  text: string,
  small: string,
  bounds: Bounds,
  kind: Kind,
  depth: number,
  spans: Span[],
): number {
  return new Pairs(scan, text, kind, depth, spans).read(small, bounds)
}

class Pairs {
  readonly #scan: Texts
  readonly #text: string
  readonly #kind: Kind
  readonly #depth: number
  readonly #spans: Span[]
  /** The texts of a list, read as the words of a command: ["curl", "-u", "user:password"]. */
  #listed: Command | undefined
  #listedEnd = 0

  constructor(scan: Texts, text: string, kind: Kind, depth: number, spans: Span[]) {
    this.#scan = scan
    this.#text = text
    this.#kind = kind
    this.#depth = depth
    this.#spans = spans
  }

  read(small: string, [start, stop, limit]: Bounds): number {
    const searched = small.slice(0, Math.min(limit, stop + 16))
    let at = start
    while (true) {
      const found = searchFrom(event, searched, at)
      if (found === undefined || found.index >= stop) {
        at = Math.max(at, stop)
        const quote = this.#followingQuote()
        if (quote === undefined) return at
        at = this.#quoted(quote, this.#listedEnd, lineEnd(this.#text, quote))
        continue
      }
      if (this.#scan.steps.areSpent(4)) {
        this.#spans.push([found.index, this.#text.length])
        return this.#text.length
      }
      const end = found.index + found[0].length
      if (found[0] === '`') at = end
      else if (found[0] === '"' || found[0] === "'") at = this.#quoted(found.index, at, limit)
      else at = this.#named(found.index, end, at, limit)
    }
  }

  /** The quote of the next text of a list that goes on in the next line, when the last one is a secret's option. */
  #followingQuote(): number | undefined {
    if (this.#listed?.awaitsSecret !== true || this.#scan.steps.areSpent()) return undefined
    const end = endAt(nextListed, this.#text, this.#listedEnd)
    return end < 0 ? undefined : end
  }

  #quoted(quote: number, low: number, limit: number): number {
    const text = this.#text
    const mark = text[quote]!
    const behind = backslashes(text, quote, low)
    const isInWord = mark === "'" && behind === 0 && quote > 0 && isWordCharacter(text[quote - 1]!)
    if (isInWord && !isPrefix(text, quote)) return quote + 1
    const opened = quote + (behind === 0 && text.startsWith(mark.repeat(3), quote) ? 3 : 1)
    const view = text.slice(0, limit)
    const close = closeOf(this.#scan.steps, view, opened, mark, behind)
    if (close === undefined) return opened
    const [end, after] = close
    const content = text.slice(opened, end)
    const level = keyText.test(content) ? levelOf(content) : undefined
    if (level !== undefined) {
      const before = text.slice(Math.max(0, quote - behind - 16), quote - behind)
      const isCalled =
        /\([\t\n\r ]*$/.test(before) ||
        (/\[[\t\n\r ]*$/.test(before) && this.#isPair(after, limit, listEnd)) ||
        (/,[\t\n\r ]*$/.test(before) && this.#isSet(content, quote - behind, after, limit))
      const found =
        matchAt(keySeparator, view, after) ?? (isCalled ? matchAt(nextString, view, after) : undefined)
      if (found !== undefined) {
        const place = { level, at: after + found[0].length, limit, kind: this.#kind, mark: found[0].trim() }
        return readValue(this.#scan.steps, text, place, this.#spans)
      }
    }
    if (end > opened) this.#content(opened, end, quote - behind, after, mark, behind)
    return Math.max(after, opened)
  }

  /** Whether a call sets a name to the text that is its last word: setattr(config, "password", "x"). */
  #isSet(name: string, before: number, after: number, limit: number): boolean {
    const near = this.#text.slice(Math.max(0, before - callReach), before)
    const open = near.lastIndexOf('(')
    if (open < 1 || near.includes(')', open)) return false
    const isCall = isWordCharacter(near[open - 1]!) && strong.test(name)
    if (!isCall && !setting.test(near.slice(0, open))) return false
    return this.#isPair(after, limit, callEnd)
  }

  /** Whether one more text ends the list: ["password", "x"]. */
  #isPair(after: number, limit: number, ending: RegExp): boolean {
    const view = this.#text.slice(0, limit)
    const begin = endAt(nextString, view, after)
    if (begin < 0) return false
    const quote = begin + view.slice(begin, begin + 32).search(/["']/)
    const close = closeOf(this.#scan.steps, view, quote + 1, view[quote]!, backslashes(view, quote, begin))
    return close !== undefined && endAt(ending, view, close[1]) >= 0
  }

  /** A quoted text that is no name: one more word of the list of texts that it stands in. */
  #content(start: number, end: number, before: number, after: number, mark: string, behind: number): void {
    const places = new Places()
    const content = this.#text.slice(start, end)
    if (behind > 0 || (mark === "'" && shellQuoted.test(content))) {
      places.add(content, start)
      places.add('', end)
    } else readQuoted(this.#scan.steps, this.#text, start, end, places)
    if (this.#listed === undefined || !between.test(this.#text.slice(this.#listedEnd, before)))
      this.#listed = new Command(this.#scan, this.#depth + 1)
    this.#listedEnd = after
    for (const [low, high] of this.#listed.feed(places.text))
      this.#spans.push([places.sourceOf(low), places.sourceOf(high)])
  }

  #named(hint: number, hintEnd: number, low: number, limit: number): number {
    const text = this.#text
    const view = text.slice(0, limit)
    const [start, nameEnd] = nameAround(text, hint, hintEnd, low)
    const end = Math.min(nameEnd, limit)
    const before = start > 0 ? text[start - 1]! : ' '
    const inUrl = '?&#'.includes(before) && isInUrl(text, start)
    const level = levelOf(text.slice(start, end), inUrl)
    if (level === undefined) return end
    const common: { level: Level } & Pick<ValuePlace, 'limit' | 'kind' | 'inUrl'> = {
      level,
      limit,
      kind: this.#kind,
      inUrl,
    }
    if (before === '<' && text[end] === '>')
      return readValue(this.#scan.steps, text, { ...common, at: end + 1, mark: '<' }, this.#spans)
    const found = matchAt(separator, view, end)
    if (found === undefined) return this.#spaced(start, end, limit, level)
    let [at, mark] = [end + found[0].length, found[0]]
    const isArrow = mark.trim() === '->'
    if (isArrow && !strong.test(text.slice(start, end))) common.level = 'perhaps'
    const typed = mark.trim() === ':' || isArrow ? matchAt(typeName, view, at) : undefined
    if (typed !== undefined) {
      at += typed[0].length
      mark = '= '
      if (typed[1] === undefined) return at
    }
    return readValue(this.#scan.steps, text, { ...common, at, mark, name: [start, end] }, this.#spans)
  }

  /** PASSWORD 'x', as SQL has it. */
  #spaced(start: number, end: number, limit: number, level: ReturnType<typeof levelOf>): number {
    const at = endAt(spacedString, this.#text.slice(0, limit), end)
    if (at < 0 || (level !== 'sure' && level !== 'likely')) return end
    const name = this.#text.slice(start, end)
    const isSure = /^pass[wp]/i.test(name) || (/[A-Z]/.test(name) && !/[a-z]/.test(name))
    const place = { level: isSure ? level : 'perhaps', at, limit, kind: this.#kind, mark: ' ' } as const
    return readValue(this.#scan.steps, this.#text, place, this.#spans)
  }
}

/** r'', b'', f'', u'': letters before a text that belong to it. */
function isPrefix(text: string, quote: number): boolean {
  let at = quote - 1
  if (!/[rbfuRBFU]/.test(text[at]!)) return false
  if (at > 0 && /[rbfRBF]/.test(text[at - 1]!)) at -= 1
  return at === 0 || !isWordCharacter(text[at - 1]!)
}

/** Whether the characters since the last blank are those of a URL. */
function isInUrl(text: string, at: number): boolean {
  let before = text.slice(Math.max(0, at - urlReach), at)
  for (const blank of ' \t\n\r\f\v'.split('')) before = before.slice(before.lastIndexOf(blank) + 1)
  return before.includes('?') || before.includes('://')
}
