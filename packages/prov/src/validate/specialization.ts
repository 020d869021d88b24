import type { ProvRecord } from '../model/record.ts'
import { adjacency, components, shortestPath } from './components.ts'
import { Concerned } from './concerned.ts'
import type { Instance, Report } from './instance.ts'
import type { Term } from './terms.ts'
import { violation } from './violation.ts'
import { listed, stepsInWords, stepsShown, termText } from './wording.ts'

/** `specific` is a specialization of `general`, by specializationOf or as a mention of it (PROV-LINKS). */
export interface Specialization {
  readonly specific: Term
  readonly general: Term
  readonly source: ProvRecord
}

/** Every stated specialization, by the representatives of their terms. Those that inference 19 adds are paths. */
export function specializationsOf({ rows, terms }: Instance): readonly Specialization[] {
  const found: Specialization[] = []
  for (const { kind, args, source } of rows) {
    if (kind !== 'specializationOf' && kind !== 'mentionOf') continue
    found.push({ specific: terms.find(args[0]!), general: terms.find(args[1]!), source })
  }
  return found
}

/**
 * What holds of an entity and of everything more specific (inference 21): spreads `seeds` from general to specific
 * entities, along any number of steps. Linear.
 */
export function spread(seeds: Iterable<Term>, specializations: readonly Specialization[]): Set<Term> {
  const below = new Map<Term, Term[]>()
  for (const { specific, general } of specializations) {
    const known = below.get(general)
    if (known === undefined) below.set(general, [specific])
    else known.push(specific)
  }
  const reached = new Set(seeds)
  for (const term of reached) for (const specific of below.get(term) ?? []) reached.add(specific)
  return reached
}

/** Constraint 52 after inference 19: nothing is a specialization of itself, over any number of steps. */
export function refuseReflexiveSpecialization(
  { terms, bundle }: Instance,
  specializations: readonly Specialization[],
  report: Report,
): void {
  if (specializations.length === 0) return
  const from = specializations.map(({ specific }) => specific)
  const to = specializations.map(({ general }) => general)
  const graph = adjacency(terms.size, from)
  const component = components(terms.size, to, graph)
  const isWithin = (edge: number): boolean => component[from[edge]!] === component[to[edge]!]
  const within = [...from.keys()].filter(isWithin)
  const concerned = new Concerned(within.map((edge) => component[from[edge]!]!))
  for (const edge of within) concerned.add(component[from[edge]!]!, specializations[edge]!.source)
  const reported = new Set<number>()
  for (const edge of within) {
    const start = from[edge]!
    const of = component[start]!
    if (reported.has(of)) continue
    reported.add(of)
    const way = [edge, ...(shortestPath(to[edge]!, start, to, graph, component) ?? [])]
    const steps = stepsInWords(
      way,
      (step) => `${termText(from[step]!, terms)} is more specific than ${termText(to[step]!, terms)}`,
    )
    const why =
      way.length === 1
        ? `${termText(start, terms)} is said to be a specialization of itself; nothing is more specific than itself.`
        : `${way.length > steps.length ? steps.join('; ') : listed(steps)}, so ${termText(start, terms)} would be more specific than itself.`
    const records = stepsShown(way).shown.map((step) => specializations[step]!.source)
    report(violation(52, way.length === 1 ? [] : [19], bundle, records, why, concerned.of(of)))
  }
}
