import type { ProvDocument, Statements } from '../model/document.ts'
import { normalNamespace, type Namespaces } from '../model/namespaces.ts'
import { eachName } from '../model/names.ts'
import { qname, type QName } from '../model/qname.ts'
import { PROV, XSD } from '../model/vocabulary.ts'

/** One set of prefixes for all documents. */
export interface Prefixes {
  readonly namespaces: Namespaces
  /** The same name with the prefix that it has in the merged document. */
  readonly rename: (name: QName) => QName
}

/**
 * Reconciles prefixes. One that means the same everywhere stays. One that means several things stays with what most
 * documents mean by it (the first by its text when as many mean another) and the others get a number: `ex`, `ex2`.
 * The same holds of the default namespace, except that those that lose it get a prefix `ns`. Bundles' own prefixes
 * become the document's. Identifiers are IRIs and do not change.
 */
export function reconcile(documents: readonly ProvDocument[]): Prefixes {
  const votes = new Map<string, Map<string, Set<number>>>([
    ['prov', new Map([[PROV, new Set()]])],
    ['xsd', new Map([[XSD, new Set()]])],
  ])
  for (const [index, document] of documents.entries()) {
    const vote = (prefix: string, iri: string): void => void voters(votes, prefix, iri).add(index)
    for (const statements of [document, ...document.bundles]) collect(statements, vote)
    for (const { id } of document.bundles) vote(id.prefix, id.namespace)
  }
  const declared = new Map<string, string>()
  const homeless: { readonly prefix: string; readonly iri: string }[] = []
  for (const prefix of [...votes.keys()].sort()) {
    const [winner, ...others] = ranked(prefix, votes.get(prefix)!)
    if (winner !== undefined) declared.set(prefix, winner)
    for (const iri of others) homeless.push({ prefix, iri })
  }
  const prefixOf = new Map<string, string>()
  for (const [prefix, iri] of declared) if (prefix !== '' && !prefixOf.has(iri)) prefixOf.set(iri, prefix)
  for (const { prefix, iri } of homeless) {
    if (prefixOf.has(iri)) continue
    const free = freePrefix(prefix === '' ? 'ns' : prefix, declared)
    declared.set(free, iri)
    prefixOf.set(iri, free)
  }
  const rename = ({ prefix, namespace, local }: QName): QName => {
    const own = declared.get(prefix) === namespace ? prefix : (prefixOf.get(namespace) ?? prefix)
    return qname(own, namespace, local)
  }
  return { namespaces: namespacesOf(declared, votes), rename }
}

function collect({ namespaces, records }: Statements, vote: (prefix: string, iri: string) => void): void {
  for (const [prefix, iri] of namespaces.prefixes) vote(prefix, normalNamespace(iri))
  if (namespaces.default !== null) vote('', namespaces.default)
  const seen = new Set<string>()
  for (const record of records) {
    eachName(record, ({ prefix, namespace }) => {
      const key = `${prefix} ${namespace}`
      if (seen.has(key)) return
      seen.add(key)
      vote(prefix, namespace)
    })
  }
}

function voters(votes: Map<string, Map<string, Set<number>>>, prefix: string, iri: string): Set<number> {
  let byIri = votes.get(prefix)
  if (byIri === undefined) votes.set(prefix, (byIri = new Map<string, Set<number>>()))
  let documents = byIri.get(iri)
  if (documents === undefined) byIri.set(iri, (documents = new Set<number>()))
  return documents
}

/** The meanings of a prefix, the one that keeps it first. `prov` and `xsd` keep theirs. */
function ranked(prefix: string, meanings: ReadonlyMap<string, ReadonlySet<number>>): string[] {
  const fixed = prefix === 'prov' ? PROV : prefix === 'xsd' ? XSD : null
  return [...meanings]
    .sort(([a, votesOfA], [b, votesOfB]) => {
      if (a === fixed || b === fixed) return a === fixed ? -1 : 1
      return votesOfB.size - votesOfA.size || (a < b ? -1 : 1)
    })
    .map(([iri]) => iri)
}

function freePrefix(wish: string, declared: ReadonlyMap<string, string>): string {
  if (!declared.has(wish)) return wish
  let number = 2
  while (declared.has(`${wish}${number}`)) number += 1
  return `${wish}${number}`
}

/** What the merged document declares; `prov` and `xsd` only where a document does or uses them. */
function namespacesOf(
  declared: ReadonlyMap<string, string>,
  votes: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<number>>>,
): Namespaces {
  const prefixes = new Map<string, string>()
  for (const prefix of [...declared.keys()].sort()) {
    const iri = declared.get(prefix)!
    const isUsed = (votes.get(prefix)?.get(iri)?.size ?? 1) > 0
    if (prefix !== '' && isUsed) prefixes.set(prefix, iri)
  }
  return { prefixes, default: declared.get('') ?? null }
}
