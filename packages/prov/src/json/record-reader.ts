import { excerpt } from '../model/error.ts'
import { FORMALS, type Formal } from '../model/formals.ts'
import type { Scope } from '../model/namespaces.ts'
import type { QName } from '../model/qname.ts'
import { isElementKind, type Attribute, type ProvRecord, type RecordKind } from '../model/record.ts'
import { statement } from '../model/statements.ts'
import { isDateTime } from '../model/time.ts'
import { PROV } from '../model/vocabulary.ts'
import type { JsonSource } from './source.ts'
import type { JsonNode, JsonObject } from './tree.ts'
import { readValue } from './value-reader.ts'

/** Reads the record or the array of records under one key, in order. */
export function readRecords(
  source: JsonSource,
  scope: Scope,
  kind: RecordKind,
  key: string,
  content: JsonNode,
): ProvRecord[] {
  const nodes = content.kind === 'array' ? content.items : [content]
  const bodies = nodes.map((node) =>
    source.object(node, `the attributes of a record of ${kind} as an object`),
  )
  const id = readId(source, scope, kind, key, content)
  return bodies.flatMap((body) => readRecord(source, scope, kind, id, body))
}

/** Blank identifiers are only keys of JSON: PROV-DM has none, so such a relation has no identifier. */
function readId(
  source: JsonSource,
  scope: Scope,
  kind: RecordKind,
  key: string,
  content: JsonNode,
): QName | null {
  if (!key.startsWith('_:')) return source.name(scope, key, content)
  if (!isElementKind(kind)) return null
  throw source.refused('bad-name', content, `a name as the identifier of an ${kind}`, excerpt(key))
}

function readRecord(
  source: JsonSource,
  scope: Scope,
  kind: RecordKind,
  id: QName | null,
  body: JsonObject,
): ProvRecord[] {
  const args: Record<string, QName> = {}
  const times: Record<string, string> = {}
  const attributes: Attribute[] = []
  let members: QName[] = []
  for (const [key, content] of body.members) {
    const attribute = source.name(scope, key, content)
    const formal = formalOf(kind, attribute)
    if (formal === undefined) {
      const values = content.kind === 'array' ? content.items : [content]
      for (const value of values) attributes.push([attribute, readValue(source, scope, value)])
    } else if (formal.name in args || formal.name in times) {
      throw source.refused('duplicate', content, `${formal.key} once`, excerpt(key))
    } else if (formal.target === 'time') {
      times[formal.name] = readTime(source, scope, content)
    } else if (kind === 'hadMember' && formal.name === 'entity' && content.kind === 'array') {
      members = content.items.map((item) => readReference(source, scope, item))
    } else {
      args[formal.name] = readReference(source, scope, content)
    }
  }
  if (members.length === 0) return [statement(kind, { id, args, times, attributes })]
  return members.map((entity) => statement(kind, { id, args: { ...args, entity }, times, attributes }))
}

function formalOf(kind: RecordKind, attribute: QName): Formal | undefined {
  if (attribute.namespace !== PROV) return undefined
  return FORMALS[kind].formals.find((formal) => formal.name === attribute.local)
}

/** A formal position is a bare name; a typed literal or an array of one is what some writers make of it. */
function readReference(source: JsonSource, scope: Scope, content: JsonNode): QName {
  const node = only(content)
  if (node.kind === 'string') return source.name(scope, node.value, node)
  const value = node.kind === 'object' ? readValue(source, scope, node) : null
  if (value?.type === 'name') return value.name
  throw source.refused('shape', content, 'one name')
}

function readTime(source: JsonSource, scope: Scope, content: JsonNode): string {
  const node = only(content)
  const value = node.kind === 'string' || node.kind === 'object' ? readValue(source, scope, node) : null
  const written = value?.type === 'typed' ? value.lexical : value?.type === 'text' ? value.text : null
  if (written === null || !isDateTime(written)) {
    const hint = 'for example 2026-01-31T12:00:00.000Z'
    throw source.refused('bad-literal', content, 'an xsd:dateTime', undefined, hint)
  }
  return written
}

function only(node: JsonNode): JsonNode {
  return node.kind === 'array' && node.items.length === 1 ? (node.items[0] ?? node) : node
}
