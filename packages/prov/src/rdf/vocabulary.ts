import type { ElementKind, RecordKind, RelationKind } from '../model/record.ts'
import { PROV, RDF } from '../model/vocabulary.ts'

/** The extension of PROV-O that comes with the PROV-JSONLD submission; it qualifies what PROV-O does not. */
export const PROVEXT = 'https://openprovenance.org/ns/provext#'
export const RDFS = 'http://www.w3.org/2000/01/rdf-schema#'

export const rdfType: string = `${RDF}type`
export const rdfsLabel: string = `${RDFS}label`

/** The qualified form of a relation (PROV-O 3.3): `subject property [ a class; object ...; more ... ]`. */
export interface QualifiedForm {
  readonly property: string
  readonly class: string
  /** The property of the qualified node that leads to the relation's object. */
  readonly object: string
  /** Further properties of the node that are formal positions, by IRI. */
  readonly more: ReadonlyMap<string, string>
  /** Whether the node may have prov:atTime. */
  readonly timed: boolean
}

/** How one relation is written in RDF. All properties and classes are whole IRIs. */
export interface RelationForm {
  readonly kind: RelationKind
  /** The formal position that is the triple's subject, and the one that is its object. */
  readonly subject: string
  readonly object: string
  readonly direct: string
  readonly qualified: QualifiedForm | null
}

type Parts = readonly [kind: RelationKind, subject: string, object: string]

function form(
  [kind, subject, object]: Parts,
  noun: string | null,
  through = '',
  more: Readonly<Record<string, string>> = {},
  timed = false,
): RelationForm {
  const qualified = noun === null ? null : qualifiedForm(PROV, noun, through, more, timed)
  return { kind, subject, object, direct: PROV + kind, qualified }
}

function extended([kind, subject, object]: Parts, noun: string, through: string): RelationForm {
  return {
    kind,
    subject,
    object,
    direct: PROV + kind,
    qualified: qualifiedForm(PROVEXT, noun, through, {}, false),
  }
}

function qualifiedForm(
  namespace: string,
  noun: string,
  through: string,
  more: Readonly<Record<string, string>>,
  timed: boolean,
): QualifiedForm {
  return {
    property: `${namespace}qualified${noun}`,
    class: namespace + noun,
    object: namespace + through,
    more: new Map(Object.entries(more).map(([property, arg]) => [PROV + property, arg])),
    timed,
  }
}

const ofDerivation = { hadActivity: 'activity', hadGeneration: 'generation', hadUsage: 'usage' } as const

/** Every relation (PROV-O 3.1 to 3.3, PROV-LINKS 4; the last but one by the extension, as PROV-O has none). */
export const relationForms: readonly RelationForm[] = [
  form(['wasGeneratedBy', 'entity', 'activity'], 'Generation', 'activity', {}, true),
  form(['used', 'activity', 'entity'], 'Usage', 'entity', {}, true),
  form(['wasInformedBy', 'informed', 'informant'], 'Communication', 'activity'),
  form(['wasStartedBy', 'activity', 'trigger'], 'Start', 'entity', { hadActivity: 'starter' }, true),
  form(['wasEndedBy', 'activity', 'trigger'], 'End', 'entity', { hadActivity: 'ender' }, true),
  form(['wasInvalidatedBy', 'entity', 'activity'], 'Invalidation', 'activity', {}, true),
  form(['wasDerivedFrom', 'generatedEntity', 'usedEntity'], 'Derivation', 'entity', ofDerivation),
  form(['wasAttributedTo', 'entity', 'agent'], 'Attribution', 'agent'),
  form(['wasAssociatedWith', 'activity', 'agent'], 'Association', 'agent', { hadPlan: 'plan' }),
  form(['actedOnBehalfOf', 'delegate', 'responsible'], 'Delegation', 'agent', { hadActivity: 'activity' }),
  form(['wasInfluencedBy', 'influencee', 'influencer'], 'Influence', 'influencer'),
  extended(['specializationOf', 'specificEntity', 'generalEntity'], 'Specialization', 'generalEntity'),
  extended(['alternateOf', 'alternate1', 'alternate2'], 'Alternate', 'alternate'),
  extended(['hadMember', 'collection', 'entity'], 'Membership', 'member'),
  form(['mentionOf', 'specificEntity', 'generalEntity'], null),
]

export const formOf: ReadonlyMap<RecordKind, RelationForm> = new Map(
  relationForms.map((each) => [each.kind, each]),
)

/** The classes that make a resource an element by themselves. */
export const elementClasses: ReadonlyMap<string, ElementKind> = new Map([
  [`${PROV}Entity`, 'entity'],
  [`${PROV}Activity`, 'activity'],
  [`${PROV}Agent`, 'agent'],
])

/** Classes that tell the kind of what is not said to be an element otherwise (PROV-O 3.1, 3.2). */
export const subclasses: ReadonlyMap<string, ElementKind> = new Map([
  [`${PROV}Collection`, 'entity'],
  [`${PROV}EmptyCollection`, 'entity'],
  [`${PROV}Plan`, 'entity'],
  [`${PROV}Bundle`, 'entity'],
  [`${PROV}Person`, 'agent'],
  [`${PROV}Organization`, 'agent'],
  [`${PROV}SoftwareAgent`, 'agent'],
])

/** Classes that say what kind of record something is; as the value of a prov:type they would be taken for that. */
export const recordClasses: ReadonlySet<string> = new Set([
  ...elementClasses.keys(),
  ...relationForms.flatMap(({ qualified }) => (qualified === null ? [] : [qualified.class])),
])

export const startedAtTime: string = `${PROV}startedAtTime`
export const endedAtTime: string = `${PROV}endedAtTime`
export const atTime: string = `${PROV}atTime`
export const asInBundle: string = `${PROV}asInBundle`

/** The attributes of PROV-DM (5.7.4) as properties. prov:type is rdf:type where that says the same. */
export const attributeProperties: ReadonlyMap<string, string> = new Map([
  ['type', `${PROV}type`],
  ['label', rdfsLabel],
  ['location', `${PROV}atLocation`],
  ['role', `${PROV}hadRole`],
  ['value', `${PROV}value`],
])
