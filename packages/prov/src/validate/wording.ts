import { labelOf } from '../model/qname.ts'
import type { RecordKind } from '../model/record.ts'
import { PLACEHOLDER, type Term, type Terms } from './terms.ts'

/** What people call a record of each kind. */
export const NOUNS: Readonly<Record<RecordKind, string>> = {
  entity: 'entity',
  activity: 'activity',
  agent: 'agent',
  wasGeneratedBy: 'generation',
  used: 'usage',
  wasInformedBy: 'communication',
  wasStartedBy: 'start',
  wasEndedBy: 'end',
  wasInvalidatedBy: 'invalidation',
  wasDerivedFrom: 'derivation',
  wasAttributedTo: 'attribution',
  wasAssociatedWith: 'association',
  actedOnBehalfOf: 'delegation',
  wasInfluencedBy: 'influence',
  specializationOf: 'specialization',
  alternateOf: 'alternate',
  hadMember: 'membership',
  mentionOf: 'mention',
}

/** `generatedEntity` as `generated entity`. */
export function inWords(position: string): string {
  if (position === 'responsible') return 'responsible agent'
  return position.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/\d+$/, '')
}

/** A term as people read it: a name as written, a time, or that nothing names it. */
export function termText(term: Term, terms: Terms): string {
  const name = terms.nameOf(term)
  if (name !== undefined) return labelOf(name)
  const time = terms.timeOf(term)
  if (time !== undefined) return time
  return terms.same(term, PLACEHOLDER) ? 'none' : 'something unnamed'
}

/** `a usage`, `an end`. */
export function withArticle(noun: string): string {
  return `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`
}

/** `activities`, `times`. */
export function plural(noun: string): string {
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** A longer way around is told by its beginning and its end. */
const STEPS_SHOWN_MAX = 8

/** The steps of a way around that are told, and how many are left out between their two halves. */
export function stepsShown<T>(way: readonly T[]): { readonly shown: readonly T[]; readonly hidden: number } {
  const hidden = way.length - STEPS_SHOWN_MAX
  const half = STEPS_SHOWN_MAX / 2
  return hidden <= 0
    ? { shown: way, hidden: 0 }
    : { shown: [...way.slice(0, half), ...way.slice(-half)], hidden }
}

/** Steps as clauses, between the two halves how many are left out. */
export function stepsInWords<T>(way: readonly T[], words: (step: T) => string): string[] {
  const { shown, hidden } = stepsShown(way)
  const clauses = shown.map(words)
  if (hidden > 0) clauses.splice(clauses.length / 2, 0, `and so on over ${hidden} more steps`)
  return clauses
}
