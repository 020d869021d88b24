import * as table from './table.ts'
import type { Level } from './table.ts'

const levelOfWord = new Map<string, Level>()
for (const [level, words] of table.levels) for (const word of words) levelOfWord.set(word, level)
const noStems = new Set(table.noStems)
const owners = new Set(table.keyOwners)
const keyFiles = new Set(table.keyFiles)
const keyFields = new Set(table.keyFields)
const plainEnds = new Set(table.plainEnds)
const otherEnds = new Set(table.otherEnds)
const numberedEnds = new Set(table.numberedEnds)
const counts = new Set(table.counts)
const flags = new Set(table.flags)
const tokenParts = new Set(table.tokenParts)
const passParts = new Set(table.passParts)
const urlNames = new Set(table.urlNames)

const abbreviated = new Set(table.abbreviated)

/** The same of a long option, whose name may be cut off. */
export function levelOfOption(name: string): Level | undefined {
  return levelOf(name) ?? (isAbbreviated(name) ? 'likely' : undefined)
}

const isAbbreviated = (name: string): boolean =>
  name.length < nameMax && abbreviated.has(name.toLowerCase().replaceAll('_', '-'))

/** Where one word of a name ends and the next begins: hfToken, APIKey, x-api-key, db.password. */
const seam = /[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/
const nameMax = 128
const knownMax = 4_096
const known = new Map<string, Level | undefined>()

/** How sure it is that the value of this name is a secret: a level of the table, or nothing. */
export function levelOf(name: string, inUrl = false): Level | undefined {
  const key = (inUrl ? '?' : ' ') + name
  if (known.has(key)) return known.get(key)
  if (known.size >= knownMax) known.clear()
  const level = askLevel(name.slice(-nameMax), inUrl)
  known.set(key, level)
  return level
}

function askLevel(name: string, inUrl: boolean): Level | undefined {
  const words = name
    .split(seam)
    .filter((word) => !/^[0-9]*$/.test(word))
    .map(bare)
  if (inUrl && urlNames.has(words.at(-1) ?? '')) return 'sure'
  for (let at = words.length - 1; at >= 0; at -= 1) {
    const level = levelAt(words, at)
    if (level !== undefined) return inCompany(words, at, level)
  }
  return undefined
}

function bare(word: string): string {
  const small = word.toLowerCase()
  return plainEnds.has(small) || owners.has(small) ? small : small.replace(/[0-9]+$/, '')
}

function levelAt(words: readonly string[], at: number): Level | undefined {
  const word = words[at]!
  if ((word === 'key' || word === 'keys') && at > 0) {
    const owner = words[at - 1]!
    if (keyFields.has(owner)) return undefined
    return owners.has(owner) ? 'sure' : keyFiles.has(owner) ? 'file' : 'perhaps'
  }
  const level = levelOfWord.get(word)
  if (level !== undefined) return level
  return table.stems.some((stem) => word.endsWith(stem)) && !noStems.has(word) ? 'sure' : undefined
}

/** The level of a secret word among the words around it. */
function inCompany(words: readonly string[], at: number, level: Level): Level | undefined {
  const [before, after] = [words.slice(0, at), words.slice(at + 1)]
  if (after.some((word) => otherEnds.has(word)) || before.some((word) => counts.has(word))) return undefined
  const [word, last] = [words[at]!, before.at(-1) ?? '']
  if (word === 'pass' && passParts.has(last)) return undefined
  const isToken = word === 'token' || word === 'tokens'
  if (before.length > 0 && (flags.has(before[0]!) || (isToken && tokenParts.has(last)))) return 'perhaps'
  if (after.some((word) => !plainEnds.has(word) && !numberedEnds.has(word))) return 'perhaps'
  if (after.some((word) => numberedEnds.has(word)))
    return level === 'sure' || level === 'likely' ? 'number' : 'perhaps'
  return level
}
