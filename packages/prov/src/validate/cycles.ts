import type { QName } from '../model/qname.ts'
import type { ProvRecord } from '../model/record.ts'
import { adjacency, components, shortestPath } from './components.ts'
import {
  END,
  GENERATION,
  INVALIDATION,
  START,
  USAGE,
  type EventKind,
  type EventNode,
  type Events,
  type Order,
} from './events.ts'
import { Concerned } from './concerned.ts'
import type { Instance, Report } from './instance.ts'
import { sayingOf } from './saying.ts'
import type { Term, Terms } from './terms.ts'
import { violation, type Violation } from './violation.ts'
import { stepsInWords, stepsShown, termText } from './wording.ts'

/** Of many contradictions in one knot of events, so many are tried for the shortest to tell. */
const TRIED_MAX = 8

/**
 * Reports where an event would have to come before itself: a cycle of the order with a strict step. One violation for
 * each knot of events (strongly connected component), by a short way around. Linear in events and edges.
 */
export function refuseCycles(instance: Instance, events: Events, order: Order, report: Report): void {
  if (order.strict.length === 0) return
  const graph = adjacency(events.size, order.from)
  const component = components(events.size, order.to, graph)
  const knots = new Map<number, number[]>()
  for (const edge of order.strict) {
    const knot = component[order.from[edge]!]!
    if (knot !== component[order.to[edge]!]) continue
    const known = knots.get(knot)
    if (known === undefined) knots.set(knot, [edge])
    else if (known.length < TRIED_MAX) known.push(edge)
  }
  if (knots.size === 0) return
  const eventText = eventWriter(instance, events)
  const tied = recordsTied(order, component, knots)
  for (const [knot, edges] of knots) {
    let shortest: number[] | null = null
    for (const edge of edges) {
      const back = shortestPath(order.to[edge]!, order.from[edge]!, order.to, graph, component)
      if (back !== null && (shortest === null || back.length + 1 < shortest.length))
        shortest = [edge, ...back]
    }
    if (shortest !== null)
      report(cycleViolation(shortest, instance.bundle, events, order, eventText, tied.of(knot)))
  }
}

/** The records whose steps are all within one knot, by knot: any of them may be on a way around. */
function recordsTied(
  order: Order,
  component: Int32Array,
  knots: ReadonlyMap<number, unknown>,
): Concerned<number> {
  const tied = new Concerned(knots.keys())
  for (const [edge, source] of order.sources.entries()) {
    const knot = component[order.from[edge]!]!
    if (knot === component[order.to[edge]!]) tied.add(knot, source)
  }
  return tied
}

type EventText = (node: EventNode) => string

function cycleViolation(
  cycle: readonly number[],
  bundle: QName | null,
  events: Events,
  order: Order,
  eventText: EventText,
  tied: readonly ReadonlySet<ProvRecord>[],
): Violation {
  const rules = new Set<number>()
  for (const edge of cycle) {
    const { rule, inferences } = order.reasons[edge]!
    for (const number of [rule, ...inferences, ...events.inferencesOf(order.to[edge]!)]) rules.add(number)
  }
  const stepText = (edge: number): string => {
    const { rule, because, strict } = order.reasons[edge]!
    const source = order.sources[edge] ?? null
    const said = source === null ? because : `${sayingOf(source)}, and ${because}`
    const verb = strict ? 'comes before' : 'comes no later than'
    return `${eventText(order.from[edge]!)} ${verb} ${eventText(order.to[edge]!)} (${said}; constraint ${rule})`
  }
  const steps = stepsInWords(cycle, stepText)
  const first = eventText(order.from[cycle[0]!]!)
  const why = `These events cannot be put in any order: ${steps.join('; ')}. So ${first} would come before itself.`
  const records = stepsShown(cycle).shown.map((edge) => order.sources[edge])
  return violation(42, [...rules], bundle, records, why, tied)
}

function eventWriter(instance: Instance, events: Events): EventText {
  const { terms } = instance
  const usages = usagesByTerm(instance)
  return (node) => {
    const kind = events.kindOf(node)
    const term = events.termOf(node)
    return kind === USAGE
      ? usageText(usages.get(term), terms)
      : `the ${EVENT_NOUNS[kind]} of ${termText(term, terms)}`
  }
}

const EVENT_NOUNS: Readonly<Record<EventKind, string>> = {
  [GENERATION]: 'generation',
  [INVALIDATION]: 'invalidation',
  [START]: 'start',
  [END]: 'end',
  [USAGE]: 'use',
}

function usagesByTerm({ rows, terms }: Instance): ReadonlyMap<Term, readonly Term[]> {
  const found = new Map<Term, readonly Term[]>()
  for (const { kind, id, args } of rows) if (kind === 'used') found.set(terms.find(id), args)
  return found
}

function usageText(ends: readonly Term[] | undefined, terms: Terms): string {
  return ends === undefined
    ? 'a use'
    : `the use of ${termText(ends[1]!, terms)} by ${termText(ends[0]!, terms)}`
}
