import type { ProvBundle, ProvDocument, Statements } from '../model/document.ts'
import { NO_NAMESPACES } from '../model/namespaces.ts'
import { iriOf, type QName } from '../model/qname.ts'
import type { Claimed } from './claimed.ts'
import { combine } from './combine.ts'
import type { Conflict } from './conflict.ts'
import { reconcile } from './prefixes.ts'
import { renamed, type Rename } from './rename.ts'

export interface Merged {
  readonly document: ProvDocument
  /** Where the documents contradict each other; both sides are in `document`, which `validate` then refuses. */
  readonly conflicts: readonly Conflict[]
}

/**
 * Makes several documents one, e.g. those of the ranks or runs of a job. Equal statements become one; those with one
 * identifier, and generations, invalidations, starts and ends of one event, are unified as PROV-CONSTRAINTS 6.1
 * merges them (attributes add up); bundles of one name are one; prefixes are reconciled. What cannot be unified is
 * kept as it is and told as a conflict.
 *
 * The document does not depend on the order of `documents`: records are sorted by kind and identifier. Contradictions
 * that only a chain of statements makes, such as circles of derivations, are `validate`'s to find. n log n in the records.
 */
export function merge(documents: readonly ProvDocument[]): Merged {
  const { namespaces, rename } = reconcile(documents)
  const conflicts: Conflict[] = []
  const combined = (claims: readonly Claimed[], bundle: QName | null): Statements['records'] => {
    const found = combine(claims, bundle)
    conflicts.push(...found.conflicts)
    return found.records
  }
  const own = documents.flatMap((document, index) => claimsOf(document, index, rename))
  const records = combined(own, null)
  const bundles = bundlesOf(documents, rename).map(({ id, claims }): ProvBundle => {
    return { id, namespaces: NO_NAMESPACES, records: combined(claims, id) }
  })
  return { document: { namespaces, records, bundles }, conflicts: inOrder(conflicts) }
}

interface BundleClaims {
  readonly id: QName
  readonly claims: Claimed[]
}

/** The bundles of all documents, those of one name together, by their IRIs. */
function bundlesOf(documents: readonly ProvDocument[], rename: Rename): BundleClaims[] {
  const found = new Map<string, BundleClaims>()
  for (const [index, document] of documents.entries()) {
    for (const bundle of document.bundles) {
      const iri = iriOf(bundle.id)
      const known = found.get(iri) ?? { id: rename(bundle.id), claims: [] }
      found.set(iri, known)
      for (const claim of claimsOf(bundle, index, rename)) known.claims.push(claim)
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bundle]) => bundle)
}

function claimsOf({ records }: Statements, index: number, rename: Rename): Claimed[] {
  return records.map((record) => ({ record: renamed(record, rename), documents: [index] }))
}

/** Sorted by what they are about. What both an identifier and an event tell is told once, by the more documents. */
function inOrder(conflicts: readonly Conflict[]): Conflict[] {
  const found = new Map<string, Conflict>()
  for (const conflict of conflicts) {
    const { bundle, about, claims } = conflict
    const key = JSON.stringify([
      bundle === null ? '' : iriOf(bundle),
      about,
      claims.map(({ value }) => value),
    ])
    const known = found.get(key)
    if (known === undefined || documentCount(known) < documentCount(conflict)) found.set(key, conflict)
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, conflict]) => conflict)
}

function documentCount({ claims }: Conflict): number {
  return claims.reduce((count, { documents }) => count + documents.length, 0)
}
