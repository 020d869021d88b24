import fs from 'node:fs'
import path from 'node:path'
import { counted } from './quantity.ts'

/** A larger graph is not read again only to count. */
const graphBytesMax = 64_000_000

/**
 * What went wrong in a run, as its graph tells it: `3 problems: SAMPLE 2, RANK 1`. Each is in the graph in words.
 *
 * @returns nothing where there are none, or where the graph cannot be read
 */
export function problemsIn(runDir: string): string[] {
  const counts = new Map<string, number>()
  let [all, ofRanks, ofRun] = [0, 0, 0]
  for (const facts of elementsOf(path.join(runDir, 'prov.json'))) {
    const words = facts.flatMap(([name, value]) => (name === 'provloom:problem' ? textsOf(value) : []))
    const number = facts.flatMap(([name, value]) => (name === 'provloom:problems' ? textsOf(value) : []))
    // Of many the graph holds the first in words, and how many there were; the run's number holds its ranks' too.
    const told = Number(number[0] ?? 0)
    const isRank = facts.some(([name]) => name === 'provloom:globalRank')
    all += isRank ? Math.max(words.length, told) : words.length
    if (isRank) ofRanks += told
    else ofRun += Math.max(0, told - words.length)
    for (const text of words) {
      const code = /^([A-Z][A-Z_]+): /.exec(text)?.[1]
      if (code !== undefined) counts.set(code, (counts.get(code) ?? 0) + 1)
    }
  }
  all += Math.max(0, ofRun - ofRanks)
  if (all === 0) return []
  const codes = [...counts].map(([code, times]) => `${code} ${times}`).join(', ')
  return [codes === '' ? counted(all, 'problem') : `${counted(all, 'problem')}: ${codes}`]
}

type Facts = [string, unknown][]

function elementsOf(file: string): Facts[] {
  try {
    if (fs.statSync(file).size > graphBytesMax) return []
    const document: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    const kinds = entriesOf(document).filter(([kind]) => kind === 'activity' || kind === 'entity')
    return kinds.flatMap(([, elements]) => entriesOf(elements).map(([, facts]) => entriesOf(facts)))
  } catch {
    return []
  }
}

function entriesOf(value: unknown): Facts {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** PROV-JSON writes one value plainly or with its type, and several as a list. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf)
  if (typeof value === 'object' && value !== null && '$' in value) return textsOf(value.$)
  return [String(value)]
}
