import { qname, type QName } from './qname.ts'

/** The PROV namespace. */
export const PROV = 'http://www.w3.org/ns/prov#'
/** XML Schema datatypes as PROV and RDF name them, with the `#`. */
export const XSD = 'http://www.w3.org/2001/XMLSchema#'
/** The RDF namespace (rdf:XMLLiteral). */
export const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'

const provNames = new Map<string, QName>()
const xsdNames = new Map<string, QName>()

/** The name `prov:<local>`; the same object for the same local part. */
export function prov(local: string): QName {
  return interned(provNames, 'prov', PROV, local)
}

/** The name `xsd:<local>`; the same object for the same local part. */
export function xsd(local: string): QName {
  return interned(xsdNames, 'xsd', XSD, local)
}

function interned(names: Map<string, QName>, prefix: string, namespace: string, local: string): QName {
  const known = names.get(local)
  if (known !== undefined) return known
  const made = qname(prefix, namespace, local)
  // Local parts may come from hostile documents, so the table stays small.
  if (names.size < 256) names.set(local, made)
  return made
}
