import { FORMALS } from '../model/formals.ts'
import { iriOf } from '../model/qname.ts'
import type { Attribute, ElementKind } from '../model/record.ts'
import type { StatementParts } from '../model/statements.ts'
import { PROV } from '../model/vocabulary.ts'
import { attributeOf } from './attributes.ts'
import type { Fact, Graph, Resource } from './graph.ts'
import { foundTerm, type Namer } from './namer.ts'
import { refused, timeOf, type ReadRelation } from './relations.ts'
import { elementClasses, endedAtTime, rdfType, startedAtTime, subclasses } from './vocabulary.ts'
import type { Foreign } from './options.ts'

export interface ReadElement extends StatementParts {
  readonly kind: ElementKind
}

/** Reads the elements of one graph, after its relations have taken what is theirs. */
export class ElementReader {
  readonly #graph: Graph
  readonly #namer: Namer
  readonly #foreign: Foreign
  /** What the relations take a name for, by IRI. */
  readonly #implied = new Map<string, ElementKind>()

  constructor(graph: Graph, namer: Namer, foreign: Foreign, relations: readonly ReadRelation[]) {
    this.#graph = graph
    this.#namer = namer
    this.#foreign = foreign
    for (const { kind, parts } of relations) {
      for (const { name, target } of FORMALS[kind].formals) {
        const arg = parts.args?.[name]
        const element = target === 'collection' || target === 'any' ? 'entity' : target
        if (
          arg === undefined ||
          arg === null ||
          (element !== 'entity' && element !== 'activity' && element !== 'agent')
        )
          continue
        if (!this.#implied.has(iriOf(arg))) this.#implied.set(iriOf(arg), element)
      }
    }
  }

  /** `isBundle` tells of a resource that is only said to be a bundle, and of no element. */
  read(isBundle: (resource: Resource) => boolean): ReadElement[] {
    return [...this.#graph.resources.values()].flatMap((resource) =>
      isBundle(resource) ? [] : this.#elements(resource),
    )
  }

  #elements(resource: Resource): ReadElement[] {
    const rest = resource.facts.filter((fact) => !fact.used)
    if (rest.length === 0) return []
    const kinds = this.#kinds(resource, rest)
    if (kinds.length === 0) {
      if (this.#foreign === 'skip') return []
      throw this.#refused(rest)
    }
    const times: Record<string, string> = {}
    const attributes: Attribute[] = []
    for (const fact of rest) {
      if (fact.property === startedAtTime) times['startTime'] = timeOf(fact)
      else if (fact.property === endedAtTime) times['endTime'] = timeOf(fact)
      else if (fact.property === rdfType && elementClasses.has(fact.object.value)) fact.used = true
      else {
        const attribute = attributeOf(fact, this.#namer)
        if (attribute !== null) attributes.push(attribute)
        else if (!fact.used) throw this.#refused([fact])
      }
    }
    const id = this.#namer.name(resource.term, resource.line, 'a name')
    return kinds.map((kind, at) => ({
      kind,
      id,
      times: kind === 'activity' ? times : {},
      // RDF does not say which of several kinds an attribute belongs to; the first has them.
      attributes: at === 0 ? attributes : [],
    }))
  }

  #kinds(resource: Resource, rest: readonly Fact[]): ElementKind[] {
    const said = new Set<ElementKind>()
    const types = rest.filter((fact) => fact.property === rdfType)
    for (const { object } of types) {
      const kind = elementClasses.get(object.value)
      if (kind !== undefined) said.add(kind)
    }
    if (rest.some(({ property }) => property === startedAtTime || property === endedAtTime))
      said.add('activity')
    if (said.size > 0) return [...said]
    for (const { object } of types) {
      const kind = subclasses.get(object.value)
      if (kind !== undefined) return [kind]
    }
    const { term } = resource
    const implied = term.termType === 'NamedNode' ? this.#implied.get(term.value) : this.#blankKind(resource)
    return implied === undefined ? [] : [implied]
  }

  #blankKind(resource: Resource): ElementKind | undefined {
    return this.#implied.get(iriOf(this.#namer.name(resource.term, resource.line, 'a name')))
  }

  #refused([fact]: readonly Fact[]): Error {
    if (fact === undefined) return new Error('nothing to refuse')
    if (fact.property.startsWith(PROV)) {
      return refused(fact, 'a property of PROV-O', `<${fact.property}>`, 'unknown-record')
    }
    const found =
      fact.property === rdfType ? `a resource of type ${foundTerm(fact.object)}` : `<${fact.property}>`
    const expected = 'statements about an entity, activity or agent'
    const hint = "take such statements out of the file; a program leaves them out with { foreign: 'skip' }"
    return refused(fact, expected, found, 'unknown-record', hint)
  }
}
