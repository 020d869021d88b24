import { excerpt, ProvError } from '../model/error.ts'
import type { PrefixRule } from '../model/naming.ts'
import { iriOf, qname, type QName } from '../model/qname.ts'

const START = [
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D',
  '\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}',
].join('')
const NCNAME = `[${START}][${START}.0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040\\-]*`
const WHOLE = new RegExp(`^${NCNAME}$`, 'u')

/** Namespaces in XML 1.0, 3: prefixes are NCNames, and those that begin with `xml` are not for us. */
export const isXmlPrefix: PrefixRule = (prefix) => WHOLE.test(prefix) && !/^(?:xml|xsi$)/i.test(prefix)

/**
 * The name in a form that can be an element: its own, or its IRI parted where the rest is an NCName.
 * Throws ProvError `unrepresentable` when no part is.
 */
export function elementForm(name: QName): QName {
  if (WHOLE.test(name.local)) return name
  const iri = iriOf(name)
  let start = iri.length
  while (start > 0 && /[A-Za-z_0-9.-]/.test(iri.charAt(start - 1))) start -= 1
  while (start < iri.length && !/[A-Za-z_]/.test(iri.charAt(start))) start += 1
  if (start > 0 && start < iri.length) return qname(name.prefix, iri.slice(0, start), iri.slice(start))
  throw unrepresentable(
    'an attribute whose name XML can write',
    iri,
    'its last part must begin with a letter',
  )
}

/** What XML cannot hold as a reference: blanks would be lost, for an xsd:QName is read without those around it. */
export function checkReference(name: QName): void {
  if (/\s/.test(name.local)) throw unrepresentable('a name without blanks', name.local, 'name it otherwise')
}

export function unrepresentable(expected: string, found: string, hint: string): ProvError {
  return new ProvError({ code: 'unrepresentable', where: {}, expected, found: excerpt(found), hint })
}
