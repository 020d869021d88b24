import { excerpt, ProvError } from '../model/error.ts'
import { Naming } from '../model/naming.ts'
import type { Namespaces } from '../model/namespaces.ts'
import { iriOf, qname, type QName } from '../model/qname.ts'
import { isJsonldPrefix } from './terms.ts'

/**
 * How names are written in one document. JSON-LD reads `prefix:local` as a name only if the namespace ends where an
 * IRI has parts (JSON-LD 1.1, 4.1.5), and a name without prefix is relative to a base; so names are cut at such a
 * place where need be, and always have a prefix.
 */
export class LinkedNames {
  readonly #naming: Naming
  readonly #linked = new Map<QName, QName>()

  constructor({ prefixes }: Namespaces) {
    const usable = new Map([...prefixes].filter(([prefix, iri]) => isJsonldPrefix(prefix) && isWhole(iri)))
    this.#naming = new Naming({ prefixes: usable, default: null }, isJsonldPrefix)
  }

  /** Makes sure that `name` can be written. Throws ProvError `unrepresentable` for a name that is no absolute IRI. */
  learn(name: QName): void {
    this.#naming.learn(this.#cut(name))
  }

  write(name: QName): string {
    return this.#naming.write(this.#cut(name))
  }

  /** What the context must declare. */
  declarations(): ReadonlyMap<string, string> {
    return this.#naming.declarations()
  }

  #cut(name: QName): QName {
    const known = this.#linked.get(name)
    if (known !== undefined) return known
    const linked = cut(name)
    this.#linked.set(name, linked)
    return linked
  }
}

/** Whether a namespace can stand behind a prefix. */
function isWhole(namespace: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(namespace) && /[:/?#[\]@]$/.test(namespace)
}

function cut(name: QName): QName {
  const prefix = name.prefix === '' ? 'ns' : name.prefix
  if (isWhole(name.namespace) && !name.local.startsWith('//')) {
    return name.prefix === '' ? qname(prefix, name.namespace, name.local) : name
  }
  const iri = iriOf(name)
  const namespace = /^[a-z][a-z0-9+.-]*:(?:.*[:/?#[\]@])?/is.exec(iri)?.[0]
  if (namespace === undefined) {
    throw new ProvError({
      code: 'unrepresentable',
      where: {},
      expected: 'a name that is an absolute IRI',
      found: excerpt(iri, 80),
      hint: 'give its namespace a scheme such as http:',
    })
  }
  return qname('ns', namespace, iri.slice(namespace.length))
}
