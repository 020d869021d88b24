import type { Steps } from './steps.ts'

/** How many backslashes stand right before a place. */
export function backslashes(text: string, end: number, low: number): number {
  let at = end
  while (at > low && text[at - 1] === '\\') at -= 1
  return end - at
}

/** Where a quoted text ends, and the place behind its quote. */
export type Close = readonly [end: number, after: number]

/**
 * The end of a text that began with a quote behind `depth` backslashes; nothing when there is none in `text`.
 *
 * A quote inside a text that stands itself in n layers of quotes has depth = 2 ** n - 1 backslashes; 2 * depth + 1 say
 * that it is escaped. One with fewer ends what is around.
 */
export function closeOf(
  steps: Steps,
  text: string,
  start: number,
  quote: string,
  depth = 0,
): Close | undefined {
  let at = start
  while (true) {
    const found = text.indexOf(quote, at)
    if (found < 0 || steps.areSpent()) return undefined
    const left = backslashes(text, found, at) % (2 * (depth + 1))
    if (left === depth) return [found - depth, found + 1]
    if (left !== 2 * depth + 1 && depth > 0) return [found - left, found - left]
    at = found + 1
  }
}

/** A text that was read out of another one, and where each of its characters stood. */
export class Places {
  readonly #texts: string[] = []
  readonly #starts: number[] = []
  readonly #sources: number[] = []
  #length = 0

  add(text: string, source: number): void {
    this.#texts.push(text)
    this.#starts.push(this.#length)
    this.#sources.push(source)
    this.#length += text.length
  }

  get text(): string {
    return this.#texts.join('')
  }

  get length(): number {
    return this.#length
  }

  /** Where the character at a place stood, or the text ended. */
  sourceOf(at: number): number {
    let [low, high] = [0, this.#starts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#starts[middle]! <= at) low = middle + 1
      else high = middle
    }
    return this.#sources[low - 1]! + at - this.#starts[low - 1]!
  }
}

const anyEscape = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(\r?\n)|(.))/gs
const shellEscape = /\\(?:(\r?\n)|(["\\$`]))/g
const named: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  e: '\u001B',
}

/** Adds the content of a quoted text, its escapes resolved as JSON, Python and `$'..'` have them. */
export function readQuoted(steps: Steps, text: string, start: number, end: number, places: Places): void {
  read(steps, text, start, end, places, anyEscape, (found) => {
    const code = found[1] ?? found[2]
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    if (found[3] !== undefined) return String.fromCharCode(Number.parseInt(found[3], 8))
    return found[4] === undefined ? (named[found[5]!] ?? found[5]!) : ''
  })
}

/** The same, as a shell's double quotes have them. */
export function readShellQuoted(
  steps: Steps,
  text: string,
  start: number,
  end: number,
  places: Places,
): void {
  read(steps, text, start, end, places, shellEscape, (found) => found[2] ?? '')
}

function read(
  steps: Steps,
  text: string,
  start: number,
  end: number,
  places: Places,
  escape: RegExp,
  said: (found: RegExpExecArray) => string,
): void {
  const content = text.slice(start, end)
  let at = 0
  if (content.includes('\\')) {
    for (const found of content.matchAll(escape)) {
      if (steps.areSpent()) break
      places.add(content.slice(at, found.index), start + at)
      places.add(said(found), start + found.index)
      at = found.index + found[0].length
    }
  }
  places.add(content.slice(at), start + at)
  places.add('', end)
}
