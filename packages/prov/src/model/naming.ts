import { normalNamespace, type Namespaces } from './namespaces.ts'
import { qname, type QName } from './qname.ts'
import { PROV, XSD } from './vocabulary.ts'

/** What a format allows as a prefix. */
export type PrefixRule = (prefix: string) => boolean

/**
 * Chooses how names are written in one document or bundle, so that every prefix is declared and means one namespace.
 * Names are first seen (`learn`), then `declarations` are written, then names are asked for (`write`).
 * A prefix that is free is kept; one that means something else gives way to `ns1`, `ns2`, ... A bundle never gives
 * another meaning to a prefix of its document: tools differ in which of the two they read its identifier with.
 */
export class Naming {
  readonly #byPrefix = new Map<string, string>()
  readonly #byNamespace = new Map<string, string>()
  readonly #parent: Naming | null
  readonly #allows: PrefixRule
  #generated = 0

  constructor(namespaces: Namespaces, allows: PrefixRule, parent: Naming | null = null) {
    this.#parent = parent
    this.#allows = allows
    for (const [prefix, written] of namespaces.prefixes) {
      const iri = normalNamespace(written)
      if (this.#free(prefix, iri)) this.#bind(prefix, iri)
    }
    if (namespaces.default !== null && this.#free('', namespaces.default)) this.#bind('', namespaces.default)
  }

  /** Makes sure that `name` can be written. */
  learn(name: QName): void {
    if (this.#prefixFor(name) !== null) return
    if (this.#free(name.prefix, name.namespace) && fits(name, name.prefix)) {
      this.#bind(name.prefix, name.namespace)
      return
    }
    let prefix: string
    do {
      this.#generated += 1
      prefix = `ns${this.#generated}`
    } while (this.#meaning(prefix) !== null)
    this.#bind(prefix, name.namespace)
  }

  /** The name with the prefix that it is to be written with. */
  choose(name: QName): QName {
    let prefix = this.#prefixFor(name)
    if (prefix === null) {
      this.learn(name)
      prefix = this.#prefixFor(name) ?? name.prefix
    }
    return prefix === name.prefix ? name : qname(prefix, name.namespace, name.local)
  }

  /** `prefix:local`, or the bare local part under the default namespace. */
  write(name: QName): string {
    const { prefix, local } = this.choose(name)
    return prefix === '' ? local : `${prefix}:${local}`
  }

  /** What must be declared here, in order; '' is the default namespace. */
  declarations(): ReadonlyMap<string, string> {
    return this.#byPrefix
  }

  #meaning(prefix: string): string | null {
    const own = this.#byPrefix.get(prefix)
    if (own !== undefined) return own
    if (this.#parent !== null) return this.#parent.#meaning(prefix)
    if (prefix === 'prov') return PROV
    return prefix === 'xsd' ? XSD : null
  }

  #prefixFor(name: QName): string | null {
    const { prefix, namespace } = name
    if (this.#meaning(prefix) === namespace && fits(name, prefix)) return prefix
    const other = this.#otherPrefix(name)
    if (other !== null) return other
    if (namespace === PROV) return this.#meaning('prov') === PROV ? 'prov' : null
    return namespace === XSD && this.#meaning('xsd') === XSD ? 'xsd' : null
  }

  /** Another prefix of the same namespace, here or in the document around, that is not hidden here. */
  #otherPrefix(name: QName, asker: Naming = this): string | null {
    const other = this.#byNamespace.get(name.namespace)
    const usable = other !== undefined && asker.#meaning(other) === name.namespace && fits(name, other)
    if (usable) return other
    return this.#parent === null ? null : this.#parent.#otherPrefix(name, asker)
  }

  #free(prefix: string, iri: string): boolean {
    if (prefix === 'prov' || prefix === 'xsd') return iri === (prefix === 'prov' ? PROV : XSD)
    if (prefix !== '' && !this.#allows(prefix)) return false
    const meaning = this.#meaning(prefix)
    return meaning === null || (meaning === iri && !this.#byPrefix.has(prefix))
  }

  #bind(prefix: string, iri: string): void {
    this.#byPrefix.set(prefix, iri)
    // A named prefix can write every local part; the default namespace cannot.
    if (prefix !== '' || !this.#byNamespace.has(iri)) this.#byNamespace.set(iri, prefix)
  }
}

/** Without a prefix, a colon in the local part would be read as one, and nothing at all would be no name. */
function fits(name: QName, prefix: string): boolean {
  return prefix !== '' || (name.local !== '' && !name.local.includes(':'))
}
