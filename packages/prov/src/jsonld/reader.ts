import { DocumentBuilder, type StatementBuilder } from '../model/builder.ts'
import type { ProvDocument } from '../model/document.ts'
import { excerpt } from '../model/error.ts'
import { FORMALS } from '../model/formals.ts'
import { NO_NAMESPACES } from '../model/namespaces.ts'
import type { QName } from '../model/qname.ts'
import { isElementKind, type Attribute, type RecordKind } from '../model/record.ts'
import { statement } from '../model/statements.ts'
import { isDateTime } from '../model/time.ts'
import { PROV, prov } from '../model/vocabulary.ts'
import { JsonSource } from '../json/source.ts'
import type { JsonNode, JsonObject } from '../json/tree.ts'
import { contextScope, readContext, readName } from './context.ts'
import { kindOfType, nameTerms, specialTerms, type SpecialTerm } from './terms.ts'
import { readValues, string } from './value-reader.ts'

/**
 * Reads a PROV-JSONLD document (W3C member submission of 25 August 2024) in the form that the submission gives it:
 * JSON-LD of another form is not expanded. Throws ProvError with line, column and JSON path.
 */
export function readJsonld(input: string | Uint8Array): ProvDocument {
  const source = new JsonSource(input)
  const root = source.object(source.root, 'a PROV-JSONLD document as an object')
  const builder = new DocumentBuilder(NO_NAMESPACES, contextScope())
  only(source, root, ['@context', '@graph', '@type', '@id'])
  const type = root.members.get('@type')
  if (type !== undefined && term(string(source, type, 'a string')) !== 'Document') {
    throw source.refused('shape', type, 'the type Document')
  }
  readContext(source, builder, required(source, root, '@context'))
  for (const node of itemsOf(source, root)) {
    const item = source.object(node, 'a statement or bundle as an object')
    if (typeOf(source, item) === 'Bundle') readBundle(source, builder, item)
    else readStatement(source, builder, item)
  }
  return builder.build()
}

function readBundle(source: JsonSource, builder: DocumentBuilder, node: JsonObject): void {
  only(source, node, ['@context', '@graph', '@type', '@id'])
  const id = required(source, node, '@id')
  // A bundle's identifier may use the prefixes of its own context.
  const scope = new DocumentBuilder(NO_NAMESPACES, builder.scope)
  const context = node.members.get('@context')
  if (context !== undefined) readContext(source, scope, context)
  const bundle = builder.bundle(readName(source, scope, string(source, id, 'a name as a string'), id))
  if (context !== undefined) readContext(source, bundle, context)
  for (const item of itemsOf(source, node)) {
    const inside = source.object(item, 'a statement as an object')
    if (typeOf(source, inside) === 'Bundle')
      throw source.refused('shape', inside, 'no bundle inside a bundle')
    readStatement(source, bundle, inside)
  }
}

function readStatement(source: JsonSource, into: StatementBuilder, node: JsonObject): void {
  const type = typeOf(source, node)
  const kind = kindOfType.get(type)
  if (kind === undefined) {
    const expected = `one of ${[...kindOfType.keys(), 'Bundle'].join(', ')}`
    throw source.refused('unknown-record', node.members.get('@type') ?? node, expected, excerpt(type))
  }
  const id = node.members.get('@id')
  if (id === undefined && isElementKind(kind)) throw source.refused('shape', node, 'an "@id"', 'none')
  const name =
    id === undefined || isBlank(id)
      ? null
      : readName(source, into, string(source, id, 'a name as a string'), id)
  const formals = readFormals(source, into, kind, node)
  const parts = { id: name, times: formals.times, attributes: readAttributes(source, into, kind, node) }
  // One membership may name several members.
  const members = formals.members ?? [undefined]
  for (const member of members) {
    const args = member === undefined ? formals.args : { ...formals.args, entity: member }
    into.add(statement(kind, { ...parts, args }))
  }
}

interface Formals {
  readonly args: Record<string, QName>
  readonly times: Record<string, string>
  readonly members: QName[] | undefined
}

function readFormals(
  source: JsonSource,
  into: StatementBuilder,
  kind: RecordKind,
  node: JsonObject,
): Formals {
  const args: Record<string, QName> = {}
  const times: Record<string, string> = {}
  let members: QName[] | undefined
  const nameOf = (value: JsonNode): QName =>
    readName(source, into, string(source, value, 'a name as a string'), value)
  for (const { name, target } of FORMALS[kind].formals) {
    const value = node.members.get(name)
    if (value === undefined) continue
    if (target === 'time') times[name] = timeOf(source, value)
    else if (kind === 'hadMember' && name === 'entity' && value.kind === 'array') {
      if (value.items.length === 0) throw source.refused('shape', value, 'at least one member')
      members = value.items.map(nameOf)
    } else args[name] = nameOf(value)
  }
  return { args, times, members }
}

function timeOf(source: JsonSource, node: JsonNode): string {
  const time = string(source, node, 'an xsd:dateTime as a string')
  if (isDateTime(time)) return time
  throw source.refused('bad-literal', node, 'an xsd:dateTime')
}

function readAttributes(
  source: JsonSource,
  into: StatementBuilder,
  kind: RecordKind,
  node: JsonObject,
): Attribute[] {
  const formals = new Set(FORMALS[kind].formals.map(({ name }) => name))
  const attributes: Attribute[] = []
  for (const [key, value] of node.members) {
    if (key === '@type' || key === '@id' || formals.has(key)) continue
    const special = specialTerms.find(
      (each) => each === key || `prov:${each}` === key || `${PROV}${each}` === key,
    )
    const attribute = special === undefined ? attributeName(source, into, key, value) : prov(special)
    // Only the bare term makes a name of a string.
    const names = special !== undefined && special === key && nameTerms.has(special)
    for (const each of readValues(source, into, value, names)) attributes.push([attribute, each])
  }
  return attributes
}

function attributeName(source: JsonSource, into: StatementBuilder, key: string, node: JsonNode): QName {
  const name = key.includes(':') ? readName(source, into, key, node) : null
  if (name !== null && name.namespace !== PROV) return name
  const known: readonly SpecialTerm[] = specialTerms
  throw source.refused(
    'shape',
    node,
    `a formal argument, ${known.join(', ')}, or an attribute with a prefix`,
    excerpt(key),
  )
}

/** The `@type` without its prefix. */
function typeOf(source: JsonSource, node: JsonObject): string {
  const type = required(source, node, '@type')
  const [only] = type.kind === 'array' && type.items.length === 1 ? type.items : [type]
  return term(string(source, only ?? type, 'one type as a string'))
}

function term(type: string): string {
  return type.replace(
    /^(?:prov:|provext:|http:\/\/www\.w3\.org\/ns\/prov#|https:\/\/openprovenance\.org\/ns\/provext#)/,
    '',
  )
}

function isBlank(node: JsonNode): boolean {
  return node.kind === 'string' && node.value.startsWith('_:')
}

function itemsOf(source: JsonSource, node: JsonObject): readonly JsonNode[] {
  const graph = required(source, node, '@graph')
  if (graph.kind === 'array') return graph.items
  throw source.refused('shape', graph, 'statements as an array')
}

function required(source: JsonSource, node: JsonObject, key: string): JsonNode {
  const found = node.members.get(key)
  if (found !== undefined) return found
  throw source.refused('shape', node, `the key "${key}"`, 'none')
}

function only(source: JsonSource, node: JsonObject, keys: readonly string[]): void {
  for (const [key, value] of node.members) {
    if (!keys.includes(key)) throw source.refused('shape', value, `one of ${keys.join(', ')}`, excerpt(key))
  }
}
