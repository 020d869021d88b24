import { recordKey } from './canonical.ts'
import type { ProvDocument } from './document.ts'
import { iriOf } from './qname.ts'
import type { ProvRecord } from './record.ts'
import { describeRecord } from './statements.ts'

type Keyed = ReadonlyMap<string, ProvRecord>

function keyed(records: readonly ProvRecord[]): Map<string, ProvRecord> {
  return new Map(records.map((record) => [recordKey(record), record]))
}

/** The statements by place: '' is the document itself, else a bundle's IRI; bundles of one name are one. */
function places(document: ProvDocument): Map<string, Keyed> {
  const found = new Map<string, Map<string, ProvRecord>>([['', keyed(document.records)]])
  for (const bundle of document.bundles) {
    const iri = iriOf(bundle.id)
    found.set(iri, new Map([...(found.get(iri) ?? []), ...keyed(bundle.records)]))
  }
  return found
}

/**
 * Whether two documents hold the same statements, bundle by bundle. PROV-DM has sets: order and repetition of
 * records and attributes do not matter, nor how names and numbers are written.
 */
export function equalDocuments(a: ProvDocument, b: ProvDocument): boolean {
  const ofA = places(a)
  const ofB = places(b)
  if (ofA.size !== ofB.size) return false
  for (const [place, records] of ofA) {
    const others = ofB.get(place)
    if (others === undefined || others.size !== records.size) return false
    for (const key of records.keys()) if (!others.has(key)) return false
  }
  return true
}

/** What is only in one of two documents, one line each, for people. Empty when they are equal. */
export function differences(a: ProvDocument, b: ProvDocument): string[] {
  const ofA = places(a)
  const ofB = places(b)
  const lines: string[] = []
  for (const place of new Set([...ofA.keys(), ...ofB.keys()])) {
    const inA = ofA.get(place)
    const inB = ofB.get(place)
    const suffix = place === '' ? '' : ` in bundle ${place}`
    if (inA === undefined || inB === undefined) {
      lines.push(`only in the ${inA === undefined ? 'second' : 'first'}: bundle ${place}`)
      continue
    }
    lines.push(...missing(inA, inB, `only in the first${suffix}`))
    lines.push(...missing(inB, inA, `only in the second${suffix}`))
  }
  return lines
}

function missing(from: Keyed, other: Keyed, label: string): string[] {
  const lines: string[] = []
  for (const [key, record] of from) {
    if (!other.has(key)) lines.push(`${label}: ${describeRecord(record)} ${key}`)
  }
  return lines
}
