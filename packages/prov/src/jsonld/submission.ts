import { FORMALS } from '../model/formals.ts'
import type { RecordKind } from '../model/record.ts'
import { PROV, RDF, XSD } from '../model/vocabulary.ts'
import { endedAtTime, formOf, PROVEXT, RDFS, rdfsLabel, rdfType, startedAtTime } from '../rdf/vocabulary.ts'
import { shapes } from './terms.ts'

type Term = Readonly<Record<string, unknown>>

/** Prefixes that the submission's context gives everybody who names it. */
export const contextPrefixes: ReadonlyMap<string, string> = new Map([
  ['prov', PROV],
  ['provext', PROVEXT],
  ['xsd', XSD],
  ['rdfs', RDFS],
  ['rdf', RDF],
])

/**
 * The context of the submission written out, made of PROV-O's own vocabulary: what `CONTEXT` leads to, for readers
 * without a network. Terms of a statement are those of its `@type` (type-scoped, JSON-LD 1.1), since `activity` is
 * the subject of a usage and the object of a generation.
 */
export function writtenContext(): Term {
  const terms: [string, unknown][] = [
    ['@version', 1.1],
    ...contextPrefixes,
    ['type', reference(rdfType)],
    ['label', { '@id': rdfsLabel }],
    ['role', reference(`${PROV}hadRole`)],
    ['location', reference(`${PROV}atLocation`)],
    ['Document', { '@id': `${PROVEXT}Document` }],
    ['Bundle', { '@id': `${PROV}Bundle` }],
  ]
  for (const [kind, { type }] of shapes) terms.push([type, typeTerm(kind, type)])
  return Object.fromEntries(terms)
}

function typeTerm(kind: RecordKind, type: string): Term {
  if (kind === 'entity') return { '@id': PROV + type, '@context': { value: { '@id': `${PROV}value` } } }
  if (kind === 'activity') {
    const times = { startTime: dateTime(startedAtTime), endTime: dateTime(endedAtTime) }
    return { '@id': PROV + type, '@context': times }
  }
  const form = formOf.get(kind)
  if (form === undefined || form.qualified === null) return { '@id': PROV + type }
  const { qualified, subject, object } = form
  const further = new Map(Array.from(qualified.more, ([property, name]) => [name, property]))
  const inside: Record<string, Term> = {}
  for (const { name } of FORMALS[kind].formals) {
    if (name === subject) inside[name] = { '@reverse': qualified.property, '@type': '@id' }
    else if (name === object) inside[name] = reference(qualified.object)
    else if (name === 'time') inside[name] = dateTime(`${PROV}atTime`)
    else inside[name] = reference(further.get(name) ?? PROV + name)
  }
  return { '@id': qualified.class, '@context': inside }
}

function reference(property: string): Term {
  return { '@id': property, '@type': '@id' }
}

function dateTime(property: string): Term {
  return { '@id': property, '@type': `${XSD}dateTime` }
}
