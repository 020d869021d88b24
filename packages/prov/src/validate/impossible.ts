import type { ElementKind, ProvRecord, RecordKind, RelationKind } from '../model/record.ts'
import { Concerned } from './concerned.ts'
import type { Instance, Report } from './instance.ts'
import { spread, type Specialization } from './specialization.ts'
import { PLACEHOLDER, type Term } from './terms.ts'
import { violation } from './violation.ts'
import { NOUNS, termText, withArticle } from './wording.ts'

/** Constraint 51: a derivation by an unknown activity cannot name the generation or usage of that activity. */
export function refuseUnspecifiedDerivations({ rows, terms, bundle }: Instance, report: Report): void {
  for (const { kind, args, source } of rows) {
    if (kind !== 'wasDerivedFrom' || args[2] !== PLACEHOLDER) continue
    const named: string[] = []
    if (args[3] !== PLACEHOLDER) named.push(`the generation ${termText(args[3]!, terms)}`)
    if (args[4] !== PLACEHOLDER) named.push(`the usage ${termText(args[4]!, terms)}`)
    if (named.length === 0) continue
    const ends = `${termText(args[0]!, terms)} from ${termText(args[1]!, terms)}`
    const why = `The derivation of ${ends} names ${named.join(' and ')} but not the activity to which that belongs.`
    report(violation(51, [], bundle, [source], why))
  }
}

/** Constraint 54: the relations whose identifiers no element has. */
const IDENTIFIED: ReadonlySet<RelationKind> = new Set([
  'wasGeneratedBy',
  'used',
  'wasInformedBy',
  'wasStartedBy',
  'wasEndedBy',
  'wasInvalidatedBy',
  'wasDerivedFrom',
  'wasAttributedTo',
  'wasAssociatedWith',
  'actedOnBehalfOf',
  'wasInfluencedBy',
])

/** Constraint 53 leaves these out: an influence is the wider notion of every other, and a derivation is not listed. */
function isDisjoint(kind: RelationKind): boolean {
  return IDENTIFIED.has(kind) && kind !== 'wasDerivedFrom' && kind !== 'wasInfluencedBy'
}

/** Constraints 53 and 54: one identifier is not of two kinds of event, nor of an element and of an event. */
export function refuseOverlaps(
  instance: Instance,
  specializations: readonly Specialization[],
  report: Report,
): void {
  const { rows, terms, bundle } = instance
  const declared = declarations(instance, specializations)
  const first = new Map<
    Term,
    { readonly kind: RelationKind; readonly source: ProvRecord; readonly drawn: boolean }
  >()
  const overlaps: Overlap[] = []
  const reported = new Set<string>()
  const once = (key: string): boolean => !reported.has(key) && reported.add(key).has(key)
  for (const { kind, id, source, inference } of rows) {
    if (!IDENTIFIED.has(kind) || !terms.isConstant(id)) continue
    const root = terms.find(id)
    const rules = inference === null ? [] : [11]
    const element = declared.get(root)
    if (element !== undefined && once(`54 ${root} ${kind}`)) {
      const both = `${withArticle(NOUNS[element.kind])} and ${withArticle(NOUNS[kind])}`
      const why = `The identifier ${termText(id, terms)} is given to ${both}; a thing and an event cannot share one.`
      const records = [element.source, source]
      overlaps.push({
        constraint: 54,
        rules: [...rules, ...element.rules],
        root,
        kinds: [element.kind, kind],
        records,
        why,
      })
    }
    if (!isDisjoint(kind)) continue
    const other = first.get(root)
    if (other === undefined) first.set(root, { kind, source, drawn: inference !== null })
    else if (other.kind !== kind && once(`53 ${root} ${kind}`)) {
      const both = `${withArticle(NOUNS[other.kind])} and ${withArticle(NOUNS[kind])}`
      const why = `The identifier ${termText(id, terms)} is given to ${both}; one event cannot be both.`
      const records = [other.source, source]
      overlaps.push({
        constraint: 53,
        rules: other.drawn ? [11] : rules,
        root,
        kinds: [other.kind, kind],
        records,
        why,
      })
    }
  }
  const concerned = recordsOf(instance, overlaps)
  for (const { constraint, rules, root, kinds, records, why } of overlaps) {
    const all = concerned.of(...kinds.map((kind) => `${kind} ${root}`))
    report(violation(constraint, rules, bundle, records, why, all))
  }
}

/** One identifier of two kinds. */
interface Overlap {
  readonly constraint: 53 | 54
  readonly rules: readonly number[]
  readonly root: Term
  readonly kinds: readonly RecordKind[]
  readonly records: readonly (ProvRecord | null)[]
  readonly why: string
}

/** The records of these identifiers, by kind. */
function recordsOf({ elements, rows, terms }: Instance, overlaps: readonly Overlap[]): Concerned<string> {
  const keys = overlaps.flatMap(({ root, kinds }) => kinds.map((kind) => `${kind} ${root}`))
  const concerned = new Concerned(keys)
  if (concerned.none) return concerned
  for (const { kind, id, source } of [...elements, ...rows])
    concerned.add(`${kind} ${terms.find(id)}`, source)
  return concerned
}

interface Declaration {
  readonly kind: ElementKind
  /** Null for what is an entity because it specializes one (inference 21). */
  readonly source: ProvRecord | null
  readonly rules: readonly number[]
}

function declarations(
  { elements, terms }: Instance,
  specializations: readonly Specialization[],
): ReadonlyMap<Term, Declaration> {
  const declared = new Map<Term, Declaration>()
  const entities = new Set<Term>()
  for (const { kind, id, source } of elements) {
    const root = terms.find(id)
    if (kind === 'entity') entities.add(root)
    if (!declared.has(root)) declared.set(root, { kind, source, rules: [] })
  }
  for (const root of spread(entities, specializations)) {
    if (!declared.has(root)) declared.set(root, { kind: 'entity', source: null, rules: [21] })
  }
  return declared
}
