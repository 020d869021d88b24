import { readShell } from './commands.ts'
import { isSecret, partsOf } from './judge.ts'
import { addAll, matchAt, shifted } from './match.ts'
import type { Span } from './match.ts'
import { levelOf } from './names.ts'
import { readPairs } from './pairs.ts'
import { commandsIn, isCommand, lineEnd, regions } from './regions.ts'
import { shapesIn } from './shapes.ts'
import { Steps } from './steps.ts'
import { depthMax } from './texts.ts'
import type { Kind, Texts } from './texts.ts'
import { credentialsInUrls } from './urls.ts'
import { readValue } from './value.ts'

const quote = /["'\\`]/
const head = /(["']?[+~]{0,2}[\w.$@/-]{1,128})(?:=|:(?!\/\/)[ \t]*)/y
const named =
  /(?:name|key|variable)["']?[\t-\r ]{0,4}[:=>][\t-\r ]{0,4}["']?([\w./-]{1,128})(?:["']?[\t-\r ,;+-]{1,64}["']?|<\/\w{1,32}>[\t-\r ]{0,64}<)\w{0,32}value["']?[\t-\r ]{0,4}[:=>][ \t]{0,4}$/i
const valueWord = /value["']?[\t-\r ]{0,4}[:=>][ \t]{0,4}/g
/** A value before its name. */
const namedBehind =
  /(["'])(?:[^"'\\\n]|\\.|(?!\1)["']){0,1024}\1[\t-\r ]{0,16},[\t-\r ]{0,64}["']\w{0,32}(?:name|key|variable)["'][\t-\r ]{0,4}[:=][\t-\r ]{0,4}["']([\w./-]{1,128})["']/iy
const namedReach = 256
const listedOption = /-[ \t]{1,4}["']?(--?[A-Za-z][\w.-]{0,128})["']?[ \t]{0,4}\r?\n[ \t+]{0,64}-[ \t]{1,4}/g

/** Looks for secrets in the texts of one call, within a bound of steps. */
export class Scan implements Texts {
  readonly steps: Steps
  readonly #known = new Map<string, readonly Span[]>()
  readonly #shapes = new Map<string, readonly Span[]>()

  constructor(size: number, words = 0) {
    this.steps = new Steps(size, words)
  }

  /** The secrets of a text. */
  text(text: string, kind: Kind = 'text', depth = 0): readonly Span[] {
    const key = kind + text
    const known = this.#known.get(key)
    if (known !== undefined) return known
    // A word may be the whole text it was read from: it is looked at once.
    this.#known.set(key, [])
    const found = this.#look(text, kind, depth)
    this.#known.set(key, found)
    return found
  }

  #look(text: string, kind: Kind, depth: number): readonly Span[] {
    // The only letter whose small form is longer.
    const small = text.replaceAll('\u0130', 'i').toLowerCase()
    const shapes = this.#shapes.get(text) ?? shapesIn(this.steps, text, small)
    this.#shapes.set(text, shapes)
    const spans = [...shapes, ...credentialsInUrls(this.steps, text, kind === 'argument')]
    if (kind === 'argument') {
      const parts = headParts(text)
      if (parts !== undefined) return [...spans, ...parts]
    }
    if (small.includes('value')) this.#addNamedValues(text, small, kind, spans)
    const commands = commandsIn(this.steps, small)
    let done = 0
    for (const [begin, stop, limit] of regions(this.steps, text, small, commands, kind === 'text')) {
      const start = Math.max(begin, done)
      if (start >= stop) continue
      if (depth >= depthMax) return [...spans, [start, text.length]]
      // What has quotes is read as a shell reads it, and no other way.
      if (kind === 'shell' && quote.test(text.slice(start, stop))) continue
      if (kind !== 'shell' && isCommand(text, commands, start, stop))
        addAll(spans, readShell(this, text, [start, stop, limit], depth, false))
      done = readPairs(this, text, small, [start, stop, limit], kind, depth, spans)
    }
    if (kind === 'shell' && text !== '')
      addAll(spans, readShell(this, text, [0, text.length, text.length], depth, true))
    if (text.includes('\n')) this.#addListedOptions(text, kind, spans)
    return spans
  }

  /** `{"name": "DB_PASSWORD", "value": "x"}`, as manifests have it. */
  #addNamedValues(text: string, small: string, kind: Kind, spans: Span[]): void {
    for (const found of small.matchAll(valueWord)) {
      if (this.steps.areSpent(14)) {
        spans.push([found.index, text.length])
        return
      }
      const at = found.index + found[0].length
      const name =
        named.exec(text.slice(Math.max(0, found.index - namedReach), at))?.[1] ??
        matchAt(namedBehind, text, at)?.[2]
      const level = name === undefined ? undefined : levelOf(name)
      if (level === undefined) continue
      const mark = found[0].includes(':') ? ': ' : found[0].includes('>') ? '<' : '='
      const place = {
        level,
        at,
        limit: lineEnd(text, at),
        kind,
        mark,
        name: /["']/.test(text[at] ?? '') ? undefined : ([found.index, found.index + 5] as const),
      } as const
      readValue(this.steps, text, place, spans)
    }
  }

  /** An option and its value as two items of a YAML list. */
  #addListedOptions(text: string, kind: Kind, spans: Span[]): void {
    for (const found of text.matchAll(listedOption)) {
      if (this.steps.areSpent(4)) {
        spans.push([found.index, text.length])
        return
      }
      const level = levelOf(found[1]!)
      const at = found.index + found[0].length
      if (level === undefined) continue
      const place = {
        level,
        at,
        limit: lineEnd(text, at),
        kind,
        mark: ': ',
        name: [found.index, at],
      } as const
      readValue(this.steps, text, place, spans)
    }
  }
}

/** A text that is one assignment or header: all behind its name is the value. Nothing when it is not, or may be shown. */
function headParts(text: string): Span[] | undefined {
  const found = matchAt(head, text, 0)
  const level = found === undefined ? undefined : levelOf(found[1]!)
  if (found === undefined || level === undefined) return undefined
  const value = text.slice(found[0].length)
  const parts = partsOf(level, value)
  if (parts.length === 0 && isSecret('sure', value)) return undefined
  return shifted(parts, found[0].length)
}
