import type { ProvDocument, ProvRecord, RecordKind } from '@provloom/prov'
import { labelOf } from '@provloom/prov'

/** The record of an element, by its identifier as written. */
export function element(document: ProvDocument, id: string): ProvRecord | undefined {
  return document.records.find(
    (record) =>
      (record.kind === 'entity' || record.kind === 'activity' || record.kind === 'agent') &&
      record.id !== null &&
      labelOf(record.id) === id,
  )
}

/** Values of an attribute, in text; names as written. */
export function values(document: ProvDocument, id: string, attribute: string): string[] {
  return (element(document, id)?.attributes ?? []).flatMap(([name, value]) => {
    if (name.local !== attribute) return []
    if (value.type === 'name') return [labelOf(value.name)]
    return [value.type === 'text' ? value.text : value.lexical]
  })
}

/** Relations of a kind, each as its ends in order. */
export function relations(document: ProvDocument, kind: RecordKind): string[][] {
  return document.records.flatMap((record) =>
    record.kind === kind
      ? [Object.values(record.args).flatMap((end) => (end === undefined ? [] : [end.local]))]
      : [],
  )
}

/** Identifiers of elements of a type that have this label, as written. */
export function labelled(document: ProvDocument, type: string, label: string): string[] {
  return document.records.flatMap(({ id, attributes }) => {
    const has = (name: string, word: string): boolean =>
      attributes.some(
        ([attribute, value]) =>
          attribute.local === name &&
          (value.type === 'name' ? value.name.local : value.type === 'text' ? value.text : '') === word,
      )
    return id !== null && has('type', type) && has('label', label) ? [labelOf(id)] : []
  })
}
