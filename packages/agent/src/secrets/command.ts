import { isJumble, isSecret, partsOf } from './judge.ts'
import { shifted } from './match.ts'
import type { Span } from './match.ts'
import { levelOf, levelOfOption } from './names.ts'
import { pairOptions, perhapsOptions, programs } from './programs.ts'
import type { Following, Program } from './programs.ts'
import type { Kind, Texts } from './texts.ts'
import type { Level } from './table.ts'

const rowsOf = new Map<string, Program[]>()
for (const row of programs) for (const name of row.of) rowsOf.set(name, [...(rowsOf.get(name) ?? []), row])
const afterWords = new Set(programs.flatMap((row) => row.after ?? []))

const option = /--?([A-Za-z][\w.@/-]{0,127})(?:(=)|([\t-\r ]*\n[\t-\r ]*)|$)/y
/** An option of a word or words, as people name them; a value that begins with a dash is none. */
const plainOption =
  /^--?(?:[A-Za-z]|[a-z]+\d{0,2}|[A-Z]+|[a-z]+(?:[A-Z][a-z]+)+)(?:[-_.](?:[a-z]*\d{0,2}|\d{1,2}[a-z]*|[A-Z]+))*(?:=.*)?$/s
const defined = /^-[DPE](?=[A-Za-z_][\w.]*=)/
const cluster = /^-[A-Za-z]{2,8}$/
const shellCluster = /^-[a-z]*c[a-z]*$/
const plainName = /^[\w.:/-]{1,128}$/
/** A name and the mark behind it, of what is written in several words: {password: x}. */
const named = /^[{[(,"']{0,4}([\w.-]{1,128})["']?:$/
const assigned = /^[\w.-]{1,128}=/
const cookie = /^[^=\t-\r ]{1,128}=/
const awsId = /(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])/
const awsSecret = /^[A-Za-z0-9/+]{40}$/
const awsReach = 3
/** A program that is run, behind -- and an option that took no value. */
const runs = /^(?:python[\d.]*|node|env|accelerate|deepspeed|make|[a-z]*(?:run|exec))$/
const prose = /^[A-Za-z'-]+[.,:!?]*$/
/** What stands before the name of a program in a line that runs it: a prompt, an assignment, another program. */
const lead = /^(?:[$+>%#]|[\w.-]+=.*|sudo|env|exec|nohup|time|command|run:)$/s

export const isPlainOption = (word: string): boolean => plainOption.test(word)

/** Reads the words of one command, in order. `isExact`: that they are words is known, not guessed. */
export class Command {
  readonly #scan: Texts
  readonly #depth: number
  readonly #isExact: boolean
  readonly #seen = new Set<string>()
  #rows: readonly Program[] = []
  #awaited: Following | undefined
  /** The level of a name that stood in the word before, with a mark behind it. */
  #marked: Level | undefined
  #areMany = false
  #isRead = false
  #isShell = false
  #nearId = 0
  #place = 0
  /** Whether a program that is named next is run, and not spoken of. */
  #isRun = true
  #isSpokenOf = false

  constructor(scan: Texts, depth: number, isExact = true) {
    this.#scan = scan
    this.#isExact = isExact
    this.#depth = depth
  }

  get awaitsSecret(): boolean {
    return this.#awaited !== undefined
  }

  /** What is secret in the next word; `isRead`: others look at what it says inside. */
  feed(word: string, isRead = false): readonly Span[] {
    this.#isRead = isRead
    if (this.#scan.steps.areSpent(4)) return [[0, word.length]]
    let parts = this.#next(word)
    if (this.#nearId > 0) {
      this.#nearId -= 1
      if (awsSecret.test(word)) parts = [[0, word.length]]
    }
    if (awsId.test(word.slice(0, 256))) this.#nearId = awsReach
    return parts
  }

  #next(word: string): readonly Span[] {
    const awaited = this.#awaited
    this.#awaited = undefined
    const marked = this.#marked
    this.#marked = undefined
    if (marked !== undefined) return this.#parts(partsOf(marked, word.slice(0, trimmed(word))), word, 0)
    if (awaited === 'name') return this.#name(word)
    if (awaited === 'next')
      return word.startsWith('/') ? this.#plain(word) : this.#parts(partsOf('likely', word), word, 0)
    if (awaited === 'sure' && word === '--') {
      this.#awaited = 'behind'
      return []
    }
    if (awaited === 'behind' && (runs.test(word) || rowsOf.has(word))) return this.#plain(word)
    if (awaited !== undefined && (awaited === 'shell' || !isPlainOption(word))) {
      if (this.#areMany && isSecret('perhaps', word)) this.#awaited = 'perhaps'
      return this.#value(awaited, word, 0)
    }
    this.#areMany = false
    return word.length > 1 && word.startsWith('-') ? this.#option(word) : this.#plain(word)
  }

  #text(word: string, offset = 0, kind: Kind = 'argument'): readonly Span[] {
    if (this.#isRead) return []
    const found = this.#scan.text(word.slice(offset), kind, this.#depth)
    return offset === 0 ? found : shifted(found, offset)
  }

  #value(following: Following, word: string, offset: number): readonly Span[] {
    const value = word.slice(offset)
    switch (following) {
      case 'shell':
        return this.#text(word, offset, 'shell')
      case 'url':
        if (!value.includes('://') && value.includes('@')) return [[offset, offset + value.lastIndexOf('@')]]
        return this.#text(word, offset)
      case 'behind':
        return this.#parts(partsOf('likely', value), word, offset)
      case 'next':
        this.#awaited = following
        return []
      case 'text':
      case 'flag':
      case 'name':
        return this.#text(word, offset)
      case 'cookie':
      case 'percent':
      case 'comma':
      case 'scheme':
      case 'named':
        return this.#parts(partsByMark(following, value), word, offset)
      case 'sure':
      case 'file':
      case 'likely':
      case 'number':
      case 'digits':
      case 'pair':
      case 'header':
      case 'perhaps':
        return this.#parts(partsOf(following, value), word, offset)
    }
  }

  #parts(parts: readonly Span[], word: string, offset: number): readonly Span[] {
    return parts.length > 0 ? shifted(parts, offset) : this.#text(word, offset)
  }

  /** A word that may name the secret that follows. */
  #name(word: string): readonly Span[] {
    if (namesSecret(word)) this.#awaited = levelOf(word) === 'file' ? 'file' : 'sure'
    return this.#text(word)
  }

  #option(word: string): readonly Span[] {
    const equals = word.indexOf('=')
    const head = equals < 0 ? word : word.slice(0, equals)
    for (const row of this.#active()) {
      const following = row.flags?.[head]
      if (following !== undefined) {
        if (equals >= 0) return this.#value(following, word, equals + 1)
        this.#awaited = following === 'flag' ? undefined : following
        if (following === 'flag') this.#seen.add(head)
        return []
      }
      const found = joinedFlag(row, word)
      if (found !== undefined) return this.#value(found[1], word, found[0].length)
      if (cluster.test(word)) {
        this.#awaited = row.flags?.[`-${word.at(-1)}`]
        if (this.#awaited !== undefined) return []
      }
    }
    if (this.#isShell && shellCluster.test(word)) {
      this.#awaited = 'shell'
      return []
    }
    if (afterWords.has(word)) this.#seen.add(word)
    return this.#namedOption(word, equals)
  }

  #namedOption(word: string, equals: number): readonly Span[] {
    option.lastIndex = 0
    const found = option.exec(word)
    if (found === null) return this.#text(word)
    const name = defined.test(word) ? found[1]!.slice(1) : found[1]!
    let level = word.startsWith('--') ? levelOfOption(name) : levelOf(name)
    if (pairOptions.includes(name.toLowerCase())) level = 'pair'
    else if (perhapsOptions.includes(name[0]!) && word[1] !== '-' && equals < 0) {
      // -p VALUE or -pVALUE, of a program that is not known.
      if (name.length > 1 && isJumble(name)) return [[2, word.length]]
      if (name.length === 1) level = 'perhaps'
    }
    if (found[2] !== undefined || found[3] !== undefined) {
      const offset = found[3] === undefined ? equals + 1 : found[0].length
      return level === undefined ? this.#text(word, offset) : this.#value(level, word, offset)
    }
    this.#awaited = level
    this.#areMany = level !== undefined && /s$/i.test(name)
    return []
  }

  #plain(word: string): readonly Span[] {
    const name = word.length < 256 ? word.slice(word.lastIndexOf('/') + 1) : ''
    const rows = rowsOf.get(name)
    if (rows !== undefined && !this.#seen.has(name)) {
      this.#isSpokenOf = !this.#isExact && !this.#isRun
      this.#rows = [...this.#rows, ...rows]
      this.#isShell ||= rows[0]?.flags?.['-c'] === 'shell'
      this.#place = 0
      this.#seen.add(name)
      return []
    }
    this.#isRun &&= lead.test(word)
    const place = this.#place
    this.#place += 1
    for (const row of this.#active()) {
      const found = joinedFlag(row, word)
      if (found !== undefined) return this.#value(found[1], word, found[0].length)
      if (row.places?.includes(place) && !(this.#isSpokenOf && prose.test(word)))
        return this.#parts(partsOf('likely', word), word, 0)
      if (row.pairs && assigned.test(word)) return this.#value('sure', word, word.indexOf('=') + 1)
      if (row.names && namesSecret(word)) return this.#name(word)
      if (row.shell) return this.#text(word, 0, 'shell')
    }
    if (afterWords.has(word) && !this.#seen.has(word)) {
      this.#seen.add(word)
      this.#place = 0
    }
    if (word.endsWith(':') && this.#isExact) {
      const name = named.exec(word)?.[1]
      this.#marked = name === undefined ? undefined : levelOf(name)
    }
    return this.#text(word)
  }

  #active(): readonly Program[] {
    return this.#rows.filter(({ after }) => after === undefined || after.some((word) => this.#seen.has(word)))
  }
}

/** How long a word is without the marks at its end. */
function trimmed(word: string): number {
  let end = word.length
  while (end > 0 && '}])"\',;'.includes(word[end - 1]!)) end -= 1
  return end
}

/** The option of a program that a word begins with, its value behind it. */
function joinedFlag(row: Program, word: string): readonly [string, Following] | undefined {
  if (row.joined === undefined || word.startsWith('--')) return undefined
  return Object.entries(row.joined).find(([flag]) => word.startsWith(flag) && word !== flag)
}

export function namesSecret(word: string): boolean {
  if (!plainName.test(word)) return false
  const level = levelOf(word)
  return level === 'sure' || level === 'likely' || level === 'number' || level === 'file'
}

/** What stands behind the mark that a program puts between a name and its secret. */
function partsByMark(mark: 'cookie' | 'percent' | 'comma' | 'scheme' | 'named', value: string): Span[] {
  if (mark === 'cookie') return cookie.test(value) && isSecret('sure', value) ? [[0, value.length]] : []
  if (mark === 'scheme')
    return value.startsWith('pass:') && isSecret('sure', value.slice(5)) ? [[5, value.length]] : []
  const at = value.indexOf({ percent: '%', comma: ',', named: '=' }[mark]) + 1
  return at > 0 && isSecret('sure', value.slice(at)) ? [[at, value.length]] : []
}
