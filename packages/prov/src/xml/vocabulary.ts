import { isRecordKind } from '../model/formals.ts'
import type { RecordKind } from '../model/record.ts'

export const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
export const XML = 'http://www.w3.org/XML/1998/namespace'

/** What an element of PROV-XML states: a kind of record, and the PROV type that its name implies. */
export interface XmlForm {
  readonly kind: RecordKind
  readonly type?: string
}

/** Elements that are another kind with a type (PROV-XML 3.1 to 3.6, "extended structures"). */
const EXTENDED: ReadonlyMap<string, XmlForm> = new Map([
  ['plan', { kind: 'entity', type: 'Plan' }],
  ['bundle', { kind: 'entity', type: 'Bundle' }],
  ['collection', { kind: 'entity', type: 'Collection' }],
  ['emptyCollection', { kind: 'entity', type: 'EmptyCollection' }],
  ['person', { kind: 'agent', type: 'Person' }],
  ['organization', { kind: 'agent', type: 'Organization' }],
  ['softwareAgent', { kind: 'agent', type: 'SoftwareAgent' }],
  ['wasRevisionOf', { kind: 'wasDerivedFrom', type: 'Revision' }],
  ['wasQuotedFrom', { kind: 'wasDerivedFrom', type: 'Quotation' }],
  ['hadPrimarySource', { kind: 'wasDerivedFrom', type: 'PrimarySource' }],
])

/** What the PROV element of that local name states, else null. */
export function formOf(local: string): XmlForm | null {
  if (isRecordKind(local)) return { kind: local }
  return EXTENDED.get(local) ?? null
}
