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
  /** The records that contradict each other, as they were given; where many do, those that the words speak of. */
  readonly records: readonly ProvRecord[]
  /** How many records it concerns, those that are not named included. */
  readonly count: number
  /** Why, in words. */
  readonly why: string
}

/**
 * Makes a violation; `rules` need not be sorted, distinct or hold the constraint. `concerned` are the records that it
 * concerns, where `records` are only some: sets that have none in common. Takes no longer for more of them.
 */
export function violation(
  constraint: ConstraintId,
  rules: readonly number[],
  bundle: QName | null,
  records: readonly (ProvRecord | null | undefined)[],
  why: string,
  concerned: readonly ReadonlySet<ProvRecord>[] = [],
): Violation {
  const numbers = new Set(typeof constraint === 'number' ? [constraint, ...rules] : rules)
  const involved = new Set<ProvRecord>()
  for (const record of records) if (record !== null && record !== undefined) involved.add(record)
  const named = [...involved]
  const others = named.filter((record) => !concerned.some((set) => set.has(record)))
  return {
    constraint,
    name: typeof constraint === 'number' ? (RULE_NAMES.get(constraint) ?? '') : OTHER_NAMES[constraint],
    rules: [...numbers].sort((a, b) => a - b),
    bundle,
    records: named,
    count: concerned.reduce((sum, set) => sum + set.size, others.length),
    why,
  }
}

const OTHER_NAMES = { 'PROV-DM': 'missing-mandatory-argument', 'PROV-LINKS': 'unique-mention' } as const

const RECORDS_SHOWN_MAX = 12

/** A violation as a few lines for people: the constraint, how many records it concerns, why, and the records. */
export function describe(of: Violation): string {
  const title = typeof of.constraint === 'number' ? `PROV-CONSTRAINTS ${of.constraint}` : of.constraint
  const place = of.bundle === null ? '' : `, in bundle ${labelOf(of.bundle)}`
  const shown = of.records.slice(0, RECORDS_SHOWN_MAX).map((record) => `  ${describeRecord(record)}`)
  const hidden = of.count - shown.length
  if (hidden > 0) shown.push(`  and ${hidden} more`)
  const many = of.count === 1 ? '1 record' : `${of.count} records`
  return [`${title} (${of.name})${place}, ${many}: ${of.why}`, ...shown].join('\n')
}
