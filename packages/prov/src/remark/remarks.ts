import type { ProvDocument, Statements } from '../model/document.ts'
import type { QName } from '../model/qname.ts'
import { remarkOnAttributes } from './attributes.ts'
import { NameRemarks } from './naming.ts'
import { Remarks, type Remark } from './remark.ts'
import { remarkOnTimes } from './times.ts'

/**
 * What a document says that every format and PROV-CONSTRAINTS allow, and that PROV does not mean: attributes under
 * `prov:` that PROV does not have or has elsewhere, namespaces that are no IRIs, datatypes that are none, literals
 * outside their datatype, times that run backwards. An empty list where there is nothing to say; the document's own
 * statements first, then bundle by bundle. Linear in the records.
 */
export function remarks(document: ProvDocument): Remark[] {
  const { prefixes } = document.namespaces
  const found = remarksOn(document, null, prefixes)
  for (const bundle of document.bundles) {
    // What its document declares holds in a bundle too.
    const inside = new Map([...prefixes, ...bundle.namespaces.prefixes])
    found.push(...remarksOn(bundle, bundle.id, inside))
  }
  return found
}

function remarksOn(
  statements: Statements,
  bundle: QName | null,
  prefixes: ReadonlyMap<string, string>,
): Remark[] {
  const found = new Remarks(bundle)
  const naming = new NameRemarks(found, statements.namespaces)
  for (const record of statements.records) {
    naming.record(record)
    remarkOnAttributes(record, prefixes, found)
  }
  remarkOnTimes(statements.records, found)
  return found.all()
}
