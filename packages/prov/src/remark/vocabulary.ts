import { FORMALS } from '../model/formals.ts'
import { isRecordKind, RECORD_KINDS } from '../model/formals.ts'
import type { RecordKind } from '../model/record.ts'

const EVENTS: readonly RecordKind[] = [
  'used',
  'wasGeneratedBy',
  'wasInvalidatedBy',
  'wasStartedBy',
  'wasEndedBy',
]

/** The attributes of PROV-DM (5.7.4) and which kinds of record have them; null for all that have attributes. */
export const ATTRIBUTES: ReadonlyMap<string, ReadonlySet<RecordKind> | null> = new Map([
  ['type', null],
  ['label', null],
  ['role', new Set<RecordKind>([...EVENTS, 'wasAssociatedWith'])],
  ['location', new Set<RecordKind>(['entity', 'activity', 'agent', ...EVENTS])],
  ['value', new Set<RecordKind>(['entity'])],
])

/** The formal positions of PROV-DM by their names, with the kinds of record that have them. */
export const POSITIONS: ReadonlyMap<string, ReadonlySet<RecordKind>> = positions()

function positions(): Map<string, Set<RecordKind>> {
  const found = new Map<string, Set<RecordKind>>()
  for (const kind of RECORD_KINDS) {
    for (const { name } of FORMALS[kind].formals) found.set(name, (found.get(name) ?? new Set()).add(kind))
  }
  return found
}

/** Properties of PROV-O that PROV-DM says by another word, or by a statement. */
const PROV_O: ReadonlyMap<string, string> = new Map([
  ['startedAtTime', 'an activity has prov:startTime'],
  ['endedAtTime', 'an activity has prov:endTime'],
  ['atTime', 'a relation has prov:time'],
  ['generatedAtTime', 'that is the prov:time of a wasGeneratedBy'],
  ['invalidatedAtTime', 'that is the prov:time of a wasInvalidatedBy'],
  ['atLocation', 'it is prov:location'],
  ['hadRole', 'it is prov:role'],
  ['hadPlan', 'that is the prov:plan of a wasAssociatedWith'],
  ['hadActivity', 'that is a position of the relation, such as prov:activity'],
  ['hadGeneration', 'that is the prov:generation of a wasDerivedFrom'],
  ['hadUsage', 'that is the prov:usage of a wasDerivedFrom'],
  ['hadPrimarySource', 'that is a wasDerivedFrom of the type prov:PrimarySource'],
  ['wasQuotedFrom', 'that is a wasDerivedFrom of the type prov:Quotation'],
  ['wasRevisionOf', 'that is a wasDerivedFrom of the type prov:Revision'],
  ['generated', 'that is a wasGeneratedBy, the other way round'],
  ['invalidated', 'that is a wasInvalidatedBy, the other way round'],
  ['influenced', 'that is a wasInfluencedBy, the other way round'],
  ['asInBundle', 'that is the prov:bundle of a mentionOf'],
])

/** What PROV-DM has in place of a property of PROV-O or a relation's name; undefined when it is neither. */
export function insteadOf(local: string): string | undefined {
  if (isRecordKind(local)) return `${local} is a statement of its own`
  if (/^qualified[A-Z]/.test(local))
    return 'a qualified relation is a statement of its own, with its attributes'
  return PROV_O.get(local)
}

/** What was meant by a term that is written otherwise only in its letters' case. */
export function meantBy(local: string): string | undefined {
  return byLowerCase.get(local.toLowerCase())
}

const byLowerCase = new Map(
  [...ATTRIBUTES.keys(), ...POSITIONS.keys(), ...PROV_O.keys()].map((local) => [local.toLowerCase(), local]),
)

const ENTITY: ReadonlySet<RecordKind> = new Set<RecordKind>(['entity'])
/** An agent is often an entity or the like as well. */
const AGENT: ReadonlySet<RecordKind> = new Set<RecordKind>(['agent', 'entity'])
const DERIVATION: ReadonlySet<RecordKind> = new Set<RecordKind>(['wasDerivedFrom'])

/** PROV's classes that a prov:type may name, and of what; null where they are of no single kind. */
export const CLASSES: ReadonlyMap<string, ReadonlySet<RecordKind> | null> = new Map([
  ['Person', AGENT],
  ['Organization', AGENT],
  ['SoftwareAgent', AGENT],
  ['Plan', ENTITY],
  ['Collection', ENTITY],
  ['EmptyCollection', ENTITY],
  ['Bundle', ENTITY],
  ['Dictionary', ENTITY],
  ['EmptyDictionary', ENTITY],
  ['Revision', DERIVATION],
  ['Quotation', DERIVATION],
  ['PrimarySource', DERIVATION],
  ['Entity', ENTITY],
  ['Activity', new Set<RecordKind>(['activity'])],
  ['Agent', null],
  ...[
    ['Generation', 'Usage', 'Communication', 'Start', 'End', 'Invalidation', 'Derivation', 'Attribution'],
    ['Association', 'Delegation', 'Influence', 'EntityInfluence', 'ActivityInfluence', 'AgentInfluence'],
    ['InstantaneousEvent', 'Role', 'Location', 'KeyEntityPair', 'Insertion', 'Removal'],
    // PROV-AQ and PROV-DC.
    [
      'ServiceDescription',
      'DirectQueryService',
      'Accept',
      'Contribute',
      'Contributor',
      'Copyright',
      'Create',
    ],
    ['Creator', 'Modify', 'Publish', 'Publisher', 'Replace', 'RightsAssignment', 'RightsHolder', 'Submit'],
  ]
    .flat()
    .map((local) => [local, null] as const),
])

/** The class that was meant by one that differs in its letters' case. */
export function classMeantBy(local: string): string | undefined {
  return classesByLowerCase.get(local.toLowerCase())
}

const classesByLowerCase = new Map(Array.from(CLASSES.keys(), (local) => [local.toLowerCase(), local]))
