import type { Attribute } from '../model/record.ts'
import { PROV, prov } from '../model/vocabulary.ts'
import type { Fact } from './graph.ts'
import type { Namer } from './namer.ts'
import { DataFactory } from 'n3'
import { attributeProperties, elementClasses, rdfType, relationForms } from './vocabulary.ts'

const locals = new Map([...attributeProperties].map(([local, property]) => [property, local]))
const structural = new Set([
  ...relationForms.flatMap(({ direct, qualified }) => [direct, qualified?.property ?? direct]),
  ...['startedAtTime', 'endedAtTime', 'asInBundle', 'atTime'].map((local) => PROV + local),
])

/** The attribute that a fact says, marked as used; null where it says something else (a relation, a time, a kind of element). */
export function attributeOf(fact: Fact, namer: Namer): Attribute | null {
  if (fact.used || structural.has(fact.property)) return null
  if (fact.property === rdfType && elementClasses.has(fact.object.value)) return null
  const local = fact.property === rdfType ? 'type' : localOf(fact.property)
  if (local === null && fact.property.startsWith(PROV)) return null
  fact.used = true
  const name = local === null ? namer.iri(DataFactory.namedNode(fact.property), fact.line) : prov(local)
  return [name, namer.value(fact.object, fact.line)]
}

function localOf(property: string): string | null {
  const known = locals.get(property)
  if (known !== undefined) return known
  // Not in PROV-O, but what it means is plain.
  const local = property.startsWith(PROV) ? property.slice(PROV.length) : ''
  return attributeProperties.has(local) ? local : null
}
