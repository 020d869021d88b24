import { isSecret } from './judge.ts'
import { endAt, searchFrom } from './match.ts'
import type { Span } from './match.ts'
import { backslashes, closeOf } from './quotes.ts'
import type { Steps } from './steps.ts'
import type { Level } from './table.ts'

const bracket = /["'()[\]{}]/g
const closings: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const element = /["']|[^\t-\r ,;:=[\]{}()"']+/g
const keyMark = /[ \t]*:/y
const far = 65_536

/** Where the bracket at a place is closed, at most some way off; else the end of the line. */
export function closingBracket(
  steps: Steps,
  text: string,
  start: number,
  low: number,
  limit: number,
): number {
  const view = text.slice(0, start + far)
  const open: string[] = []
  let at = start
  while (at < view.length && !steps.areSpent()) {
    const found = searchFrom(bracket, view, at)
    if (found === undefined) break
    const char = found[0]
    at = found.index + 1
    const closing = closings[char]
    if (char === '"' || char === "'")
      at = closeOf(steps, view, at, char, backslashes(view, found.index, low))?.[1] ?? at
    else if (closing !== undefined) open.push(closing)
    else if (open.at(-1) === char) {
      open.pop()
      if (open.length === 0) return found.index
    }
  }
  const single = text.slice(0, limit).indexOf(closings[text[start]!]!, start)
  return single < 0 ? limit : single
}

/** Where ODBC's braces are closed: two of them are one that belongs to the value. */
export function singleBrace(steps: Steps, view: string, start: number): number {
  let at = start
  while (!steps.areSpent()) {
    const found = view.indexOf('}', at)
    if (found < 0 || view[found + 1] !== '}') return found
    at = found + 2
  }
  return -1
}

/** Adds the texts of a list or object, and in JSON and YAML its words; the names of an object stay. */
export function addElements(
  steps: Steps,
  text: string,
  [begin, end]: Span,
  level: Level,
  hasWords: boolean,
  spans: Span[],
): void {
  const view = text.slice(0, end)
  const hasNames = text[begin - 1] === '{'
  // auth=("user", "password")
  const comma = level === 'pair' && text[begin - 1] === '(' ? view.indexOf(',', begin) : -1
  let at = begin
  while (at < end) {
    if (steps.areSpent()) {
      spans.push([begin - 1, text.length])
      return
    }
    const found = searchFrom(element, view, at)
    if (found === undefined) break
    let start = found.index
    at = start + found[0].length
    let stop = at
    const isQuoted = found[0] === '"' || found[0] === "'"
    if (isQuoted) {
      start = at
      const close = closeOf(steps, view, at, found[0])
      if (close !== undefined) [stop, at] = close
    } else if (!hasWords) continue
    const isName = (isQuoted || hasNames) && endAt(keyMark, text, at) >= 0
    const ofOne = comma >= 0 && start > comma ? 'sure' : level
    if (!isName && isSecret(ofOne, text.slice(start, stop))) spans.push([start, stop])
  }
}
