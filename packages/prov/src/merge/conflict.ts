import { labelOf, type QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'

/** One side of a conflict. */
export interface Claim {
  /** What is said, e.g. a time, a name, `none`, or a kind of record. */
  readonly value: string
  /** Which of the merged documents say it, by their places in the list, ascending. */
  readonly documents: readonly number[]
}

/** Where documents cannot all be true. Both sides stay in the merged document. */
export interface Conflict {
  /** The constraint of PROV-CONSTRAINTS that the merged document breaks by it; `PROV-DM` for two of what may be there once. */
  readonly constraint: number | 'PROV-DM'
  /** The bundle in which it is, null for the documents' own statements. */
  readonly bundle: QName | null
  /** What the claims are about, in words: `the start time of activity ex:a`. */
  readonly about: string
  /** At least two, by their values. */
  readonly claims: readonly Claim[]
  /** The statements that contradict each other. */
  readonly records: readonly ProvRecord[]
}

/**
 * A conflict in one line for people. `names` are what the documents are called, e.g. the files that they come from.
 */
export function describeConflict(
  { constraint, bundle, about, claims }: Conflict,
  names: readonly string[] = [],
): string {
  const nameOf = (index: number): string => names[index] ?? `document ${index + 1}`
  const sides = claims.map(({ value, documents }) => `${value} (${documents.map(nameOf).join(', ')})`)
  const place = bundle === null ? '' : `in bundle ${labelOf(bundle)}: `
  const rule = typeof constraint === 'number' ? `PROV-CONSTRAINTS ${constraint}` : constraint
  return `${place}${about} is ${sides.join(' or ')}; both are kept (${rule})`
}
