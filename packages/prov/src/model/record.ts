import type { QName } from './qname.ts'
import type { Value } from './value.ts'

/** The three kinds of element (PROV-DM 5.1.1, 5.1.2, 5.3.1). */
export type ElementKind = 'entity' | 'activity' | 'agent'

/** The relations of PROV-DM and mentionOf of PROV-LINKS, by their PROV-N names. */
export type RelationKind =
  | 'wasGeneratedBy'
  | 'used'
  | 'wasInformedBy'
  | 'wasStartedBy'
  | 'wasEndedBy'
  | 'wasInvalidatedBy'
  | 'wasDerivedFrom'
  | 'wasAttributedTo'
  | 'wasAssociatedWith'
  | 'actedOnBehalfOf'
  | 'wasInfluencedBy'
  | 'specializationOf'
  | 'alternateOf'
  | 'hadMember'
  | 'mentionOf'

export type RecordKind = ElementKind | RelationKind

/** An attribute and one value of it; an attribute with two values is two pairs. */
export type Attribute = readonly [QName, Value]
export type Attributes = readonly Attribute[]

/** One PROV statement. Immutable. */
export interface ProvRecord {
  readonly kind: RecordKind
  /** Always there for elements, optional for relations; specializationOf, alternateOf, hadMember and mentionOf have none in PROV-DM. */
  readonly id: QName | null
  /** The endpoints by the names in `FORMALS[kind]`, e.g. `{ entity, activity }`. */
  readonly args: Readonly<Record<string, QName | undefined>>
  /** xsd:dateTime lexical forms: `{ time }`, or `{ startTime, endTime }` of an activity. */
  readonly times: Readonly<Record<string, string | undefined>>
  /** Everything else: prov:type, prov:label, prov:role, prov:location, prov:value and the user's own. */
  readonly attributes: Attributes
}

/** Whether a kind is an element and not a relation. */
export function isElementKind(kind: RecordKind): kind is ElementKind {
  return kind === 'entity' || kind === 'activity' || kind === 'agent'
}
