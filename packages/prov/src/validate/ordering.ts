import {
  END,
  eventsOf,
  GENERATION,
  INVALIDATION,
  Order,
  START,
  USAGE,
  type EventKind,
  type Events,
  type Reason,
} from './events.ts'
import type { Instance } from './instance.ts'
import type { Row } from './row.ts'
import type { Specialization } from './specialization.ts'
import { PLACEHOLDER, type Term, type Terms } from './terms.ts'

function reason(rule: number, because: string, ...inferences: readonly number[]): Reason {
  return { rule, because, strict: rule === 42, inferences }
}

const R30 = reason(30, 'an activity starts before it ends')
const R33 = reason(33, 'an activity uses things between its start and its end')
const R34 = reason(34, 'an activity generates things between its start and its end')
const R34_START = reason(
  34,
  'an activity generates what it starts another with between its own start and end',
  9,
)
const R34_END = reason(
  34,
  'an activity generates what it ends another with between its own start and end',
  10,
)
const R35 = reason(35, 'an activity hears from another that has started, and before its own end')
const R36 = reason(36, 'a thing exists from its generation to its invalidation')
const R37 = reason(37, 'a thing is used after its generation')
const R38 = reason(38, 'a thing is used before its invalidation')
const R41 = reason(41, 'a derivation uses the one thing before it generates the other')
const R42 = reason(42, 'a thing is generated after what it is derived from')
const R43 = reason(43, 'a trigger exists when it starts an activity')
const R44 = reason(44, 'a trigger exists when it ends an activity')
const R45 = reason(45, 'a more specific thing is generated no earlier than the general one')
const R46 = reason(46, 'a more specific thing is invalidated no later than the general one')
const R47 = reason(47, 'an agent exists or acts at some time while the activity goes on')
const R47_DELEGATION = reason(47, 'both agents of a delegation have part in its activity', 14)
const R48 = reason(48, 'an agent is there before what is attributed to it')
const R49 = reason(49, 'the responsible agent is there before the delegate ends')

/**
 * The order of events (PROV-CONSTRAINTS 6.2, constraints 30 to 49). Dates play no part in it: no
 * constraint compares two of them. Only 42 is strict, nothing is ordered after an end or an invalidation but another
 * invalidation, and what 33, 37 and 41 order by way of a usage follows from 34 and 42 as well. So a contradiction runs
 * through generations and starts, by 34, 42, 43, 45 and 48, and the other constraints hold in every instance. They are
 * here all the same: this is the whole order of the specification. Constraints 31, 32, 39 and 40 are in
 * the events themselves (see `events.ts`). Inferences 5 and 6 add nothing to 35 and to 33, 34 and 37.
 */
export function orderOf(
  instance: Instance,
  specializations: readonly Specialization[],
): { events: Events; order: Order } {
  const events = eventsOf(instance, specializations)
  const ordering = new Ordering(instance.terms, events)
  for (const row of instance.rows) ordering.relation(row)
  for (const specialization of specializations) ordering.specialization(specialization)
  ordering.lifetimes()
  return { events, order: ordering.order }
}

class Ordering {
  readonly order: Order = new Order()
  readonly #terms: Terms
  readonly #events: Events

  constructor(terms: Terms, events: Events) {
    this.#terms = terms
    this.#events = events
  }

  relation(row: Row): void {
    const [a, b, c] = row.args.map((term) => (term === PLACEHOLDER ? PLACEHOLDER : this.#terms.find(term)))
    switch (row.kind) {
      case 'wasGeneratedBy':
        return this.#within(GENERATION, a!, b!, R34, row)
      case 'used':
        return this.#usage(row, a!, b!)
      case 'wasInformedBy':
        return this.#edge(START, b!, END, a!, R35, row)
      case 'wasStartedBy':
        this.#trigger(START, a!, b!, R43, row)
        return this.#within(GENERATION, b!, c!, R34_START, row)
      case 'wasEndedBy':
        this.#trigger(END, a!, b!, R44, row)
        return this.#within(GENERATION, b!, c!, R34_END, row)
      case 'wasDerivedFrom':
        return this.#derivation(row, a!, b!)
      case 'wasAssociatedWith':
        return this.#association(a!, b!, R47, row)
      case 'wasAttributedTo':
        this.#edge(GENERATION, b!, GENERATION, a!, R48, row)
        return this.#edge(START, b!, GENERATION, a!, R48, row)
      case 'actedOnBehalfOf':
        this.#edge(GENERATION, b!, INVALIDATION, a!, R49, row)
        this.#edge(START, b!, END, a!, R49, row)
        this.#association(c!, a!, R47_DELEGATION, row)
        return this.#association(c!, b!, R47_DELEGATION, row)
      case 'wasInvalidatedBy':
      case 'wasInfluencedBy':
      case 'specializationOf':
      case 'alternateOf':
      case 'hadMember':
      case 'mentionOf':
        return
    }
  }

  /**
   * Constraints 45 and 46, also between entities whose events nothing states: a specialization reaches through them
   * (inference 19), so such an event only passes the order on.
   */
  specialization({ specific, general, source }: Specialization): void {
    const node = (term: Term, kind: EventKind): number => this.#events.node(term, kind)
    this.order.add(node(general, GENERATION), node(specific, GENERATION), R45, source)
    this.order.add(node(specific, INVALIDATION), node(general, INVALIDATION), R46, source)
  }

  /** Constraints 30 and 36, for every element that has both events and takes part in the order. */
  lifetimes(): void {
    for (let node = 0; node < this.#events.size; node++) {
      const kind = this.#events.kindOf(node)
      const term = this.#events.termOf(node)
      if (kind === START) this.#edge(START, term, END, term, R30, null)
      if (kind === GENERATION) this.#edge(GENERATION, term, INVALIDATION, term, R36, null)
    }
  }

  #usage(row: Row, activity: Term, entity: Term): void {
    const usage = this.#events.node(this.#terms.find(row.id), USAGE)
    const before = (kind: EventKind, element: Term, why: Reason): void => {
      if (this.#events.has(element, kind))
        this.order.add(this.#events.node(element, kind), usage, why, row.source)
    }
    const after = (kind: EventKind, element: Term, why: Reason): void => {
      if (this.#events.has(element, kind))
        this.order.add(usage, this.#events.node(element, kind), why, row.source)
    }
    const drawn = row.inference === null ? (why: Reason): Reason => why : withInference11
    before(START, activity, drawn(R33))
    after(END, activity, drawn(R33))
    before(GENERATION, entity, drawn(R37))
    after(INVALIDATION, entity, drawn(R38))
  }

  #derivation(row: Row, generated: Term, used: Term): void {
    const usage = row.args[4]!
    if (usage !== PLACEHOLDER) {
      const from = this.#events.node(this.#terms.find(usage), USAGE)
      this.order.add(from, this.#events.node(generated, GENERATION), withInference11(R41), row.source)
    }
    if (!this.#events.has(generated, GENERATION) || !this.#events.has(used, GENERATION)) return
    const from = this.#events.node(used, GENERATION)
    this.order.add(from, this.#events.node(generated, GENERATION), R42, row.source)
  }

  /** Constraints 43 and 44. */
  #trigger(kind: typeof START | typeof END, activity: Term, trigger: Term, why: Reason, row: Row): void {
    this.#edge(GENERATION, trigger, kind, activity, why, row)
    this.#edge(kind, activity, INVALIDATION, trigger, why, row)
  }

  /** An event of `element` that happens while `activity` goes on. */
  #within(kind: EventKind, element: Term, activity: Term, why: Reason, row: Row): void {
    const reasonHere = row.inference === null ? why : withInference11(why)
    this.#edge(START, activity, kind, element, reasonHere, row)
    this.#edge(kind, element, END, activity, reasonHere, row)
  }

  /** Constraint 47: whatever kind of element the agent is, its time and that of the activity overlap. */
  #association(activity: Term, agent: Term, why: Reason, row: Row): void {
    this.#edge(START, activity, INVALIDATION, agent, why, row)
    this.#edge(GENERATION, agent, END, activity, why, row)
    this.#edge(START, activity, END, agent, why, row)
    this.#edge(START, agent, END, activity, why, row)
  }

  #edge(fromKind: EventKind, from: Term, toKind: EventKind, to: Term, why: Reason, row: Row | null): void {
    if (!this.#events.has(from, fromKind) || !this.#events.has(to, toKind)) return
    this.order.add(this.#events.node(from, fromKind), this.#events.node(to, toKind), why, row?.source ?? null)
  }
}

const drawnReasons = new Map<Reason, Reason>()

/** The same reason where the usage or generation is one that inference 11 adds. */
function withInference11(why: Reason): Reason {
  let drawn = drawnReasons.get(why)
  if (drawn === undefined) {
    drawn = { ...why, inferences: [...why.inferences, 11] }
    drawnReasons.set(why, drawn)
  }
  return drawn
}
