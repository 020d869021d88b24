import { FORMALS, type Formal } from '../model/formals.ts'
import type { QName } from '../model/qname.ts'
import type { ElementKind, ProvRecord, RecordKind, RelationKind } from '../model/record.ts'
import { ABSENT, PLACEHOLDER, type Term, type Terms } from './terms.ts'

/** A relation with every position filled in (PROV-CONSTRAINTS 4, definitions 1 to 4). */
export interface Row {
  readonly kind: RelationKind
  readonly id: Term
  /** The positions in PROV-N order without the time, as in `positionsOf(kind)`. */
  readonly args: readonly Term[]
  /** The time, `ABSENT` where the kind has none. */
  readonly time: Term
  /** The record that says it, or from which inference 11 draws it. */
  readonly source: ProvRecord
  /** 11 for what inference 11 adds, else null. */
  readonly inference: 11 | null
}

/** An element with its identifier and, for an activity, its times. */
export interface ElementRow {
  readonly kind: ElementKind
  readonly id: Term
  readonly startTime: Term
  readonly endTime: Term
  readonly source: ProvRecord
}

const POSITIONS = new Map<string, readonly Formal[]>(
  Object.entries(FORMALS).map(([kind, { formals }]) => [
    kind,
    formals.filter(({ target }) => target !== 'time'),
  ]),
)

/** The formal positions of a kind without its times, in PROV-N order. */
export function positionsOf(kind: RelationKind): readonly Formal[] {
  return POSITIONS.get(kind) ?? []
}

/** Reads an element. */
export function elementRow(record: ProvRecord, kind: ElementKind, id: QName, terms: Terms): ElementRow {
  const time = (name: string): Term => timeTerm(record, name, terms)
  const isActivity = kind === 'activity'
  return {
    kind,
    id: terms.name(id),
    startTime: isActivity ? time('startTime') : ABSENT,
    endTime: isActivity ? time('endTime') : ABSENT,
    source: record,
  }
}

/**
 * Reads a relation and, for a derivation whose activity is known, the usage and generation that inference 11 adds.
 * What is left out becomes an existential variable where PROV-CONSTRAINTS table 3 lets it expand: not a plan, and
 * not a derivation's activity or, without one, its generation and usage; there it stays a placeholder.
 */
export function relationRows(record: ProvRecord, kind: RelationKind, terms: Terms): readonly Row[] {
  const positions = positionsOf(kind)
  const args: Term[] = []
  for (const { name } of positions) {
    const given = record.args[name]
    if (given !== undefined) args.push(terms.name(given))
    else args.push(expands(kind, name, record.args) ? terms.variable() : PLACEHOLDER)
  }
  const hasTime = FORMALS[kind].formals.some(({ target }) => target === 'time')
  const row: Row = {
    kind,
    id: record.id === null ? terms.variable() : terms.name(record.id),
    args,
    time: hasTime ? timeTerm(record, 'time', terms) : ABSENT,
    source: record,
    inference: null,
  }
  return kind === 'wasDerivedFrom' && args[2] !== PLACEHOLDER ? [row, ...derivationEvents(row, terms)] : [row]
}

/** Inference 11: the activity of a derivation used the one entity and generated the other. */
function derivationEvents({ args, source }: Row, terms: Terms): readonly Row[] {
  const [generated = ABSENT, used = ABSENT, activity = ABSENT, generation = ABSENT, usage = ABSENT] = args
  const event = (kind: RelationKind, id: Term, ends: readonly Term[]): Row => {
    return { kind, id, args: ends, time: terms.variable(), source, inference: 11 }
  }
  return [event('used', usage, [activity, used]), event('wasGeneratedBy', generation, [generated, activity])]
}

/**
 * Whether a position that is left out stands for something unnamed (PROV-CONSTRAINTS table 3) and not for nothing: a
 * plan and the activity of a derivation do not, nor its generation and usage where the activity is left out.
 */
export function expands(kind: RecordKind, position: string, args: ProvRecord['args']): boolean {
  if (kind === 'wasAssociatedWith') return position !== 'plan'
  if (kind === 'wasDerivedFrom') return position !== 'activity' && args['activity'] !== undefined
  return true
}

function timeTerm(record: ProvRecord, name: string, terms: Terms): Term {
  const lexical = record.times[name]
  return lexical === undefined ? terms.variable() : terms.time(lexical, record)
}
