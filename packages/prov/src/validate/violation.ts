import { labelOf, type QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { describeRecord } from '../model/statements.ts'
import { RULE_NAMES } from './rules.ts'

/**
 * What is broken: the number of a constraint of PROV-CONSTRAINTS, `PROV-DM` for a record without a part that the
 * data model demands, or `PROV-LINKS` for the constraint on mentionOf.
 */
export type ConstraintId = number | 'PROV-DM' | 'PROV-LINKS'

/** One reason why an instance (a document's own statements, or one bundle) is not valid. */
export interface Violation {
  readonly constraint: ConstraintId
  /** The constraint's own name, e.g. `unique-generation`. */
  readonly name: string
  /** Every inference and constraint that the argument takes, ascending; holds `constraint` when that is a number. */
  readonly rules: readonly number[]
  /** The bundle in which it is, null for the document's own statements. */
  readonly bundle: QName | null
  /** The records that contradict each other, as they were given. */
  readonly records: readonly ProvRecord[]
  /** Why, in words. */
  readonly why: string
}

/** Makes a violation; `rules` need not be sorted, distinct or hold the constraint. */
export function violation(
  constraint: ConstraintId,
  rules: readonly number[],
  bundle: QName | null,
  records: readonly (ProvRecord | null | undefined)[],
  why: string,
): Violation {
  const numbers = new Set(typeof constraint === 'number' ? [constraint, ...rules] : rules)
  const involved = new Set<ProvRecord>()
  for (const record of records) if (record !== null && record !== undefined) involved.add(record)
  return {
    constraint,
    name: typeof constraint === 'number' ? (RULE_NAMES.get(constraint) ?? '') : OTHER_NAMES[constraint],
    rules: [...numbers].sort((a, b) => a - b),
    bundle,
    records: [...involved],
    why,
  }
}

const OTHER_NAMES = { 'PROV-DM': 'missing-mandatory-argument', 'PROV-LINKS': 'unique-mention' } as const

const RECORDS_SHOWN_MAX = 12

/** A violation as a few lines for people: the constraint, why, and the records. */
export function describe(of: Violation): string {
  const title = typeof of.constraint === 'number' ? `PROV-CONSTRAINTS ${of.constraint}` : of.constraint
  const place = of.bundle === null ? '' : `, in bundle ${labelOf(of.bundle)}`
  const shown = of.records.slice(0, RECORDS_SHOWN_MAX).map((record) => `  ${describeRecord(record)}`)
  const hidden = of.records.length - shown.length
  if (hidden > 0) shown.push(`  and ${hidden} more`)
  return [`${title} (${of.name})${place}: ${of.why}`, ...shown].join('\n')
}
