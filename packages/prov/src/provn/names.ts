import { excerpt, ProvError } from '../model/error.ts'
import type { Naming, PrefixRule } from '../model/naming.ts'
import type { QName } from '../model/qname.ts'
import { ESCAPABLE, FIRST_CHARACTER, PERCENT_HERE, PLAIN_CHARACTER, PREFIX_WHOLE } from './characters.ts'

/** What PROV-N allows as a prefix (PN_PREFIX). */
export const isProvnPrefix: PrefixRule = (prefix) => PREFIX_WHOLE.test(prefix)

/** What to do with characters that no PROV-N name can hold, such as a space: refuse, or percent-encode them, which is another IRI. */
export type OddNames = 'refuse' | 'encode'

/** A name in PROV-N, escaped (3.7.1). Throws ProvError `unrepresentable`. */
export function writeName(name: QName, naming: Naming, odd: OddNames): string {
  const { prefix, local } = naming.choose(name)
  const escaped = escapeLocal(local, odd)
  return prefix === '' ? escaped : `${prefix}:${escaped}`
}

function escapeLocal(local: string, odd: OddNames): string {
  const characters = Array.from(local)
  let escaped = ''
  let offset = 0
  for (const [index, character] of characters.entries()) {
    const edge = index === 0 || index === characters.length - 1
    PERCENT_HERE.lastIndex = offset
    const plain =
      (index === 0 ? FIRST_CHARACTER : PLAIN_CHARACTER).test(character) && !(edge && character === '.')
    if (plain || PERCENT_HERE.test(local)) escaped += character
    else if (ESCAPABLE.includes(character)) escaped += `\\${character}`
    else escaped += encoded(character, local, odd)
    offset += character.length
  }
  return escaped
}

function encoded(character: string, whole: string, odd: OddNames): string {
  // Half a surrogate pair is no character at all.
  if (odd === 'encode')
    return /^[\uD800-\uDFFF]$/.test(character) ? '%EF%BF%BD' : encodeURIComponent(character)
  throw unrepresentable(
    'a name that PROV-N can write',
    whole,
    'percent-encode it, which makes it another name',
  )
}

/** A namespace between angle brackets (IRI_REF). Throws ProvError `unrepresentable`. */
export function writeIri(iri: string, odd: OddNames): string {
  // oxlint-disable-next-line no-control-regex
  const forbidden = /[<>"{}|^`\\\u0000-\u0020]/gu
  if (odd === 'refuse' && forbidden.test(iri)) {
    throw unrepresentable('a namespace without spaces and <>"{}|^`\\', iri, 'name it otherwise')
  }
  return `<${iri.replace(forbidden, (character) => encodeURIComponent(character))}>`
}

export function unrepresentable(expected: string, found: string, hint: string): ProvError {
  return new ProvError({ code: 'unrepresentable', where: {}, expected, found: excerpt(found), hint })
}
