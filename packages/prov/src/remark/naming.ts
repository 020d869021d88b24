import { normalNamespace, type Namespaces } from '../model/namespaces.ts'
import { eachName } from '../model/names.ts'
import { iriOf, labelOf, type QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { PROV, XSD } from '../model/vocabulary.ts'
import type { RemarkCode, Remarks } from './remark.ts'

/** What is odd about a namespace. */
interface Oddity {
  readonly code: RemarkCode
  readonly name: string
  readonly why: string
}

/** What no IRI holds (RFC 3987). */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\u0000-\u0020<>"{}|^`\\\u007f]/

/** Looks at the namespaces of one instance, declared or used, and at every name in it. */
export class NameRemarks {
  readonly #found: Remarks
  readonly #known = new Map<string, Oddity | null>()
  /** Of datatypes whose namespace is declared without its `#`, which readers put there. */
  #bareXsd: Oddity | null = null
  #last: string = PROV

  constructor(found: Remarks, { prefixes, default: byDefault }: Namespaces) {
    this.#found = found
    const declared = [...prefixes, ...(byDefault === null ? [] : [['', byDefault] as const])]
    for (const [prefix, iri] of declared) {
      const odd = this.#oddity(prefix, iri)
      if (odd !== null && normalNamespace(iri) === XSD) this.#bareXsd = odd
      if (odd !== null) found.note(odd.code, odd.name, null, () => odd.why)
    }
  }

  record(record: ProvRecord): void {
    eachName(record, (name) => this.#name(name, record))
    if (record.id?.namespace === PROV)
      this.#found.note('name-in-prov', labelOf(record.id), record, () => {
        return `${labelOf(record.id!)} is a name of your own in PROV's namespace, which is W3C's; use a namespace of yours.`
      })
  }

  #name(name: QName, record: ProvRecord): void {
    const { namespace, local } = name
    // Most names have the namespace of the one before.
    if (namespace !== this.#last) {
      const odd = namespace === XSD ? this.#bareXsd : this.#oddity(name.prefix, namespace)
      if (odd === null) this.#last = namespace
      else this.#found.note(odd.code, odd.name, record, () => odd.why)
    }
    if (FORBIDDEN.test(local))
      this.#found.note('name-no-iri', labelOf(name), record, () => {
        const character = FORBIDDEN.exec(local)?.[0] ?? ''
        return `The name ${labelOf(name)} holds ${characterText(character)}, so <${iriOf(name)}> is no IRI: PROV-N, XML and Turtle refuse it or write it otherwise; use another character, or percent-encode it.`
      })
  }

  #oddity(prefix: string, namespace: string): Oddity | null {
    const known = this.#known.get(namespace)
    if (known !== undefined) return known
    const odd = oddityOf(prefix, namespace)
    this.#known.set(namespace, odd)
    return odd
  }
}

function characterText(character: string): string {
  return /\s/.test(character) ? 'white space' : `the character ${JSON.stringify(character)}`
}

function oddityOf(prefix: string, namespace: string): Oddity | null {
  if (namespace === PROV || namespace === XSD) return null
  const name = prefix === '' ? 'the default namespace' : prefix
  const of = prefix === '' ? 'The default namespace' : `The namespace of ${prefix}`
  const odd = (code: RemarkCode, why: string): Oddity => ({ code, name, why })
  if (normalNamespace(namespace) === XSD)
    return odd(
      'namespace-of-xsd',
      `${of}, ${namespace}, lacks the # of ${XSD}: it is read here as if it were there, and other readers know none of the datatypes under it.`,
    )
  if (prefix === 'xsd' || /XMLSchema(?:-datatypes)?#?$/i.test(namespace))
    return odd(
      'namespace-of-xsd',
      `${of}, ${namespace}, is not that of XML Schema's datatypes, ${XSD}: a reader knows none of the datatypes under it.`,
    )
  if (/^https?:\/\/(?:www\.)?w3\.org\/(?:ns\/prov|TR\/prov-(?:o|dm))(?:-o)?[#/]?$/i.test(namespace))
    return odd(
      'namespace-of-prov',
      `${of}, ${namespace}, is not PROV's, ${PROV}: no reader knows the terms under it.`,
    )
  if (!/^[a-z][a-z0-9+.-]*:/i.test(namespace) || FORBIDDEN.test(namespace)) {
    const reason = FORBIDDEN.test(namespace)
      ? 'it holds a character that no IRI has'
      : 'it has no scheme such as http:'
    return odd(
      'namespace-no-iri',
      `${of}, ${JSON.stringify(namespace)}, is no IRI: ${reason}. So no name under it is one, and PROV-O cannot carry it.`,
    )
  }
  if (/[\p{L}\p{N}]$/u.test(namespace))
    return odd(
      'namespace-without-end',
      `${of}, ${namespace}, ends in a letter or digit, and names are put behind it as they are: x under it is <${namespace}x>. End it with / or #.`,
    )
  return null
}
