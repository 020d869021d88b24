import type { StatementBuilder } from '../model/builder.ts'
import { DocumentBuilder } from '../model/builder.ts'
import type { ProvDocument } from '../model/document.ts'
import { excerpt } from '../model/error.ts'
import { isRecordKind, RECORD_KINDS } from '../model/formals.ts'
import type { RecordKind } from '../model/record.ts'
import { PROV } from '../model/vocabulary.ts'
import { readRecords } from './record-reader.ts'
import { JsonSource } from './source.ts'
import type { JsonNode, JsonObject } from './tree.ts'

/**
 * Reads a PROV-JSON document (W3C member submission of 24 April 2013).
 * Throws ProvError with line, column and JSON path, what was expected and what was found.
 */
export function readJson(input: string | Uint8Array): ProvDocument {
  const source = new JsonSource(input)
  const root = source.object(source.root, 'a PROV-JSON document as an object')
  const builder = new DocumentBuilder()
  declare(builder, declarations(source, root))
  for (const [section, content] of root.members) {
    if (section === 'bundle') readBundles(source, builder, content)
    else if (section !== 'prefix') readSection(source, builder, section, content)
  }
  return builder.build()
}

function readBundles(source: JsonSource, builder: DocumentBuilder, content: JsonNode): void {
  for (const [key, node] of source.object(content, 'bundles by identifier, as an object').members) {
    const inside = source.object(node, 'the content of a bundle as an object')
    // The identifier is read with the bundle's own prefixes first, as PROV-N has it and as other tools do.
    const declared = declarations(source, inside)
    const bundle = builder.bundle(source.name(builder.scope.within(declared), key, node))
    declare(bundle, declared)
    for (const [section, records] of inside.members) {
      if (section === 'bundle') throw source.refused('shape', records, 'no bundle inside a bundle')
      if (section !== 'prefix') readSection(source, bundle, section, records)
    }
  }
}

/** The namespaces by prefix, '' for the default one. They may stand anywhere in the object, so they are read first. */
function declarations(source: JsonSource, statements: JsonObject): Map<string, string> {
  const declared = new Map<string, string>()
  const node = statements.members.get('prefix')
  if (node === undefined) return declared
  for (const [prefix, iri] of source.object(node, 'namespaces by prefix, as an object').members) {
    if (iri.kind !== 'string' || iri.value === '') throw source.refused('shape', iri, 'an IRI as a string')
    if (prefix === 'prov' && iri.value !== PROV) {
      throw source.refused('shape', iri, `prov to stay ${PROV}`)
    }
    declared.set(prefix === 'default' ? '' : prefix, iri.value)
  }
  return declared
}

function declare(builder: StatementBuilder, declared: ReadonlyMap<string, string>): void {
  for (const [prefix, iri] of declared) {
    if (prefix === '') builder.defaultNamespace(iri)
    else builder.namespace(prefix, iri)
  }
}

function readSection(
  source: JsonSource,
  builder: StatementBuilder,
  section: string,
  content: JsonNode,
): void {
  const kind = kindOf(section)
  if (kind === null) {
    const expected = `one of prefix, bundle, ${RECORD_KINDS.join(', ')}`
    throw source.refused('unknown-record', content, expected, excerpt(section))
  }
  const { members } = source.object(content, `records of ${kind} by identifier, as an object`)
  for (const [key, node] of members) {
    for (const record of readRecords(source, builder.scope, kind, key, node)) builder.add(record)
    // What is read is needed no more: of a large document tree and records are not held together.
    members.delete(key)
  }
}

/** The submission's own schema misspells one key; documents that pass it are read too. */
function kindOf(section: string): RecordKind | null {
  if (section === 'wasEndedby') return 'wasEndedBy'
  return isRecordKind(section) ? section : null
}
