import { DocumentBuilder, type StatementBuilder } from '../model/builder.ts'
import type { ProvDocument } from '../model/document.ts'
import { normalNamespace } from '../model/namespaces.ts'
import { PROV, XSD } from '../model/vocabulary.ts'
import { nameAt } from './name.ts'
import { readRecord } from './record-reader.ts'
import { attributeOf, XmlSource, type XmlElement } from './tree.ts'
import { formOf, XML, XSI } from './vocabulary.ts'

/**
 * Reads a PROV-XML document (W3C note of 30 April 2013, with mentionOf of PROV-LINKS). `prov:bundle` with statements
 * inside is read as `prov:bundleContent`, which it was in drafts. Content of `prov:other` is not PROV and is passed over.
 * Throws ProvError with line, column and path.
 */
export function readXml(input: string | Uint8Array): ProvDocument {
  const source = new XmlSource(input)
  const { root } = source
  if (root.namespace !== PROV || root.local !== 'document') {
    throw source.refused('shape', root, `prov:document in the namespace ${PROV}`)
  }
  const builder = new DocumentBuilder()
  declare(builder, root)
  for (const child of root.children) {
    if (isBundleContent(child)) readBundle(source, builder, child)
    else readStatement(source, builder, child)
  }
  return builder.build()
}

function readBundle(source: XmlSource, builder: DocumentBuilder, element: XmlElement): void {
  const written = attributeOf(element, PROV, 'id') ?? attributeOf(element, '', 'id')
  if (written === undefined) throw source.refused('shape', element, 'prov:id of a bundle', 'none')
  const bundle = builder.bundle(nameAt(source, element, written))
  declare(bundle, element)
  for (const child of element.children) {
    if (isBundleContent(child)) throw source.refused('shape', child, 'no bundle inside a bundle')
    readStatement(source, bundle, child)
  }
}

function readStatement(source: XmlSource, builder: StatementBuilder, element: XmlElement): void {
  const form = element.namespace === PROV ? formOf(element.local) : null
  if (form !== null) for (const record of readRecord(source, element, form)) builder.add(record)
  else if (element.namespace !== PROV || element.local !== 'other') {
    throw source.refused('unknown-record', element, 'a statement of PROV-XML')
  }
}

function isBundleContent({ namespace, local, children }: XmlElement): boolean {
  if (namespace !== PROV) return false
  if (local === 'bundleContent') return true
  return (
    local === 'bundle' && children.some((child) => child.namespace === PROV && formOf(child.local) !== null)
  )
}

/** Keeps the prefixes that a person chose; those that XML itself needs are not the document's. */
function declare(builder: StatementBuilder, element: XmlElement): void {
  for (const [prefix, iri] of element.declared) {
    const namespace = normalNamespace(iri)
    if (namespace === XSI || namespace === XML || namespace === 'http://www.w3.org/2000/xmlns/') continue
    if (prefix === 'prov' || (prefix === 'xsd' && namespace === XSD)) continue
    if (prefix !== '') builder.namespace(prefix, namespace)
    else if (namespace !== PROV && namespace !== '') builder.defaultNamespace(namespace)
  }
}
