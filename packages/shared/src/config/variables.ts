import { options, variableOf } from './options.ts'

/** Variables that stand for no option (clients/python/provloom/_variables.py has the same; a test compares them). */
const others = [
  'TREE',
  'SESSION',
  'START',
  'BIN',
  'QUIET',
  'NO_MACHINE',
  'DEBUG',
  'LAUNCHER',
  'TEST_PYTHON',
  'TEST_EFFORT',
  'TEST_SEED',
  'UPDATE_DOCS',
  'FIGURES',
  'UI_TOKEN',
  'REAL_TOLD',
]

const prefix = 'PROVLOOM_'

/** Every variable that Provloom reads. */
export const knownVariables: ReadonlySet<string> = new Set([
  ...Object.keys(options).map(variableOf),
  ...others.map((name) => prefix + name),
])

/** Of more, nobody reads the rest. */
const toldMax = 10

export interface Misspelt {
  readonly name: string
  /** The one that was meant, as far as that can be told. */
  readonly near: string | undefined
}

/** What is set, begins as our variables do, and means nothing: it would be ignored without a word. */
export function misspelt(environment: Readonly<NodeJS.ProcessEnv>): Misspelt[] {
  const strange = Object.keys(environment).filter(
    (name) => name.startsWith(prefix) && !knownVariables.has(name),
  )
  return strange
    .sort()
    .slice(0, toldMax)
    .map((name) => ({ name, near: nearVariable(name) }))
}

/** One line for a person. */
export function misspeltWords({ name, near }: Misspelt): string {
  return `${name} means nothing to Provloom${near === undefined ? '' : `; did you mean ${near}?`}`
}

/**
 * The known name that a person meant: one that is near as it is typed, else one whose words hold all of the words given,
 * in their order (COLLECT_ALL, SAVE_DIR).
 */
export function nearVariable(name: string): string | undefined {
  const given = name.slice(prefix.length).toUpperCase().slice(0, 60)
  // Names that begin in the same way first, then short ones: of several the nearest to what was typed.
  const known = [...knownVariables]
    .map((one) => one.slice(prefix.length))
    .sort((a, b) => startsLike(b, given) - startsLike(a, given) || a.length - b.length || (a < b ? -1 : 1))
  let best: { readonly one: string; readonly far: number } | undefined
  for (const one of known) {
    const far = typingDistance(given, one)
    if (far <= mistakes(given) && (best === undefined || far < best.far)) best = { one, far }
  }
  const found = best?.one ?? known.find((one) => holdsWords(one.split('_'), given.split('_')))
  return found === undefined ? undefined : prefix + found
}

function startsLike(known: string, given: string): number {
  return known.startsWith(given) ? 1 : 0
}

/** How many may be made in a word, or in a name. */
function mistakes(typed: string): number {
  return Math.floor((typed.length + 1) / 4)
}

function holdsWords(known: readonly string[], given: readonly string[]): boolean {
  let at = 0
  for (const word of given) {
    while (at < known.length && typingDistance(word, known[at]!) > mistakes(word)) at++
    if (at++ >= known.length) return false
  }
  return true
}

/** Letters added, left out, changed, or two exchanged (optimal string alignment). */
function typingDistance(a: string, b: string): number {
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        next[j] = Math.min(next[j]!, before[j - 2]! + 1)
    }
    ;[before, row] = [row, next]
  }
  return row[b.length]!
}

const words: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
])

/** What all flags may be said by, in whatever case. */
export const flagWords: string = [...words.keys()].join(', ')

/** @returns undefined for what is no flag */
export function flagIn(text: string): boolean | undefined {
  return words.get(text.trim().toLowerCase())
}

/** A variable that is a flag and no option: set to something, and not to one of the words for no. */
export function isOn(environment: Readonly<NodeJS.ProcessEnv>, name: string): boolean {
  const text = environment[name] ?? ''
  return text.trim() !== '' && flagIn(text) !== false
}
