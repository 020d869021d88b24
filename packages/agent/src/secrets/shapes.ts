import { isJumble, isSecret, toFill } from './judge.ts'
import { keyLines, keys, keysWith, phrases } from './keys.ts'
import { addAll, escaped, matchAt, searchFrom } from './match.ts'
import type { Span } from './match.ts'
import type { Steps } from './steps.ts'

const following = new Map<string, { readonly pattern: RegExp; readonly mayBeName: boolean }>()
for (const [begins, after, jumble] of keys)
  for (const begin of begins.split(' '))
    following.set(begin, { pattern: new RegExp(after, 'y'), mayBeName: jumble !== undefined })
const within = keysWith.map(([marks, pattern]) => ({
  marks: marks.split(' '),
  pattern: new RegExp(pattern, 'g'),
}))
/** Letters and digits that are no word, in what is as long as a key. */
const unlikeWords =
  /(?<![A-Za-z0-9])(?=[A-Za-z0-9]{16})(?:[A-Za-z]{0,64}[0-9]+[A-Za-z]|[A-Za-z0-9]{32}|[A-Za-z]{0,64}(?:[a-z][A-Z]{2}|[A-Z][a-z][A-Z]))/
const said = phrases.map(([begin, pattern]) => ({ begin, pattern: new RegExp(pattern, 'dy') }))
/** What is long enough to be a key, and where one may begin in it: with a word, in a text with escapes also behind one. */
const run = /\b[\w./+=~:-]{14,}/g
const oneOf = [...following.keys()].sort((a, b) => b.length - a.length).map(escaped)
const beginning = new RegExp(String.raw`(?:(?<![\w-])|(?<=\\[nrt]))(?:${oneOf.join('|')})`, 'g')
const pemMark = /-{4,5} ?(BEGIN|END) [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g
const pemPart = /([A-Za-z0-9+/]+={0,2})|\\[nr]|./gs
const pemReach = 16_384
const awsId = /(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])/g
const awsSecret = /(?<![\w/+])[A-Za-z0-9/+]{40}(?![\w/+=])/g
const awsReach = 200

/** What says itself that it is a secret: keys of services, private keys, phrases. `small`: the text in small letters. */
export function shapesIn(steps: Steps, text: string, small: string): Span[] {
  if (steps.areSpent(1 + Math.floor(text.length / 256))) return [[0, text.length]]
  const spans: Span[] = []
  for (const found of text.matchAll(run)) {
    if (steps.areSpent()) return [...spans, [found.index, text.length]]
    addKeys(spans, text, found.index, found.index + found[0].length)
  }
  for (const { begin, pattern } of said) {
    for (let at = small.indexOf(begin); at >= 0; at = small.indexOf(begin, at + begin.length)) {
      if (steps.areSpent(3)) return [...spans, [at, text.length]]
      const found = matchAt(pattern, text, at)
      const place = found?.indices?.[1]
      if (place === undefined) continue
      const secret = text.slice(...place)
      if (!toFill.test(secret) && isSecret('sure', secret)) spans.push(place)
    }
  }
  if (text.includes('PRIVATE KEY')) addAll(spans, privateKeys(steps, text))
  if (text.includes('AKIA') || text.includes('ASIA')) addAll(spans, nearAnId(steps, text))
  return spans
}

/** The keys in a run of the characters that keys are made of. */
function addKeys(spans: Span[], text: string, start: number, end: number): void {
  // Two more before, for what may stand before a key.
  const base = Math.max(0, start - 2)
  const piece = text.slice(base, end)
  let begin = searchFrom(beginning, piece, start - base)
  while (begin !== undefined) {
    const from = begin.index + begin[0].length
    const { pattern, mayBeName } = following.get(begin[0])!
    const found = matchAt(pattern, piece, from)
    const after = found !== undefined && mayBeName && !isMade(found[0]) ? undefined : found
    const until = after === undefined ? begin.index + 1 : from + after[0].length
    if (after !== undefined) spans.push([base + begin.index, base + until])
    begin = searchFrom(beginning, piece, until)
  }
  if (end - start <= 32) return
  for (const { marks, pattern } of within) {
    if (!marks.some((mark) => piece.includes(mark))) continue
    for (const found of piece.matchAll(pattern))
      if (base + found.index >= start) spans.push([base + found.index, base + found.index + found[0].length])
  }
  if (keyLines.includes(end - start) && isPemLine(text, start, end)) spans.push([start, end])
}

/** Whether what follows the begin of a key was made at random, and is not a name: sk-learn, pa-100k. */
const isMade = (said: string): boolean => isJumble(said) || unlikeWords.test(said)

/** A line of a private key that came without the others. */
function isPemLine(text: string, start: number, end: number): boolean {
  if (end < text.length && !text.startsWith('\n', end) && !text.startsWith('\r\n', end)) return false
  const before = text.slice(Math.max(0, start - 8), start)
  if (!/^[ \t+-]*$/.test(before.slice(before.lastIndexOf('\n') + 1))) return false
  const line = text.slice(start, end)
  return /^[A-Za-z0-9+/]+$/.test(line) && isMixed(line)
}

const isMixed = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && /[^A-Za-z]/.test(text)

/** Beside an AWS key id stands its secret, which has no shape of its own but its length. */
function nearAnId(steps: Steps, text: string): Span[] {
  const spans: Span[] = []
  for (const one of text.matchAll(awsId)) {
    if (steps.areSpent(60)) return [...spans, [one.index, text.length]]
    const base = Math.max(0, one.index - awsReach - 1)
    const end = Math.min(text.length, one.index + one[0].length + awsReach)
    for (const found of text.slice(base, end).matchAll(awsSecret)) {
      const start = base + found.index
      if (start >= one.index - awsReach && isMixed(found[0])) spans.push([start, start + found[0].length])
    }
  }
  return spans
}

function privateKeys(steps: Steps, text: string): Span[] {
  const spans: Span[] = []
  let [at, begin] = [0, -1]
  for (const found of text.matchAll(pemMark)) {
    if (steps.areSpent(2)) return [...spans, [found.index, text.length]]
    const isBegin = found[1] === 'BEGIN'
    const after = found.index + found[0].length
    // In code that looks for one, a quote ends it.
    if (isBegin && begin < 0 && !/["'\x60]/.test(text[after] ?? '')) begin = after
    if (isBegin) continue
    const start = begin < 0 ? startOfLines(text.slice(0, found.index), at) : begin
    if (start >= 0 && /[^ \r\n*]/.test(text.slice(start, found.index))) spans.push([start, found.index])
    ;[at, begin] = [after, -1]
  }
  if (begin >= 0 && /[^ \r\n*]/.test(text.slice(begin))) spans.push([begin, text.length])
  return spans
}

/** Where the lines of a key begin that ends here, the first of them cut off; -1 where there are none. */
function startOfLines(text: string, low: number): number {
  let [begin, isShort, isSure] = [-1, false, false]
  const base = Math.max(low, text.length - pemReach)
  for (const { 0: said, 1: line, index } of text.slice(base).matchAll(pemPart)) {
    if (line === undefined && /^(?:[ \t\r\n]|\\[nr])$/.test(said)) continue
    if (line === undefined || isShort) [begin, isShort, isSure] = [-1, false, false]
    if (line === undefined) continue
    if (begin < 0) begin = base + index
    isShort = line.length < 16
    isSure ||= !isShort || line.endsWith('=')
  }
  return isSure ? begin : -1
}
