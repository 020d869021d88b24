import type { FormalTarget } from '../model/formals.ts'
import { iriOf } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { PROV } from '../model/vocabulary.ts'
import { Concerned } from './concerned.ts'
import type { Instance, Report } from './instance.ts'
import { positionsOf } from './row.ts'
import { spread, type Specialization } from './specialization.ts'
import { PLACEHOLDER, type Term } from './terms.ts'
import { violation } from './violation.ts'
import { inWords, NOUNS, termText, withArticle } from './wording.ts'

/** How a term comes to be of a type: the first record that makes it so. */
interface Evidence {
  readonly source: ProvRecord
  /** The position in a relation; null for the element's own record. */
  readonly position: string | null
}

/**
 * Constraints 50 and 55: the positions of relations give their terms types, and nothing is an entity and an activity.
 * Being an agent goes with both.
 */
export function refuseEntityActivities(instance: Instance, report: Report): void {
  const { elements, rows, terms, bundle } = instance
  const entities = new Map<Term, Evidence>()
  const activities = new Map<Term, Evidence>()
  const note = (into: Map<Term, Evidence>, term: Term, source: ProvRecord, position: string | null): void => {
    const root = terms.find(term)
    if (!into.has(root)) into.set(root, { source, position })
  }
  for (const { kind, id, source } of elements) {
    if (kind === 'entity') note(entities, id, source, null)
    if (kind === 'activity') note(activities, id, source, null)
  }
  for (const { kind, args, source } of rows) {
    for (const [at, { name, target }] of positionsOf(kind).entries()) {
      const term = args[at]!
      if (term === PLACEHOLDER) continue
      if (isEntity(target)) note(entities, term, source, name)
      else if (target === 'activity') note(activities, term, source, name)
    }
  }
  const both = [...activities.keys()].filter((term) => entities.has(term))
  const concerned = typedRecords(instance, both)
  for (const term of both) {
    const [asActivity, asEntity] = [activities.get(term)!, entities.get(term)!]
    const rules = asEntity.position === null && asActivity.position === null ? [] : [50]
    const why =
      `${termText(term, terms)} cannot be both an entity (a thing) and an activity (something that happens): ` +
      `${role(asEntity, 'entity')}, and ${role(asActivity, 'activity')}.`
    report(violation(55, rules, bundle, [asEntity.source, asActivity.source], why, concerned.of(term)))
  }
}

/** The records that make these terms an entity or an activity. */
function typedRecords({ elements, rows, terms }: Instance, of: readonly Term[]): Concerned<Term> {
  const concerned = new Concerned(of)
  if (concerned.none) return concerned
  for (const { kind, id, source } of elements) if (kind !== 'agent') concerned.add(terms.find(id), source)
  for (const { kind, args, source } of rows) {
    for (const [at, { target }] of positionsOf(kind).entries()) {
      const term = args[at]!
      if (term !== PLACEHOLDER && isTyped(target)) concerned.add(terms.find(term), source)
    }
  }
  return concerned
}

function isTyped(target: FormalTarget): boolean {
  return target === 'activity' || isEntity(target)
}

function isEntity(target: FormalTarget): boolean {
  return target === 'entity' || target === 'collection' || target === 'bundle'
}

function role({ source, position }: Evidence, type: string): string {
  if (position === null) return `it is declared as an ${type}`
  return `${withArticle(NOUNS[source.kind])} has it as its ${inWords(position)}, which is an ${type}`
}

const TYPE = `${PROV}type`
const EMPTY = `${PROV}EmptyCollection`

function isEmptyCollection({ attributes }: ProvRecord): boolean {
  return attributes.some(
    ([attribute, value]) => value.type === 'name' && iriOf(value.name) === EMPTY && iriOf(attribute) === TYPE,
  )
}

/** Constraint 56: an empty collection, or what specializes one (inference 21), has no members. */
export function refuseFullEmptyCollections(
  { elements, rows, terms, bundle }: Instance,
  specializations: readonly Specialization[],
  report: Report,
): void {
  const declared = new Map<Term, ProvRecord>()
  for (const { kind, id, source } of elements) {
    if (kind === 'entity' && isEmptyCollection(source)) declared.set(terms.find(id), source)
  }
  if (declared.size === 0) return
  const empty = spread(declared.keys(), specializations)
  const full = rows.filter(({ kind, args }) => kind === 'hadMember' && empty.has(terms.find(args[0]!)))
  const concerned = new Concerned(full.map(({ args }) => terms.find(args[0]!)))
  for (const { args, source } of full) concerned.add(terms.find(args[0]!), source)
  const reported = new Set<Term>()
  for (const { args, source } of full) {
    const collection = terms.find(args[0]!)
    if (reported.has(collection)) continue
    reported.add(collection)
    const own = declared.get(collection)
    const reason = own === undefined ? 'specializes an empty collection' : 'is typed prov:EmptyCollection'
    const why = `${termText(collection, terms)} ${reason}, yet it has ${termText(args[1]!, terms)} as a member.`
    report(
      violation(
        56,
        own === undefined ? [21, 50] : [50],
        bundle,
        [own, source],
        why,
        concerned.of(collection),
      ),
    )
  }
}
