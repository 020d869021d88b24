import { valueKey } from '../model/canonical.ts'
import { FORMALS } from '../model/formals.ts'
import { iriOf, labelOf, type QName } from '../model/qname.ts'
import { isElementKind, type RecordKind } from '../model/record.ts'
import { writtenValue } from '../model/value.ts'
import { PROV } from '../model/vocabulary.ts'
import { NOUNS, withArticle } from '../validate/wording.ts'
import { addTo, documentsOf, type Claimed } from './claimed.ts'
import type { Claim, Conflict } from './conflict.ts'

/** Identifiers that are given to things of kinds that exclude each other (constraints 53, 54 and 55). */
export function sharedIdentifiers(claims: readonly Claimed[], bundle: QName | null): Conflict[] {
  const byId = new Map<string, Claimed[]>()
  for (const claim of claims) {
    const { kind, id } = claim.record
    if (id !== null && FORMALS[kind].identified) addTo(byId, iriOf(id), claim)
  }
  const conflicts: Conflict[] = []
  for (const group of byId.values()) {
    const byKind = new Map<RecordKind, Claimed[]>()
    for (const claim of group) addTo(byKind, claim.record.kind, claim)
    const kinds = [...byKind.keys()].sort()
    for (const [at, one] of kinds.entries()) {
      for (const other of kinds.slice(at + 1)) {
        const constraint = exclusion(one, other)
        if (constraint === null) continue
        const sides = [one, other].map((kind) => byKind.get(kind) ?? [])
        conflicts.push({
          constraint,
          bundle,
          about: `what ${labelOf(group[0]!.record.id!)} names`,
          claims: sides.map((side): Claim => {
            return { value: withArticle(NOUNS[side[0]!.record.kind]), documents: documentsOf(side) }
          }),
          records: sides.flatMap((side) => side.map(({ record }) => record)),
        })
      }
    }
  }
  return conflicts
}

/** The constraint by which one identifier cannot be of both kinds; null when it can. */
function exclusion(one: RecordKind, other: RecordKind): number | null {
  if (isElementKind(one) && isElementKind(other)) return one === 'agent' || other === 'agent' ? null : 55
  if (isElementKind(one) || isElementKind(other)) return 54
  return isExempt(one) || isExempt(other) ? null : 53
}

/** Constraint 53 leaves these out: see `isDisjoint` in validate/impossible.ts. */
function isExempt(kind: RecordKind): boolean {
  return kind === 'wasDerivedFrom' || kind === 'wasInfluencedBy'
}

const VALUE = `${PROV}value`

/** Entities with two values: PROV-DM 5.7.2.5 allows one prov:value. `claims` are from before they were unified. */
export function repeatedValues(
  claims: readonly Claimed[],
  merged: readonly Claimed[],
  bundle: QName | null,
): Conflict[] {
  const byEntity = new Map<string, Map<string, { readonly text: string; readonly side: Claimed[] }>>()
  for (const claim of claims) {
    const { kind, id, attributes } = claim.record
    if (kind !== 'entity' || id === null) continue
    for (const [name, value] of attributes) {
      if (iriOf(name) !== VALUE) continue
      const values =
        byEntity.get(iriOf(id)) ?? new Map<string, { readonly text: string; readonly side: Claimed[] }>()
      byEntity.set(iriOf(id), values)
      const key = valueKey(value)
      const known = values.get(key) ?? { text: writtenValue(value), side: [] }
      values.set(key, known)
      known.side.push(claim)
    }
  }
  const conflicts: Conflict[] = []
  for (const { record } of merged) {
    const values = record.kind === 'entity' && record.id !== null ? byEntity.get(iriOf(record.id)) : undefined
    if (values === undefined || values.size < 2 || record.id === null) continue
    const sides = Array.from(values.values(), ({ text, side }) => ({
      value: text,
      documents: documentsOf(side),
    }))
    sides.sort((a, b) => (a.value < b.value ? -1 : 1))
    const about = `the prov:value of entity ${labelOf(record.id)}`
    conflicts.push({ constraint: 'PROV-DM', bundle, about, claims: sides, records: [record] })
  }
  return conflicts
}
