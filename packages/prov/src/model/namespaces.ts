import { qname, type QName } from './qname.ts'
import { PROV, XSD } from './vocabulary.ts'

/**
 * What a document or bundle declares, as written and in its order. `prov` and `xsd` are known without being declared.
 */
export interface Namespaces {
  readonly prefixes: ReadonlyMap<string, string>
  /** The default namespace, or null. */
  readonly default: string | null
}

export const NO_NAMESPACES: Namespaces = { prefixes: new Map(), default: null }

const XSD_WITHOUT_HASH = XSD.slice(0, -1)

/** XML documents name the datatypes' namespace without `#`; the datatypes are the same. */
export function normalNamespace(iri: string): string {
  return iri === XSD_WITHOUT_HASH ? XSD : iri
}

/** The names in scope while a document is read: a bundle's own declarations, then its document's, then `prov` and `xsd`. */
export class Scope {
  readonly #prefixes = new Map<string, string>()
  readonly #parent: Scope | null
  /** Names as they were written and resolved: a document writes each many times, and holds one. */
  readonly #known = new Map<string, QName>()
  #default: string | null = null

  constructor(parent: Scope | null = null) {
    this.#parent = parent
  }

  declare(prefix: string, iri: string): void {
    this.#prefixes.set(prefix, iri)
    this.#known.clear()
  }

  declareDefault(iri: string): void {
    this.#default = iri
    this.#known.clear()
  }

  /** The namespace of a prefix ('' is the default namespace), or null when it is not declared. */
  namespaceOf(prefix: string): string | null {
    const own = prefix === '' ? this.#default : this.#prefixes.get(prefix)
    if (own !== undefined && own !== null) return normalNamespace(own)
    if (this.#parent !== null) return this.#parent.namespaceOf(prefix)
    if (prefix === 'prov') return PROV
    return prefix === 'xsd' ? XSD : null
  }

  /** Reads `prefix:local`, or a local part under the default namespace; null when the prefix is not declared. */
  resolve(written: string): QName | null {
    const known = this.#known.get(written)
    if (known !== undefined) return known
    const colon = written.indexOf(':')
    const prefix = colon < 0 ? '' : written.slice(0, colon)
    const namespace = this.namespaceOf(prefix)
    if (namespace === null) return null
    const made = qname(prefix, namespace, written.slice(colon + 1))
    // What is declared around a bundle may be declared later.
    if (this.#parent === null) this.#known.set(written, made)
    return made
  }

  /** The scope inside a bundle that declares these prefixes ('' is the default namespace); its identifier belongs to it too. */
  within(declared: ReadonlyMap<string, string>): Scope {
    const inner = new Scope(this)
    for (const [prefix, iri] of declared) {
      if (prefix === '') inner.declareDefault(iri)
      else inner.declare(prefix, iri)
    }
    return inner
  }

  /** What this scope itself declares. */
  declared(): Namespaces {
    return { prefixes: new Map(this.#prefixes), default: this.#default }
  }
}
