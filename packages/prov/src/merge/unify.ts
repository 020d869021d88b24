import { FORMALS } from '../model/formals.ts'
import { iriOf, labelOf, type QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { timeKey } from '../model/time.ts'
import { expands } from '../validate/row.ts'
import { addTo, documentsOf, unionOfAttributes, type Claimed } from './claimed.ts'
import type { Claim } from './conflict.ts'

/** A position in which records that must be one say different things. */
export interface Clash {
  /** As in `FORMALS`, or `identifier`. */
  readonly position: string
  readonly claims: readonly Claim[]
}

export interface Unified {
  /** One statement where all agree; else one for each combination of what they say in the clashing positions. */
  readonly claims: readonly Claimed[]
  readonly clashes: readonly Clash[]
}

/** What one record says in one position: null leaves it open. */
interface Said {
  readonly key: string
  readonly text: string
}

/**
 * Makes records of one kind into one (PROV-CONSTRAINTS 6.1, merging): what one leaves open another may fill in, and
 * attributes add up. Where they contradict each other, they are kept apart, whole. Linear in the records, and the same
 * in whatever order they come.
 */
export function unify(group: readonly Claimed[]): Unified {
  const first = group[0]
  if (first === undefined || group.length === 1) return { claims: group, clashes: [] }
  const positions = ['identifier', ...FORMALS[first.record.kind].formals.map(({ name }) => name)]
  const clashes: Clash[] = []
  for (const position of positions) {
    const sides = new Map<string, Claimed[]>()
    const texts = new Map<string, string>()
    for (const claim of group) {
      const said = sayingOf(claim.record, position)
      if (said === null) continue
      addTo(sides, said.key, claim)
      const known = texts.get(said.key)
      if (known === undefined || said.text < known) texts.set(said.key, said.text)
    }
    if (sides.size < 2) continue
    const claims = [...sides].map(([key, side]) => ({
      value: texts.get(key) ?? key,
      documents: documentsOf(side),
    }))
    clashes.push({ position, claims: claims.sort((a, b) => (a.value < b.value ? -1 : 1)) })
  }
  const apart = new Map<string, Claimed[]>()
  for (const claim of group) {
    addTo(
      apart,
      JSON.stringify(clashes.map(({ position }) => sayingOf(claim.record, position)?.key ?? null)),
      claim,
    )
  }
  return { claims: Array.from(apart.values(), joined), clashes }
}

function sayingOf(record: ProvRecord, position: string): Said | null {
  if (position === 'identifier')
    return record.id === null ? null : { key: iriOf(record.id), text: labelOf(record.id) }
  const time = record.times[position]
  if (time !== undefined) return { key: timeKey(time), text: time }
  const arg = record.args[position]
  if (arg !== undefined) return { key: iriOf(arg), text: labelOf(arg) }
  return isOpen(record, position) ? null : { key: '', text: 'none' }
}

/** Whether leaving a position out says nothing about it; leaving out a plan says that there is none. */
function isOpen({ kind, args }: ProvRecord, position: string): boolean {
  const formal = FORMALS[kind].formals.find(({ name }) => name === position)
  return formal === undefined || formal.target === 'time' || expands(kind, position, args)
}

/** One record of several that do not contradict each other. */
function joined(group: readonly Claimed[]): Claimed {
  const first = group[0]!
  if (group.length === 1) return first
  const records = group.map(({ record }) => record)
  const args: Record<string, QName> = {}
  const times: Record<string, string> = {}
  for (const { name } of FORMALS[first.record.kind].formals) {
    const arg = records.find((record) => record.args[name] !== undefined)?.args[name]
    if (arg !== undefined) args[name] = arg
    const time = least(records.map((record) => record.times[name]))
    if (time !== undefined) times[name] = time
  }
  const id = records.find((record) => record.id !== null)?.id ?? null
  const record = { kind: first.record.kind, id, args, times, attributes: unionOfAttributes(records) }
  return { record, documents: documentsOf(group) }
}

function least(texts: readonly (string | undefined)[]): string | undefined {
  let found: string | undefined
  for (const text of texts) if (text !== undefined && (found === undefined || text < found)) found = text
  return found
}
