import {
  DocumentBuilder,
  iriOf,
  isElementKind,
  recordKey,
  statement,
  type ProvDocument,
  type ProvRecord,
  type StatementBuilder,
} from '@provloom/prov'

/** The document as RDF has it: everything said of one element is one statement. */
export function unified(document: ProvDocument): ProvDocument {
  const builder = new DocumentBuilder(document.namespaces)
  put(builder, document.records)
  for (const bundle of document.bundles) put(builder.bundle(bundle.id), bundle.records)
  return builder.build()
}

function put(into: StatementBuilder, records: readonly ProvRecord[]): void {
  const merged = new Map<string, ProvRecord>()
  for (const record of records) {
    const key =
      isElementKind(record.kind) && record.id !== null
        ? `${record.kind} ${iriOf(record.id)}`
        : recordKey(record)
    const known = merged.get(key)
    if (known === undefined || !isElementKind(record.kind)) merged.set(key, record)
    else {
      const times = { ...known.times, ...record.times }
      const attributes = [...known.attributes, ...record.attributes]
      merged.set(key, statement(record.kind, { id: record.id, times, attributes }))
    }
  }
  for (const record of merged.values()) into.add(record)
}
