import type { ProvDocument, Statements } from '../model/document.ts'
import { RECORD_KINDS } from '../model/formals.ts'
import type { Naming, PrefixRule } from '../model/naming.ts'
import { namingOf } from '../model/names.ts'
import { iriOf } from '../model/qname.ts'
import type { ProvRecord, RecordKind } from '../model/record.ts'
import { assembleJson, type RenderedSection, type RenderedStatements } from './assemble.ts'
import { renderRecord } from './render.ts'

/** `default` names the default namespace and `_` blank identifiers, so neither can be a prefix in PROV-JSON. */
const isJsonPrefix: PrefixRule = (prefix) => prefix !== 'default' && prefix !== '_' && !prefix.includes(':')

/**
 * A document as PROV-JSON (W3C member submission), in pieces of about a line: the text is never held whole.
 * Equal input gives equal bytes. Records keep their order within their section.
 * Throws ProvError `unrepresentable`, see `renderRecord`.
 */
export function jsonPieces(document: ProvDocument): Generator<string, void> {
  const naming = namingOf(document, isJsonPrefix)
  for (const bundle of document.bundles) naming.learn(bundle.id)
  const bundles = document.bundles.map((bundle) => {
    const own = namingOf(bundle, isJsonPrefix, naming)
    return [naming.write(bundle.id), rendered(bundle, own)] as const
  })
  return assembleJson({ ...rendered(document, naming), bundles })
}

/** A whole document as one string; for large documents use `jsonPieces`. */
export function writeJson(document: ProvDocument): string {
  return [...jsonPieces(document)].join('')
}

function rendered(statements: Statements, naming: Naming): RenderedStatements {
  return { prefixes: naming.declarations(), sections: sections(statements.records, naming) }
}

function* sections(records: readonly ProvRecord[], naming: Naming): Generator<RenderedSection> {
  const byKind = new Map<RecordKind, ProvRecord[]>()
  for (const record of records) {
    const group = byKind.get(record.kind)
    if (group === undefined) byKind.set(record.kind, [record])
    else group.push(record)
  }
  for (const kind of RECORD_KINDS) {
    const group = byKind.get(kind)
    if (group !== undefined) yield { section: kind, entries: entries(group, naming) }
  }
}

/** Records of one identifier share a key; each record without one gets a key of its own. */
function* entries(
  records: readonly ProvRecord[],
  naming: Naming,
): Generator<readonly [key: string, bodies: readonly string[]]> {
  const write = naming.write.bind(naming)
  const identified = new Map<string, ProvRecord[]>()
  for (const record of records) {
    if (record.id === null) continue
    const iri = iriOf(record.id)
    const group = identified.get(iri)
    if (group === undefined) identified.set(iri, [record])
    else group.push(record)
  }
  for (const [first, ...more] of identified.values()) {
    if (first === undefined) continue
    const { key, body } = renderRecord(first, { write })
    yield [key, [body, ...more.map((record) => renderRecord(record, { write }).body)]]
  }
  const repeats = new Map<string, number>()
  for (const record of records) {
    if (record.id !== null) continue
    const { key, body } = renderRecord(record, { write })
    const seen = (repeats.get(key) ?? 0) + 1
    repeats.set(key, seen)
    yield [seen === 1 ? key : `${key}-${seen}`, [body]]
  }
}
