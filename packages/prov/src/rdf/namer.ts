import type { NamedNode, Quad_Object, Quad_Subject, Term } from 'n3'
import { excerpt, ProvError } from '../model/error.ts'
import type { Namespaces } from '../model/namespaces.ts'
import { qname, type QName } from '../model/qname.ts'
import { name, text, typed, type Value } from '../model/value.ts'
import { PROV, XSD } from '../model/vocabulary.ts'
import { isAbsolute } from './terms.ts'

/** Names of resources that have none: PROV needs one. An experimental URN, since no authority gives them out. */
const BLANK = 'urn:x-blank:'

/** Makes qualified names of IRIs, by the prefixes that the text declares and by new ones where none fits. */
export class Namer {
  readonly #prefixes: Map<string, string>
  /** Namespaces, the longest first, so that the closest fits. */
  #spaces: (readonly [prefix: string, namespace: string])[]
  readonly #known = new Map<string, QName>()
  readonly #blanks = new Map<string, QName>()
  #generated = 0

  constructor(prefixes: ReadonlyMap<string, string>) {
    this.#prefixes = new Map(prefixes)
    this.#spaces = []
    this.#sort()
  }

  /** What was declared and what was needed besides. */
  namespaces(): Namespaces {
    const prefixes = new Map(this.#prefixes)
    const unnamed = prefixes.get('') ?? null
    prefixes.delete('')
    return { prefixes, default: unnamed }
  }

  /** The name of a resource. Throws ProvError `shape` for a literal, `bad-name` for a relative IRI. */
  name(term: Term, line: number, expected: string): QName {
    if (term.termType === 'NamedNode') return this.iri(term, line)
    if (term.termType === 'BlankNode') return this.#blank(term.value)
    throw new ProvError({ code: 'shape', where: { line }, expected, found: foundTerm(term) })
  }

  iri(node: NamedNode, line: number): QName {
    const known = this.#known.get(node.value)
    if (known !== undefined) return known
    if (!isAbsolute(node.value)) {
      const hint = 'declare @base, or write the whole IRI'
      const found = excerpt(node.value, 80)
      throw new ProvError({ code: 'bad-name', where: { line }, expected: 'an absolute IRI', found, hint })
    }
    const made = this.#split(node.value)
    this.#known.set(node.value, made)
    return made
  }

  value(term: Quad_Object, line: number): Value {
    if (term.termType !== 'Literal') return name(this.name(term, line, 'a value'))
    if (term.language !== '') return text(term.value, term.language)
    return typed(term.value, this.iri(term.datatype, line))
  }

  #blank(label: string): QName {
    const known = this.#blanks.get(label)
    if (known !== undefined) return known
    const prefix = this.#prefixFor(BLANK, 'blank')
    const made = qname(prefix, BLANK, `b${this.#blanks.size + 1}`)
    this.#blanks.set(label, made)
    return made
  }

  #split(iri: string): QName {
    if (iri.startsWith(PROV)) return qname('prov', PROV, iri.slice(PROV.length))
    if (iri.startsWith(XSD)) return qname('xsd', XSD, iri.slice(XSD.length))
    for (const [prefix, namespace] of this.#spaces) {
      const local = iri.slice(namespace.length)
      // Without a prefix, an empty name or one with a colon could not be written.
      if (iri.startsWith(namespace) && (prefix !== '' || (local !== '' && !local.includes(':')))) {
        return qname(prefix, namespace, local)
      }
    }
    const namespace = /^.*[#/:](?=[^#/:])/s.exec(iri)?.[0] ?? iri
    return qname(this.#prefixFor(namespace, 'ns'), namespace, iri.slice(namespace.length))
  }

  #prefixFor(namespace: string, wish: string): string {
    for (const [prefix, iri] of this.#prefixes) if (iri === namespace && prefix !== '') return prefix
    let prefix = wish
    while (prefix === 'ns' || this.#prefixes.has(prefix)) {
      this.#generated += 1
      prefix = `${wish}${this.#generated}`
    }
    this.#prefixes.set(prefix, namespace)
    this.#sort()
    return prefix
  }

  #sort(): void {
    this.#spaces = [...this.#prefixes]
      .filter(([, namespace]) => namespace !== '')
      .sort(([, a], [, b]) => b.length - a.length)
  }
}

/** A term for a message. */
export function foundTerm(term: Term | Quad_Subject): string {
  if (term.termType === 'Literal') return `the literal ${excerpt(term.value)}`
  return term.termType === 'BlankNode' ? 'a resource without name' : `<${term.value}>`
}
