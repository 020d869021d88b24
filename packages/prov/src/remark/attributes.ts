import { FORMALS } from '../model/formals.ts'
import { labelOf } from '../model/qname.ts'
import type { ProvRecord, RecordKind } from '../model/record.ts'
import type { Value } from '../model/value.ts'
import { PROV } from '../model/vocabulary.ts'
import { listed, NOUNS, plural, withArticle } from '../validate/wording.ts'
import { remarkOnLiteral } from './literals.ts'
import type { Remarks } from './remark.ts'
import { remarkOnType } from './types.ts'
import { ATTRIBUTES, insteadOf, meantBy, POSITIONS } from './vocabulary.ts'

/** What is odd about a record's attributes: those under `prov:`, and every value. */
export function remarkOnAttributes(
  record: ProvRecord,
  prefixes: ReadonlyMap<string, string>,
  found: Remarks,
): void {
  let values = 0
  for (const [name, value] of record.attributes) {
    remarkOnLiteral(record, value, found)
    if (name.namespace !== PROV) continue
    const { local } = name
    const kinds = ATTRIBUTES.get(local)
    if (kinds === undefined) remarkOnTerm(record, local, found)
    else if (kinds !== null && !kinds.has(record.kind)) outOfPlace(record, local, kinds, found)
    else if (local === 'type') remarkOnType(record, value, prefixes, found)
    else if (local === 'label') remarkOnLabel(record, value, found)
    else if (local === 'value') values += 1
  }
  if (values > 1)
    found.note('several-values', 'prov:value', record, () => {
      return `An entity has one prov:value (PROV-DM 5.7.2), ${labelOf(record.id!)} has ${values}.`
    })
  if (!FORMALS[record.kind].identified) remarkOnBare(record, found)
}

/** An attribute under `prov:` that is none of PROV-DM's five. */
function remarkOnTerm(record: ProvRecord, local: string, found: Remarks): void {
  const written = `prov:${local}`
  const kinds = POSITIONS.get(local)
  if (kinds !== undefined) return outOfPlace(record, local, kinds, found)
  const instead = insteadOf(local)
  if (instead !== undefined) {
    found.note('term-of-prov-o', written, record, () => {
      return `${written} is no attribute of PROV-DM: ${instead}. Here it is a word that no reader looks for.`
    })
    return
  }
  found.note('unknown-term', written, record, () => {
    const meant = meantBy(local)
    const hint =
      meant === undefined
        ? 'use a namespace of your own'
        : `did you mean prov:${meant}? Case tells names apart`
    return `PROV has no ${written}, and its namespace is W3C's: ${hint}.`
  })
}

/** What PROV has, but not there: `prov:startTime` of an entity, `prov:role` of an attribution. */
function outOfPlace(record: ProvRecord, local: string, kinds: ReadonlySet<RecordKind>, found: Remarks): void {
  const { kind } = record
  const has = (): string => {
    const owners = listed(Array.from(kinds, (owner) => plural(NOUNS[owner])))
    return `prov:${local} belongs to ${owners}; ${withArticle(NOUNS[kind])} has none, so that it says nothing there.`
  }
  found.note('attribute-out-of-place', `prov:${local}`, record, has, `${local} ${kind}`)
}

function remarkOnLabel(record: ProvRecord, value: Value, found: Remarks): void {
  if (value.type === 'text') return
  const what = value.type === 'name' ? 'a name' : `a literal of ${labelOf(value.datatype)}`
  found.note('label-no-text', 'prov:label', record, () => {
    return `A prov:label is text for people (PROV-DM 5.7.2), and this one is ${what}.`
  })
}

/** PROV-DM gives some relations neither identifier nor attributes. */
function remarkOnBare(record: ProvRecord, found: Remarks): void {
  if (record.id === null && record.attributes.length === 0) return
  found.note('identifier-out-of-place', record.kind, record, () => {
    const what = record.id === null ? 'attributes' : 'an identifier'
    return `PROV-DM gives ${record.kind} neither identifier nor attributes; this one has ${what}, which PROV-N and PROV-O lose or refuse.`
  })
}
