import { labelOf, type QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { describeRecord } from '../model/statements.ts'

/** Every kind of remark. */
export type RemarkCode =
  | 'namespace-no-iri' // a namespace that is no absolute IRI
  | 'namespace-without-end' // names run into their namespace: http://example.orge1
  | 'namespace-of-xsd' // datatypes of another namespace than XML Schema's
  | 'namespace-of-prov' // nearly PROV's
  | 'name-no-iri' // a name with a blank, say
  | 'name-in-prov' // a thing of one's own under PROV's namespace
  | 'unknown-term' // prov:something that PROV does not have
  | 'term-of-prov-o' // a property of PROV-O where PROV-DM has another word, or a statement
  | 'attribute-out-of-place' // PROV has it, but not of this kind of record
  | 'identifier-out-of-place' // of a relation that has none in PROV-DM
  | 'type-as-text' // the words "prov:Person" and not the class
  | 'type-out-of-place' // prov:Person of an activity
  | 'label-no-text'
  | 'several-values' // prov:value is there once
  | 'unknown-datatype' // xsd:text
  | 'no-such-literal' // "abc" as xsd:int
  | 'literal-out-of-range' // 1e400 as xsd:double
  | 'no-such-language' // a language tag that is none
  | 'end-before-start'
  | 'informed-before-start' // the informed had ended before the informant began
  | 'event-outside-activity' // used or generated before the activity's start or after its end
  | 'used-before-generation'
  | 'used-after-invalidation'
  | 'invalidated-before-generation'

/** Something that a document may say, and by which PROV does not mean what its author does. No violation. */
export interface Remark {
  readonly code: RemarkCode
  /** What it is about, as written: a prefix, an attribute, a type, a datatype, or the thing whose times are odd. */
  readonly name: string
  /** The bundle in which it is, null for the document's own statements. */
  readonly bundle: QName | null
  /** What PROV makes of it, in words. */
  readonly why: string
  /** The first of the records that it concerns, as they were given. */
  readonly records: readonly ProvRecord[]
  /** How many records it concerns, those that are not named included. */
  readonly count: number
}

/** So many records are kept of each remark; the rest is counted. */
const RECORDS_MAX = 12

interface Noted {
  readonly code: RemarkCode
  readonly name: string
  readonly why: string
  readonly records: ProvRecord[]
  last: ProvRecord | null
  count: number
}

/** Collects what is found in one instance; what is found again of one name is one remark. */
export class Remarks {
  readonly #bundle: QName | null
  readonly #found = new Map<string, Noted>()

  constructor(bundle: QName | null) {
    this.#bundle = bundle
  }

  /**
   * Notes a record, all of one record in a row. `why` is asked once for each `key` (the name, when not given).
   */
  note(
    code: RemarkCode,
    name: string,
    record: ProvRecord | null,
    why: () => string,
    key: string = name,
  ): void {
    const place = `${code} ${key}`
    let noted = this.#found.get(place)
    if (noted === undefined) {
      noted = { code, name, why: why(), records: [], last: null, count: 0 }
      this.#found.set(place, noted)
    }
    if (record === null || noted.last === record) return
    noted.last = record
    noted.count += 1
    if (noted.records.length < RECORDS_MAX) noted.records.push(record)
  }

  all(): Remark[] {
    return Array.from(this.#found.values(), ({ code, name, why, records, count }) => {
      return { code, name, bundle: this.#bundle, why, records, count }
    })
  }
}

/** A remark as a few lines for people: what, how many records, why, and the first records. */
export function describeRemark({ code, name, bundle, why, records, count }: Remark): string {
  const place = bundle === null ? '' : `, in bundle ${labelOf(bundle)}`
  const many = count === 0 ? '' : `, ${count === 1 ? '1 record' : `${count} records`}`
  const lines = records.map((record) => `  ${describeRecord(record)}`)
  if (count > records.length) lines.push(`  and ${count - records.length} more`)
  return [`${code} (${name})${place}${many}: ${why}`, ...lines].join('\n')
}
