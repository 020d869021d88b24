import { FORMALS } from '../model/formals.ts'
import type { RecordKind } from '../model/record.ts'

/** The context that the submission publishes; it defines every term used here. */
export const CONTEXT = 'https://openprovenance.org/prov-jsonld/context.jsonld'
/** Other addresses of the same context. */
export const CONTEXTS: ReadonlySet<string> = new Set([
  CONTEXT,
  CONTEXT.replace('https:', 'http:'),
  'https://www.w3.org/submissions/prov-jsonld/context.jsonld',
  'https://www.w3.org/submissions/2024/SUBM-prov-jsonld-20240825/context.jsonld',
])

/** The attributes of PROV-DM that have a term of their own. */
export type SpecialTerm = 'type' | 'label' | 'role' | 'location' | 'value'
export const specialTerms: readonly SpecialTerm[] = ['type', 'label', 'role', 'location', 'value']
/** Terms whose strings are names and not text. */
export const nameTerms: ReadonlySet<SpecialTerm> = new Set<SpecialTerm>(['type', 'role', 'location'])

/** How one kind of record is written: its `@type`, and the special terms that the schema gives it. */
export interface Shape {
  readonly type: string
  readonly terms: ReadonlySet<SpecialTerm>
}

function shape(type: string, ...more: readonly SpecialTerm[]): Shape {
  return { type, terms: new Set<SpecialTerm>(['type', 'label', ...more]) }
}

/** Every kind but mentionOf, for which the submission has no term. */
export const shapes: ReadonlyMap<RecordKind, Shape> = new Map([
  ['entity', shape('Entity', 'location', 'value')],
  ['activity', shape('Activity', 'location')],
  ['agent', shape('Agent', 'location')],
  ['wasGeneratedBy', shape('Generation', 'role', 'location')],
  ['used', shape('Usage', 'role', 'location')],
  ['wasInformedBy', shape('Communication')],
  ['wasStartedBy', shape('Start', 'role', 'location')],
  ['wasEndedBy', shape('End', 'role', 'location')],
  ['wasInvalidatedBy', shape('Invalidation', 'role', 'location')],
  ['wasDerivedFrom', shape('Derivation')],
  ['wasAttributedTo', shape('Attribution')],
  ['wasAssociatedWith', shape('Association', 'role')],
  ['actedOnBehalfOf', shape('Delegation')],
  ['wasInfluencedBy', shape('Influence')],
  ['specializationOf', shape('Specialization')],
  ['alternateOf', shape('Alternate')],
  ['hadMember', shape('Membership')],
] as const)

export const kindOfType: ReadonlyMap<string, RecordKind> = new Map(
  [...shapes].map(([kind, { type }]) => [type, kind]),
)

/** Words that the context gives a meaning; a prefix of that name would lose its own. */
const contextTerms: ReadonlySet<string> = new Set([
  'rdf',
  'rdfs',
  'provext',
  'Bundle',
  'Document',
  ...specialTerms,
  ...Array.from(shapes.values(), ({ type }) => type),
  ...Object.values(FORMALS).flatMap(({ formals }) => formals.map(({ name }) => name)),
])

/** The schema has attributes as `prefix:local` with a prefix of these characters; `_` is for blank nodes. */
export function isJsonldPrefix(prefix: string): boolean {
  return /^[A-Za-z0-9_]+$/.test(prefix) && prefix !== '_' && !contextTerms.has(prefix)
}
