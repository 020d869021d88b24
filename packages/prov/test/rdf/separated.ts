import {
  DocumentBuilder,
  FORMALS,
  isElementKind,
  iriOf,
  qname,
  statement,
  type ProvDocument,
  type ProvRecord,
  type QName,
  type StatementBuilder,
} from '@provloom/prov'

/**
 * The document with names that tell what they name: RDF has one resource for one IRI, so two statements of one
 * identifier, or one identifier for an entity and an activity, would become one.
 */
export function separated(document: ProvDocument): ProvDocument {
  const builder = new DocumentBuilder(document.namespaces)
  put(builder, document.records)
  for (const bundle of document.bundles)
    if (bundle.records.length > 0) put(builder.bundle(bundle.id), bundle.records)
  return builder.build()
}

function put(into: StatementBuilder, records: readonly ProvRecord[]): void {
  const mentioned = new Set<string>()
  for (const [index, record] of records.entries()) {
    const args: Record<string, QName> = {}
    for (const { name, target } of FORMALS[record.kind].formals) {
      const arg = record.args[name]
      if (arg !== undefined)
        args[name] = suffixed(arg, target === 'any' || target === 'collection' ? 'entity' : target)
    }
    const specific = args['specificEntity']
    if (record.kind === 'mentionOf' && specific !== undefined) {
      // PROV-LINKS 4: an entity mentions one entity at most.
      if (mentioned.has(iriOf(specific))) continue
      mentioned.add(iriOf(specific))
    }
    const own = isElementKind(record.kind) ? record.kind : `${record.kind}-${index}`
    const id = record.id === null ? null : suffixed(record.id, own)
    into.add(statement(record.kind, { id, args, times: record.times, attributes: record.attributes }))
  }
}

function suffixed(name: QName, suffix: string): QName {
  return qname(name.prefix, name.namespace, `${name.local}-${suffix}`)
}
