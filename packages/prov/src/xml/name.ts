import { excerpt } from '../model/error.ts'
import { normalNamespace } from '../model/namespaces.ts'
import { qname, type QName } from '../model/qname.ts'
import type { XmlElement, XmlSource } from './tree.ts'

/** The namespace of a prefix ('' is the default namespace) at an element. */
export function namespaceAt(element: XmlElement, prefix: string): string | null {
  for (let at: XmlElement | null = element; at !== null; at = at.parent) {
    const declared = at.declared.get(prefix)
    if (declared !== undefined) return declared === '' ? null : normalNamespace(declared)
  }
  return null
}

/** Reads an xsd:QName with the namespaces of the element that it stands in. Throws ProvError `undeclared-prefix`. */
export function nameAt(source: XmlSource, element: XmlElement, written: string): QName {
  const trimmed = written.trim()
  const colon = trimmed.indexOf(':')
  const prefix = colon < 0 ? '' : trimmed.slice(0, colon)
  const namespace = namespaceAt(element, prefix)
  if (namespace !== null) return qname(prefix, namespace, trimmed.slice(colon + 1))
  const expected = 'a name under a namespace that is declared here'
  throw source.refused('undeclared-prefix', element, expected, excerpt(trimmed))
}

/** The name of an element as the name of an attribute of PROV. */
export function elementName(source: XmlSource, element: XmlElement): QName {
  if (element.namespace !== '') {
    return qname(element.prefix, normalNamespace(element.namespace), element.local)
  }
  throw source.refused('bad-name', element, 'an element in a namespace')
}
