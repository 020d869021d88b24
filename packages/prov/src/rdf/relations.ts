import type { Quad_Object, Quad_Subject } from 'n3'
import { ProvError } from '../model/error.ts'
import { isDateTime } from '../model/time.ts'
import { sameName, type QName } from '../model/qname.ts'
import type { Attribute, RelationKind } from '../model/record.ts'
import type { StatementParts } from '../model/statements.ts'
import { name } from '../model/value.ts'
import { PROV, prov, XSD } from '../model/vocabulary.ts'
import { attributeOf } from './attributes.ts'
import { keyOf, type Fact, type Graph, type Resource } from './graph.ts'
import { foundTerm, type Namer } from './namer.ts'
import {
  asInBundle,
  atTime,
  rdfType,
  relationForms,
  type QualifiedForm,
  type RelationForm,
} from './vocabulary.ts'

export interface ReadRelation {
  readonly kind: RelationKind
  readonly parts: StatementParts
}

const byDirect = new Map(relationForms.map((form) => [form.direct, form]))
const byQualified = new Map(
  relationForms.flatMap((form) =>
    form.qualified === null ? [] : [[form.qualified.property, form] as const],
  ),
)
const byClass = new Map(
  relationForms.flatMap((form) => (form.qualified === null ? [] : [[form.qualified.class, form] as const])),
)
const formByKind = new Map(relationForms.map((form) => [form.kind, form]))

/** Properties that say a relation from its other end (PROV-O 3.1, 3.2). */
const inverses: ReadonlyMap<string, RelationKind> = new Map([
  [`${PROV}generated`, 'wasGeneratedBy'],
  [`${PROV}invalidated`, 'wasInvalidatedBy'],
  [`${PROV}influenced`, 'wasInfluencedBy'],
])
/** Kinds of derivation that have a property of their own (PROV-O 3.2). */
const derivations: ReadonlyMap<string, string> = new Map([
  [`${PROV}wasRevisionOf`, 'Revision'],
  [`${PROV}wasQuotedFrom`, 'Quotation'],
  [`${PROV}hadPrimarySource`, 'PrimarySource'],
])
const qualifiedDerivations: ReadonlyMap<string, string> = new Map(
  [...derivations.values()].map((type) => [`${PROV}qualified${type}`, type]),
)
/** Events of which only the time is told (PROV-O 3.2). */
const instants: ReadonlyMap<string, RelationKind> = new Map([
  [`${PROV}generatedAtTime`, 'wasGeneratedBy'],
  [`${PROV}invalidatedAtTime`, 'wasInvalidatedBy'],
])

/** What a qualified node says, whoever leads to it. */
interface QualifiedNode {
  readonly id: QName | null
  readonly args: Map<string, QName[]>
  readonly times: string[]
  readonly attributes: Attribute[]
  /** The objects and times it tells of; direct triples of the same pair say nothing new. */
  readonly told: string[]
  /** How many subjects have led here so far. */
  seen: number
}

/** Reads the relations of one graph. Facts that become part of one are marked as used. */
export class RelationReader {
  readonly #graph: Graph
  readonly #namer: Namer
  /** Pairs, and times, that a qualified relation already tells. */
  readonly #told = new Set<string>()
  /** How many subjects lead to a qualified node. */
  readonly #linksTo = new Map<string, number>()
  readonly #nodes = new Map<string, QualifiedNode>()

  constructor(graph: Graph, namer: Namer) {
    this.#graph = graph
    this.#namer = namer
    for (const { facts } of graph.resources.values()) {
      for (const { property, object } of facts) {
        const key = keyOf(object)
        if (byQualified.has(property) || qualifiedDerivations.has(property))
          this.#linksTo.set(key, (this.#linksTo.get(key) ?? 0) + 1)
      }
    }
  }

  read(): ReadRelation[] {
    const resources = [...this.#graph.resources.values()]
    // All qualified relations come first: a direct one that they imply is no statement of its own.
    const qualified = new Map(resources.map((resource) => [resource, this.#qualifiedOf(resource)]))
    return resources.flatMap((resource) => [
      ...(qualified.get(resource) ?? []),
      ...this.#directOf(resource),
      ...this.#unlinkedOf(resource),
    ])
  }

  #qualifiedOf(resource: Resource): ReadRelation[] {
    return resource.facts.flatMap((fact) => {
      const type = qualifiedDerivations.get(fact.property)
      const form = type === undefined ? byQualified.get(fact.property) : formByKind.get('wasDerivedFrom')
      if (form === undefined || form.qualified === null) return []
      fact.used = true
      if (fact.object.termType === 'Literal') throw refused(fact, `a ${form.kind} as a resource`)
      const subject = this.#namer.name(resource.term, resource.line, 'a subject')
      const read = this.#statements(fact.object, { key: resource.key, name: subject }, form, form.qualified)
      return type === undefined ? read : read.map((relation) => ofType(relation, type))
    })
  }

  /** A qualified relation that nothing leads to is one whose subject is not said. */
  #unlinkedOf(resource: Resource): ReadRelation[] {
    if (this.#linksTo.has(resource.key)) return []
    for (const { property, object } of resource.facts) {
      const form = property === rdfType ? byClass.get(object.value) : undefined
      if (form?.qualified) return this.#statements(resource.term, null, form, form.qualified)
    }
    return []
  }

  /**
   * The statements of one qualified node, seen from one subject. A node that has a position twice, or several
   * subjects, was several statements of one identifier: they are told apart by order.
   */
  #statements(
    term: Quad_Object | Quad_Subject,
    subject: { readonly key: string; readonly name: QName } | null,
    form: RelationForm,
    qualified: QualifiedForm,
  ): ReadRelation[] {
    const key = keyOf(term)
    const node = this.#nodes.get(key) ?? this.#readNode(term, form, qualified)
    this.#nodes.set(key, node)
    const seen = node.seen++
    if (subject !== null) {
      for (const object of node.told) this.#told.add(pairKey(form.kind, subject.key, object))
    }
    const here = subject?.name ?? null
    const count = Math.max(1, node.times.length, ...[...node.args.values()].map((names) => names.length))
    const all = Array.from({ length: count }, (_, at): ReadRelation => {
      const time = node.times[at] ?? node.times.at(-1)
      const args = here === null ? {} : { [form.subject]: here }
      const parts = { id: node.id, args: { ...args, ...nth(node.args, at) }, attributes: node.attributes }
      return { kind: form.kind, parts: { ...parts, times: time === undefined ? {} : { time } } }
    })
    return count > 1 && this.#linksTo.get(key) === count ? all.slice(seen, seen + 1) : all
  }

  #readNode(term: Quad_Object | Quad_Subject, form: RelationForm, qualified: QualifiedForm): QualifiedNode {
    const named = term.termType === 'NamedNode' || this.#isReferredTo(term.value)
    const id = named ? this.#namer.name(term, 1, 'a name') : null
    const node: QualifiedNode = { id, args: new Map(), times: [], attributes: [], told: [], seen: 0 }
    for (const fact of this.#graph.about(term)?.facts ?? []) {
      const arg = positionOf(fact.property, form, qualified)
      if (arg !== null) {
        fact.used = true
        const name = this.#namer.name(fact.object, fact.line, `the ${arg} as a resource`)
        node.args.set(arg, [...(node.args.get(arg) ?? []), name])
        if (arg === form.object) node.told.push(keyOf(fact.object))
      } else if (fact.property === atTime && qualified.timed) {
        node.times.push(timeOf(fact))
        node.told.push(`@${fact.object.value}`)
      } else if (fact.property === rdfType && fact.object.value === qualified.class) fact.used = true
      else {
        const attribute = attributeOf(fact, this.#namer)
        if (attribute !== null) node.attributes.push(attribute)
      }
    }
    return node
  }

  /** A blank node that a derivation names as its generation or usage needs a name. */
  #isReferredTo(label: string): boolean {
    this.#referred ??= new Set(
      [...this.#graph.resources.values()].flatMap(({ facts }) =>
        facts.flatMap(({ property, object }) =>
          object.termType === 'BlankNode' && /#had(?:Generation|Usage)$/.test(property) ? [object.value] : [],
        ),
      ),
    )
    return this.#referred.has(label)
  }
  #referred: Set<string> | undefined

  #directOf(resource: Resource): ReadRelation[] {
    return resource.facts.flatMap((fact) => {
      const inverse = inverses.get(fact.property)
      if (inverse !== undefined) return this.#pair(resource, fact, inverse, true)
      const instant = instants.get(fact.property)
      if (instant !== undefined) return this.#instant(resource, fact, instant)
      const derivation = derivations.get(fact.property)
      if (derivation !== undefined) return this.#pair(resource, fact, 'wasDerivedFrom', false, derivation)
      const form = byDirect.get(fact.property)
      return form === undefined ? [] : this.#pair(resource, fact, form.kind, false)
    })
  }

  #pair(resource: Resource, fact: Fact, kind: RelationKind, inverse: boolean, type?: string): ReadRelation[] {
    fact.used = true
    const form = formByKind.get(kind)
    if (form === undefined) return []
    const there = this.#namer.name(
      fact.object,
      fact.line,
      `the ${inverse ? form.subject : form.object} as a resource`,
    )
    const here = this.#namer.name(resource.term, resource.line, 'a subject')
    const keys = [resource.key, keyOf(fact.object)] as const
    const key = inverse ? pairKey(kind, keys[1], keys[0]) : pairKey(kind, ...keys)
    // PROV-O 3.3: the qualified form implies the direct one, which then says nothing new.
    if (this.#told.has(key)) return []
    const args: Record<string, QName> = {
      [form.subject]: inverse ? there : here,
      [form.object]: inverse ? here : there,
    }
    if (kind === 'mentionOf') args['bundle'] = this.#bundleOf(resource, fact)
    const attributes: Attribute[] = type === undefined ? [] : [[prov('type'), name(prov(type))]]
    return [{ kind, parts: { args, attributes } }]
  }

  #bundleOf(resource: Resource, mention: Fact): QName {
    const found = resource.facts.filter((fact) => fact.property === asInBundle)
    const [bundle] = found
    if (bundle === undefined || found.length > 1) {
      throw refused(mention, 'one prov:asInBundle beside prov:mentionOf', `${found.length}`)
    }
    bundle.used = true
    return this.#namer.name(bundle.object, bundle.line, 'a bundle as a resource')
  }

  #instant(resource: Resource, fact: Fact, kind: RelationKind): ReadRelation[] {
    const time = timeOf(fact)
    if (this.#told.has(pairKey(kind, resource.key, `@${time}`))) return []
    const entity = this.#namer.name(resource.term, resource.line, 'a subject')
    return [{ kind, parts: { args: { entity }, times: { time } } }]
  }
}

/** The relation with a prov:type that its property tells, unless it has that already. */
function ofType({ kind, parts }: ReadRelation, type: string): ReadRelation {
  const { attributes = [] } = parts
  const told = attributes.some(([, value]) => value.type === 'name' && sameName(value.name, prov(type)))
  return told
    ? { kind, parts }
    : { kind, parts: { ...parts, attributes: [...attributes, [prov('type'), name(prov(type))]] } }
}

function positionOf(property: string, form: RelationForm, qualified: QualifiedForm): string | null {
  if (property === qualified.object || property === `${PROV}influencer`) return form.object
  return qualified.more.get(property) ?? null
}

function nth(args: ReadonlyMap<string, readonly QName[]>, at: number): Record<string, QName | undefined> {
  return Object.fromEntries([...args].map(([arg, names]) => [arg, names[at] ?? names.at(-1)]))
}

function pairKey(kind: RelationKind, subject: string, object: string): string {
  return `${kind} ${subject} ${object}`
}

/** The time of a fact, marked as used. Throws ProvError `bad-literal`. */
export function timeOf(fact: Fact): string {
  const { object } = fact
  fact.used = true
  if (object.termType === 'Literal' && object.datatype.value === `${XSD}dateTime` && isDateTime(object.value))
    return object.value
  throw refused(fact, 'an xsd:dateTime', undefined, 'bad-literal')
}

export function refused(
  fact: Fact,
  expected: string,
  found: string = foundTerm(fact.object),
  code: 'shape' | 'bad-literal' | 'unknown-record' = 'shape',
  hint?: string,
): ProvError {
  const where = { line: fact.line }
  return new ProvError({ code, where, expected, found, ...(hint === undefined ? {} : { hint }) })
}
