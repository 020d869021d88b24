import { FORMALS, type FormalTarget } from '../model/formals.ts'
import type { ElementKind, RelationKind } from '../model/record.ts'

/** One formal argument of a relation that is drawn: its name, and what it is when nothing declares it. */
export interface End {
  readonly arg: string
  readonly kind: ElementKind
}

// A derivation's generation and usage and a mention's bundle are no elements, and a time is none.
const kinds: Readonly<Partial<Record<FormalTarget, ElementKind>>> = {
  entity: 'entity',
  collection: 'entity',
  any: 'entity',
  activity: 'activity',
  agent: 'agent',
}

const known = new Map<RelationKind, readonly End[]>()

/**
 * The arguments of a relation that are elements, in PROV-N order: the arrow goes from the first to the second; a
 * third (plan, starter, activity) hangs on a joint in the middle of it.
 */
export function endsOf(kind: RelationKind): readonly End[] {
  const ready = known.get(kind)
  if (ready !== undefined) return ready
  const ends = FORMALS[kind].formals.flatMap(({ name, target }) => {
    const element = kinds[target]
    return element === undefined ? [] : [{ arg: name, kind: element }]
  })
  known.set(kind, ends)
  return ends
}
