import { attributeKey, recordKey } from '../model/canonical.ts'
import type { Attribute, Attributes, ProvRecord } from '../model/record.ts'

/** A statement and the documents that make it, by their places in the list, ascending. */
export interface Claimed {
  readonly record: ProvRecord
  readonly documents: readonly number[]
}

/** All the documents of some claims, ascending. */
export function documentsOf(claims: readonly Claimed[]): readonly number[] {
  return [...new Set(claims.flatMap(({ documents }) => documents))].sort((a, b) => a - b)
}

/** Equal statements as one. Of several ways of writing it, that of the least text stays, whoever wrote it. */
export function withoutRepetition(claims: readonly Claimed[]): Claimed[] {
  const groups = new Map<string, Claimed[]>()
  for (const claim of claims) addTo(groups, recordKey(claim.record), claim)
  return Array.from(groups.values(), (group) => {
    const first = group[0]!
    if (group.length === 1) return first
    const texts = group.map(({ record }) => ({ record, written: writing(record) }))
    const least = texts.reduce((a, b) => (b.written < a.written ? b : a))
    return { record: least.record, documents: documentsOf(group) }
  })
}

/** The attributes of all, each once, in an order of their own. */
export function unionOfAttributes(records: readonly ProvRecord[]): Attributes {
  const found = new Map<string, Attribute>()
  for (const attribute of records.flatMap(({ attributes }) => attributes)) {
    const key = attributeKey(attribute)
    const known = found.get(key)
    if (known === undefined || JSON.stringify(attribute) < JSON.stringify(known)) found.set(key, attribute)
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, attribute]) => attribute)
}

/** Adds to the list under a key. */
export function addTo<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const known = lists.get(key)
  if (known === undefined) lists.set(key, [item])
  else known.push(item)
}

function writing(record: ProvRecord): string {
  return JSON.stringify([record.id, record.args, record.times, record.attributes])
}
