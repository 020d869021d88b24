import { DataFactory, type Literal, type NamedNode } from 'n3'
import { excerpt, ProvError } from '../model/error.ts'
import { iriOf, type QName } from '../model/qname.ts'
import type { Value } from '../model/value.ts'
import { XSD } from '../model/vocabulary.ts'
import { LANGUAGE_WHOLE } from '../provn/characters.ts'
import type { OddIris } from './options.ts'

/** What no IRI of RDF can hold (RFC 3987, Turtle's IRIREF): a name with one of these is refused or percent-encoded. */
const forbidden =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0020<>"{}|^`\\\u007f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Makes RDF terms of names and values. Throws ProvError `unrepresentable`. */
export class Terms {
  readonly #odd: OddIris
  readonly #known = new Map<string, NamedNode>()

  constructor(odd: OddIris) {
    this.#odd = odd
  }

  node(iri: string): NamedNode {
    const known = this.#known.get(iri)
    if (known !== undefined) return known
    const made = DataFactory.namedNode(this.#iri(iri))
    this.#known.set(iri, made)
    return made
  }

  name(name: QName): NamedNode {
    return this.node(iriOf(name))
  }

  value(value: Value): NamedNode | Literal {
    switch (value.type) {
      case 'name':
        return this.name(value.name)
      case 'text':
        return value.lang === undefined
          ? DataFactory.literal(whole(value.text))
          : DataFactory.literal(whole(value.text), language(value.lang))
      case 'typed':
        return DataFactory.literal(whole(value.lexical), this.name(value.datatype))
    }
  }

  time(lexical: string): Literal {
    return DataFactory.literal(lexical, this.node(`${XSD}dateTime`))
  }

  #iri(iri: string): string {
    if (!isAbsolute(iri)) {
      throw unrepresentable(
        'a name that is an absolute IRI',
        iri,
        'give its namespace a scheme such as http:',
      )
    }
    if (this.#odd === 'encode') return encoded(iri)
    if (encoded(iri) !== iri) {
      throw unrepresentable('a name that is an IRI', iri, 'percent-encode it, which makes it another name')
    }
    return iri
  }
}

export function isAbsolute(iri: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(iri)
}

export function encoded(iri: string): string {
  return iri.replace(forbidden, (character) =>
    character >= '\ud800' ? '%EF%BF%BD' : encodeURIComponent(character),
  )
}

function whole(text: string): string {
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) {
    throw unrepresentable('text in Unicode', text, 'half a surrogate pair is no character')
  }
  return text
}

function language(tag: string): string {
  if (LANGUAGE_WHOLE.test(tag)) return tag
  throw unrepresentable('a language tag', tag, 'use a tag such as en or fr-CH')
}

export function unrepresentable(expected: string, found: string, hint: string): ProvError {
  return new ProvError({ code: 'unrepresentable', where: {}, expected, found: excerpt(found, 80), hint })
}
