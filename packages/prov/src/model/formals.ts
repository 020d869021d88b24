import type { RecordKind } from './record.ts'

/** What a formal position refers to. `any` is an entity, an activity or an agent. */
export type FormalTarget =
  | 'entity'
  | 'activity'
  | 'agent'
  | 'generation'
  | 'usage'
  | 'collection'
  | 'bundle'
  | 'any'
  | 'time'

/** One formal position of a statement, in PROV-N order. */
export interface Formal {
  /** Key in `args`, or in `times` where `target` is `time`. */
  readonly name: string
  /** Key in PROV-JSON, and element in PROV-XML: `prov:<name>`. */
  readonly key: string
  readonly target: FormalTarget
  readonly mandatory: boolean
}

/** How one kind of statement is built (PROV-N 3.1 to 3.6, PROV-JSON 3, PROV-LINKS 3). */
export interface Form {
  readonly formals: readonly Formal[]
  /** Whether PROV-DM gives the statement an identifier and attributes. */
  readonly identified: boolean
}

function formal(name: string, target: FormalTarget, mandatory: boolean): Formal {
  return { name, key: `prov:${name}`, target, mandatory }
}

const must = (name: string, target: FormalTarget): Formal => formal(name, target, true)
const may = (name: string, target: FormalTarget): Formal => formal(name, target, false)
const form = (...formals: readonly Formal[]): Form => ({ formals, identified: true })
const bare = (...formals: readonly Formal[]): Form => ({ formals, identified: false })
const time = may('time', 'time')

/** The formal positions of every kind, in PROV-N order. */
export const FORMALS: Readonly<Record<RecordKind, Form>> = {
  entity: form(),
  activity: form(may('startTime', 'time'), may('endTime', 'time')),
  agent: form(),
  wasGeneratedBy: form(must('entity', 'entity'), may('activity', 'activity'), time),
  used: form(must('activity', 'activity'), may('entity', 'entity'), time),
  wasInformedBy: form(must('informed', 'activity'), must('informant', 'activity')),
  wasStartedBy: form(
    must('activity', 'activity'),
    may('trigger', 'entity'),
    may('starter', 'activity'),
    time,
  ),
  wasEndedBy: form(must('activity', 'activity'), may('trigger', 'entity'), may('ender', 'activity'), time),
  wasInvalidatedBy: form(must('entity', 'entity'), may('activity', 'activity'), time),
  wasDerivedFrom: form(
    must('generatedEntity', 'entity'),
    must('usedEntity', 'entity'),
    may('activity', 'activity'),
    may('generation', 'generation'),
    may('usage', 'usage'),
  ),
  wasAttributedTo: form(must('entity', 'entity'), must('agent', 'agent')),
  wasAssociatedWith: form(must('activity', 'activity'), may('agent', 'agent'), may('plan', 'entity')),
  actedOnBehalfOf: form(must('delegate', 'agent'), must('responsible', 'agent'), may('activity', 'activity')),
  wasInfluencedBy: form(must('influencee', 'any'), must('influencer', 'any')),
  specializationOf: bare(must('specificEntity', 'entity'), must('generalEntity', 'entity')),
  alternateOf: bare(must('alternate1', 'entity'), must('alternate2', 'entity')),
  hadMember: bare(must('collection', 'collection'), must('entity', 'entity')),
  mentionOf: bare(
    must('specificEntity', 'entity'),
    must('generalEntity', 'entity'),
    must('bundle', 'bundle'),
  ),
}

/** Every kind, elements first, in the order in which writers group them. */
export const RECORD_KINDS: readonly RecordKind[] = [
  'entity',
  'activity',
  'agent',
  'wasGeneratedBy',
  'used',
  'wasInformedBy',
  'wasStartedBy',
  'wasEndedBy',
  'wasInvalidatedBy',
  'wasDerivedFrom',
  'wasAttributedTo',
  'wasAssociatedWith',
  'actedOnBehalfOf',
  'wasInfluencedBy',
  'specializationOf',
  'alternateOf',
  'hadMember',
  'mentionOf',
]

const kinds: ReadonlySet<string> = new Set(RECORD_KINDS)

/** Whether a word names a kind of statement. */
export function isRecordKind(word: string): word is RecordKind {
  return kinds.has(word)
}
