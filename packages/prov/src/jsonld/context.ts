import type { StatementBuilder } from '../model/builder.ts'
import { excerpt } from '../model/error.ts'
import { Scope } from '../model/namespaces.ts'
import { qname, type QName } from '../model/qname.ts'
import { PROV } from '../model/vocabulary.ts'
import type { JsonSource } from '../json/source.ts'
import type { JsonNode } from '../json/tree.ts'
import { contextPrefixes } from './submission.ts'
import { CONTEXT, CONTEXTS } from './terms.ts'

/** Around every document: the prefixes of the submission's context, which are no declarations of the document. */
export function contextScope(): Scope {
  return new Scope().within(contextPrefixes)
}

/**
 * Takes the prefixes of a `@context` into scope: the submission's own context by its address, objects of prefixes,
 * `@vocab` as the default namespace, and the submission's context written out. Throws ProvError with the path.
 */
export function readContext(source: JsonSource, into: StatementBuilder, node: JsonNode): void {
  switch (node.kind) {
    case 'array':
      for (const item of node.items) readContext(source, into, item)
      return
    case 'string':
      if (CONTEXTS.has(node.value)) return
      throw source.refused(
        'shape',
        node,
        `the context ${CONTEXT}`,
        undefined,
        'other contexts are not loaded',
      )
    case 'object':
      for (const [key, value] of node.members) readTerm(source, into, key, value)
      return
    case 'null':
    case 'number':
    case 'boolean':
      break
  }
  throw source.refused('shape', node, 'a context: an address, an object of prefixes, or an array of these')
}

function readTerm(source: JsonSource, into: StatementBuilder, key: string, node: JsonNode): void {
  // Definitions of terms are those of the submission's context, whose meaning is fixed.
  if (node.kind === 'object' || key === '@version' || key === '@base') return
  if (node.kind !== 'string') throw source.refused('shape', node, 'a namespace as a string')
  if (key === '@vocab') into.defaultNamespace(node.value)
  else if (key.startsWith('@')) throw source.refused('shape', node, 'a prefix, @vocab or @base', excerpt(key))
  else if (key === 'prov' && node.value !== PROV) throw source.refused('shape', node, `prov to stay ${PROV}`)
  else if (contextPrefixes.get(key) !== node.value) into.namespace(key, node.value)
}

/** A name: `prefix:local`, a local part under `@vocab`, or a whole IRI. */
export function readName(source: JsonSource, into: StatementBuilder, written: string, node: JsonNode): QName {
  const whole = /^(?:[a-z][a-z0-9+.-]*:\/\/|urn:)/i.exec(written)
  const prefix = written.slice(0, Math.max(0, written.indexOf(':')))
  const declared = prefix !== '' && into.scope.namespaceOf(prefix) !== null
  if (whole === null || (declared && !written.startsWith(`${prefix}://`))) {
    if (prefix === '' || declared || written.startsWith('_:')) return source.name(into.scope, written, node)
    const hint = `declare ${excerpt(prefix)} in "@context"`
    throw source.refused(
      'undeclared-prefix',
      node,
      'a name under a declared namespace',
      excerpt(written, 80),
      hint,
    )
  }
  const namespace = /^.*[:/?#[\]@]/s.exec(written)?.[0] ?? written
  return qname(prefixOf(into, namespace), namespace, written.slice(namespace.length))
}

/** The declared prefix of a namespace, or a new one. */
function prefixOf(into: StatementBuilder, namespace: string): string {
  const known = [...into.scope.declared().prefixes, ...contextPrefixes]
  for (const [prefix, iri] of known) if (iri === namespace) return prefix
  let number = 1
  while (into.scope.namespaceOf(`ns${number}`) !== null) number += 1
  into.namespace(`ns${number}`, namespace)
  return `ns${number}`
}
