import type { NamedNode, Quad_Object } from 'n3'
import { FORMALS } from '../model/formals.ts'
import { iriOf, sameName, type QName } from '../model/qname.ts'
import { isElementKind, type Attribute, type ProvRecord } from '../model/record.ts'
import { PROV, prov } from '../model/vocabulary.ts'
import { describeRecord } from '../model/statements.ts'
import { unrepresentable, type Terms } from './terms.ts'
import {
  asInBundle,
  atTime,
  attributeProperties,
  endedAtTime,
  formOf,
  rdfType,
  recordClasses,
  startedAtTime,
  type QualifiedForm,
  type RelationForm,
} from './vocabulary.ts'

/** A property and its object. */
export interface Pair {
  readonly predicate: NamedNode
  readonly object: Quad_Object
}

/** What is said of one subject, and of the nodes with a name of their own that it leads to. */
export interface SubjectPairs {
  readonly pairs: readonly Pair[]
  /** Qualified nodes without a name, each under its property. */
  readonly blanks: readonly { readonly predicate: NamedNode; readonly pairs: readonly Pair[] }[]
  readonly nodes: readonly { readonly name: NamedNode; readonly pairs: readonly Pair[] }[]
}

/** The name that a record's triples begin with: an element's own, or a relation's subject; null when that is not said. */
export function subjectOf(record: ProvRecord): QName | null {
  if (isElementKind(record.kind)) return record.id
  return record.args[formOf.get(record.kind)?.subject ?? ''] ?? null
}

/** The triples of all records about one subject. */
export function subjectPairs(records: readonly ProvRecord[], terms: Terms, implied: boolean): SubjectPairs {
  const builder = new SubjectBuilder(terms, implied)
  const qualified = new Set(records.flatMap((record) => (isPlain(record) ? [] : pairKey(record))))
  const elements = records.filter((record) => isElementKind(record.kind))
  for (const record of elements) builder.types(record)
  for (const record of elements) builder.element(record)
  for (const record of records) if (!isElementKind(record.kind)) builder.relation(record, qualified)
  return builder
}

/** Whether one triple says it all. */
function isPlain(record: ProvRecord): boolean {
  const form = formOf.get(record.kind)
  if (form === undefined) return true
  const bare = record.args[form.subject] !== undefined && record.id === null && record.attributes.length === 0
  const positions = FORMALS[record.kind].formals.filter(({ name }) => {
    return record.args[name] !== undefined || record.times[name] !== undefined
  })
  const expected = form.kind === 'mentionOf' ? 3 : 2
  return bare && positions.length === expected && record.args[form.object] !== undefined
}

function pairKey(record: ProvRecord): string {
  const object = record.args[formOf.get(record.kind)?.object ?? '']
  return `${record.kind} ${object === undefined ? '' : iriOf(object)}`
}

class SubjectBuilder implements SubjectPairs {
  readonly pairs: Pair[] = []
  readonly blanks: { predicate: NamedNode; pairs: Pair[] }[] = []
  readonly nodes: { name: NamedNode; pairs: Pair[] }[] = []
  readonly #terms: Terms
  #mentions = 0

  readonly #implied: boolean

  constructor(terms: Terms, implied: boolean) {
    this.#terms = terms
    this.#implied = implied
  }

  /** What it is comes first, so that a reader sees it at once. */
  types(record: ProvRecord): void {
    const kind = { entity: 'Entity', activity: 'Activity', agent: 'Agent' } as const
    if (isElementKind(record.kind)) this.#say(rdfType, this.#terms.node(PROV + kind[record.kind]))
    for (const attribute of record.attributes) {
      const pair = this.#attribute(attribute)
      if (pair.predicate.value === rdfType) this.pairs.push(pair)
    }
  }

  element(record: ProvRecord): void {
    const { startTime, endTime } = record.times
    if (startTime !== undefined) this.#say(startedAtTime, this.#terms.time(startTime))
    if (endTime !== undefined) this.#say(endedAtTime, this.#terms.time(endTime))
    for (const attribute of record.attributes) {
      const pair = this.#attribute(attribute)
      if (pair.predicate.value !== rdfType) this.pairs.push(pair)
    }
  }

  /** A plain relation is one triple, unless a qualified one of the same pair would make it invisible. */
  relation(record: ProvRecord, qualified: ReadonlySet<string>): void {
    const form = formOf.get(record.kind)
    if (form === undefined) return
    const object = record.args[form.object]
    const needsNode = form.qualified !== null && (!isPlain(record) || qualified.has(pairKey(record)))
    // Without a subject there is nothing that the triple could begin with.
    const direct = !needsNode || (this.#implied && record.args[form.subject] !== undefined)
    if (direct && object !== undefined) this.#say(form.direct, this.#terms.name(object))
    if (form.kind === 'mentionOf') this.#mention(record)
    else if (needsNode) this.#qualified(record, form, form.qualified)
  }

  #mention(record: ProvRecord): void {
    const bundle = record.args['bundle']
    this.#mentions += 1
    if (record.id !== null || record.attributes.length > 0 || this.#mentions > 1 || bundle === undefined) {
      const found = describeRecord(record)
      throw unrepresentable(
        'one mentionOf of an entity, without identifier and attributes',
        found,
        'PROV-LINKS 4',
      )
    }
    this.#say(asInBundle, this.#terms.name(bundle))
  }

  #qualified(record: ProvRecord, form: RelationForm, qualified: QualifiedForm | null): void {
    if (qualified === null) return
    const predicate = this.#terms.node(qualified.property)
    const pairs: Pair[] = [this.#pair(rdfType, this.#terms.node(qualified.class))]
    const object = record.args[form.object]
    if (object !== undefined) pairs.push(this.#pair(qualified.object, this.#terms.name(object)))
    for (const [property, arg] of qualified.more) {
      const name = record.args[arg]
      if (name !== undefined) pairs.push(this.#pair(property, this.#terms.name(name)))
    }
    const { time } = record.times
    if (time !== undefined) pairs.push(this.#pair(atTime, this.#terms.time(time)))
    for (const attribute of record.attributes) pairs.push(this.#attribute(attribute))
    if (record.id === null) this.blanks.push({ predicate, pairs })
    else {
      const name = this.#terms.name(record.id)
      this.pairs.push({ predicate, object: name })
      this.nodes.push({ name, pairs })
    }
  }

  #attribute([name, value]: Attribute): Pair {
    const object = this.#terms.value(value)
    if (sameName(name, prov('type')) && value.type === 'name' && !recordClasses.has(iriOf(value.name))) {
      return this.#pair(rdfType, object)
    }
    const iri = iriOf(name)
    if (!iri.startsWith(PROV)) return this.#pair(iri, object)
    const property = attributeProperties.get(iri.slice(PROV.length))
    if (property !== undefined) return this.#pair(property, object)
    const known = [...attributeProperties.keys()].map((local) => `prov:${local}`).join(', ')
    throw unrepresentable(
      `one of the attributes ${known}`,
      `prov:${iri.slice(PROV.length)}`,
      'use your own namespace',
    )
  }

  #say(property: string, object: Quad_Object): void {
    this.pairs.push(this.#pair(property, object))
  }

  #pair(property: string, object: Quad_Object): Pair {
    return { predicate: this.#terms.node(property), object }
  }
}
