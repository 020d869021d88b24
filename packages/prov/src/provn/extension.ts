import { FORMALS, isRecordKind } from '../model/formals.ts'
import { qname, type QName } from '../model/qname.ts'
import type { ProvRecord, RecordKind } from '../model/record.ts'
import { PROV } from '../model/vocabulary.ts'

/**
 * PROV-N gives specializationOf, alternateOf, hadMember and mentionOf neither identifier nor attributes. Its extension
 * point (3.7.4) lets them be written all the same, and this namespace is what other tools do it with.
 */
const EXTENSION = 'https://openprovenance.org/ns/provext#'
const FORMER_EXTENSION = 'http://openprovenance.org/prov/extension#'

/** The name to write a record's kind with when its own word allows too little, else null. */
export function extensionOf(record: ProvRecord): QName | null {
  if (FORMALS[record.kind].identified) return null
  if (record.id === null && record.attributes.length === 0) return null
  return qname('provext', EXTENSION, record.kind)
}

/** The kind that an extension's name stands for, else null: `provext:hadMember`, `prov:mentionOf`. */
export function kindOfExtension({ namespace, local }: QName): RecordKind | null {
  if (namespace !== PROV && namespace !== EXTENSION && namespace !== FORMER_EXTENSION) return null
  return isRecordKind(local) ? local : null
}
