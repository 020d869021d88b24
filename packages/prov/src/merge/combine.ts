import { recordKey } from '../model/canonical.ts'
import { RECORD_KINDS } from '../model/formals.ts'
import { iriOf, labelOf, type QName } from '../model/qname.ts'
import { isElementKind, type ProvRecord, type RecordKind } from '../model/record.ts'
import { inWords, NOUNS } from '../validate/wording.ts'
import { addTo, withoutRepetition, type Claimed } from './claimed.ts'
import { sharedIdentifiers, repeatedValues } from './collision.ts'
import type { Conflict } from './conflict.ts'
import { unify, type Clash } from './unify.ts'

/** Statements of one place (the documents' own, or a bundle's) as one set. */
export interface Combined {
  readonly records: readonly ProvRecord[]
  readonly conflicts: readonly Conflict[]
}

/** Constraints 24 to 27: two positions that identify one event, with or without an identifier. */
const PAIRS: ReadonlyMap<
  RecordKind,
  { readonly constraint: number; readonly positions: readonly [string, string] }
> = new Map([
  ['wasGeneratedBy', { constraint: 24, positions: ['entity', 'activity'] }],
  ['wasInvalidatedBy', { constraint: 25, positions: ['entity', 'activity'] }],
  ['wasStartedBy', { constraint: 26, positions: ['activity', 'starter'] }],
  ['wasEndedBy', { constraint: 27, positions: ['activity', 'ender'] }],
])

/**
 * Makes equal statements one, then those with one identifier (constraints 22 and 23), then those of one event (24 to
 * 27). n log n in the statements; sorted, so that the order of the documents does not show.
 */
export function combine(claims: readonly Claimed[], bundle: QName | null): Combined {
  const conflicts: Conflict[] = []
  const note = (
    group: readonly Claimed[],
    clashes: readonly Clash[],
    constraint: number,
    records: readonly Claimed[],
  ): void => {
    for (const clash of clashes) {
      const about = `the ${inWords(clash.position)} of ${subjectOf(group[0]!.record)}`
      conflicts.push({
        constraint,
        bundle,
        about,
        claims: clash.claims,
        records: records.map(({ record }) => record),
      })
    }
  }
  const distinct = withoutRepetition(claims)
  const identified = new Map<string, Claimed[]>()
  const byEvent = new Map<string, Claimed[]>()
  const rest: Claimed[] = []
  const place = (claim: Claimed): void => {
    const event = eventKey(claim.record)
    if (event === null) rest.push(claim)
    else addTo(byEvent, event, claim)
  }
  for (const claim of distinct) {
    const { kind, id } = claim.record
    if (id === null) place(claim)
    else addTo(identified, `${kind} ${iriOf(id)}`, claim)
  }
  for (const group of identified.values()) {
    const unified = unify(group)
    note(group, unified.clashes, isElementKind(group[0]!.record.kind) ? 22 : 23, unified.claims)
    for (const claim of unified.claims) place(claim)
  }
  for (const group of byEvent.values()) {
    const unified = unify(group)
    // What one identifier holds against itself was noted above.
    const ids = new Set(group.map(({ record: { id } }) => (id === null ? null : iriOf(id))))
    const isNew = ids.size > 1 || ids.has(null)
    if (isNew)
      note(group, unified.clashes, PAIRS.get(group[0]!.record.kind)?.constraint ?? 23, unified.claims)
    rest.push(...unified.claims)
  }
  conflicts.push(...sharedIdentifiers(rest, bundle), ...repeatedValues(distinct, rest, bundle))
  return { records: sorted(rest), conflicts }
}

function eventKey({ kind, args }: ProvRecord): string | null {
  const pair = PAIRS.get(kind)
  if (pair === undefined) return null
  const [left, right] = pair.positions.map((position) => args[position])
  return left === undefined || right === undefined ? null : JSON.stringify([kind, iriOf(left), iriOf(right)])
}

function subjectOf({ kind, id, args }: ProvRecord): string {
  if (id !== null) return `${NOUNS[kind]} ${labelOf(id)}`
  const [left, right] = PAIRS.get(kind)?.positions.map((position) => args[position]) ?? []
  if (left === undefined || right === undefined) return `a ${NOUNS[kind]}`
  return `the ${NOUNS[kind]} of ${labelOf(left)} by ${labelOf(right)}`
}

function sorted(claims: readonly Claimed[]): ProvRecord[] {
  const keyed = claims.map(({ record }) => ({
    record,
    kind: RECORD_KINDS.indexOf(record.kind),
    key: `${record.id === null ? '~' : iriOf(record.id)} ${recordKey(record)}`,
  }))
  keyed.sort((a, b) => a.kind - b.kind || (a.key < b.key ? -1 : 1))
  return keyed.map(({ record }) => record)
}
