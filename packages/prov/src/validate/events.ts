import type { ProvRecord } from '../model/record.ts'
import type { Instance } from './instance.ts'
import { spread, type Specialization } from './specialization.ts'
import type { Term } from './terms.ts'

/**
 * The instantaneous events of an element (PROV-DM 2.1.1). All generations of one entity happen at once (constraint 39),
 * as do its invalidations (40), and the starts (31) and ends (32) of one activity. So one event stands for all of a
 * kind, which keeps the order of events linear in size where pairs would be quadratic.
 */
export const GENERATION = 0
export const INVALIDATION = 1
export const START = 2
export const END = 3
/** A usage is an event of its own. */
export const USAGE = 4

/** How an event is known: by a record of its own, or by the inference with that number. */
const STATED = 255

export type EventKind = typeof GENERATION | typeof INVALIDATION | typeof START | typeof END | typeof USAGE

/** An event as a node of the order. */
export type EventNode = number

/** The events that an instance states or implies, and the numbers that they have as nodes. */
export class Events {
  readonly #known: Uint8Array
  readonly #nodes = new Map<number, EventNode>()
  readonly #terms: Term[] = []
  readonly #kinds: EventKind[] = []

  constructor(terms: number) {
    this.#known = new Uint8Array(terms * USAGE)
  }

  get size(): number {
    return this.#terms.length
  }

  /** Says that the element has that event, by a record or by an inference; a record wins. */
  add(element: Term, kind: EventKind, inference: number = STATED): void {
    const at = element * USAGE + kind
    if (this.#known[at] === 0 || inference === STATED) this.#known[at] = inference
  }

  has(element: Term, kind: EventKind): boolean {
    return this.#known[element * USAGE + kind] !== 0
  }

  /** The inferences without which the event of this node would not be known, or the order would not pass it on (19). */
  inferencesOf(node: EventNode): readonly number[] {
    if (this.#kinds[node] === USAGE) return []
    const known = this.#known[this.#terms[node]! * USAGE + this.#kinds[node]!] ?? 0
    switch (known) {
      case STATED:
        return []
      case 0:
        return [19]
      case 21:
        return [21, 7]
      default:
        return [known]
    }
  }

  /** The node of an event; of a usage by the term of its identifier. */
  node(element: Term, kind: EventKind): EventNode {
    const key = element * 8 + kind
    const known = this.#nodes.get(key)
    if (known !== undefined) return known
    const made = this.#terms.length
    this.#nodes.set(key, made)
    this.#terms.push(element)
    this.#kinds.push(kind)
    return made
  }

  termOf(node: EventNode): Term {
    return this.#terms[node]!
  }

  kindOf(node: EventNode): EventKind {
    return this.#kinds[node]!
  }
}

/**
 * Finds which events there are: the stated ones and those of inferences 7 and 8 (declared entities and activities),
 * 21 (what specializes a declared entity), 9 and 10 (triggers), 13 (attributed entities). Inference 11 is in the rows.
 */
export function eventsOf(instance: Instance, specializations: readonly Specialization[]): Events {
  const { elements, rows, terms } = instance
  const events = new Events(terms.size)
  const entities = new Set<Term>()
  for (const { kind, id } of elements) {
    if (kind === 'entity') entities.add(terms.find(id))
    if (kind !== 'activity') continue
    events.add(terms.find(id), START, 8)
    events.add(terms.find(id), END, 8)
  }
  for (const entity of spread(entities, specializations)) {
    const inference = entities.has(entity) ? 7 : 21
    events.add(entity, GENERATION, inference)
    events.add(entity, INVALIDATION, inference)
  }
  for (const { kind, args } of rows) {
    const first = terms.find(args[0]!)
    if (kind === 'wasGeneratedBy') events.add(first, GENERATION)
    else if (kind === 'wasAttributedTo') events.add(first, GENERATION, 13)
    else if (kind === 'wasInvalidatedBy') events.add(first, INVALIDATION)
    else if (kind === 'wasStartedBy' || kind === 'wasEndedBy') {
      events.add(first, kind === 'wasStartedBy' ? START : END)
      events.add(terms.find(args[1]!), GENERATION, kind === 'wasStartedBy' ? 9 : 10)
    }
  }
  return events
}

/** Why one event comes no later than another, or before it. */
export interface Reason {
  readonly rule: number
  /** Whether the two events cannot be simultaneous either. */
  readonly strict: boolean
  /** Inferences on which the rule rests here. */
  readonly inferences: readonly number[]
  /** The rule in words. */
  readonly because: string
}

/** Edges of the order of events, in columns. */
export class Order {
  readonly from: EventNode[] = []
  readonly to: EventNode[] = []
  readonly reasons: Reason[] = []
  readonly sources: (ProvRecord | null)[] = []
  /** The edges whose events cannot be simultaneous. */
  readonly strict: number[] = []

  add(from: EventNode, to: EventNode, reason: Reason, source: ProvRecord | null): void {
    if (reason.strict) this.strict.push(this.from.length)
    this.from.push(from)
    this.to.push(to)
    this.reasons.push(reason)
    this.sources.push(source)
  }
}
