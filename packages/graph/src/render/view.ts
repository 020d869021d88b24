import { statement } from '@provloom/prov'
import type { ProvRecord, QName, RelationKind, Attributes } from '@provloom/prov'
import type { AttemptIndex } from '../attempt-index.ts'
import type { Kept } from '../kept.ts'
import type { Links } from '../links.ts'
import type { SeriesIndex } from '../series-index.ts'
import type { SetBook } from '../sets.ts'
import type { Sources } from '../sources.ts'
import type { Space } from '../space.ts'
import type { RunState } from '../state.ts'
import type { Tallies } from '../tally.ts'
import { relationKey } from './relation-key.ts'

/** What rendering looks at. Renderers are functions of this and a key, and of nothing else. */
export interface View {
  readonly state: RunState
  readonly tallies: Tallies
  readonly index: SeriesIndex
  readonly attempts: AttemptIndex
  readonly links: Links
  readonly sets: SetBook
  readonly kept: Kept
  readonly sources: Sources
  readonly space: Space
}

/** A record, and for a relation the key under which PROV-JSON holds it: one of its kind has it, at every rendering. */
export interface Keyed {
  readonly record: ProvRecord
  readonly key?: string
}

export function entity(id: QName, attributes: Attributes): Keyed {
  return { record: statement('entity', { id, attributes }) }
}

export function agent(id: QName, attributes: Attributes): Keyed {
  return { record: statement('agent', { id, attributes }) }
}

/** @param times xsd:dateTime */
export function activity(
  id: QName,
  times: { readonly startTime: string | undefined; readonly endTime: string | undefined },
  attributes: Attributes,
): Keyed {
  return { record: statement('activity', { id, times, attributes }) }
}

/**
 * A relation without identifier: one with its ends.
 *
 * @param time xsd:dateTime, for relations that have one
 */
export function relation(
  kind: RelationKind,
  args: Readonly<Record<string, QName | undefined>>,
  time?: string,
  attributes: Attributes = [],
): Keyed {
  const times = time === undefined ? {} : { time }
  const ends = Object.values(args).flatMap((end) => (end === undefined ? [] : [end.local]))
  return { record: statement(kind, { args, times, attributes }), key: relationKey(ends.join('~')) }
}

/** `part` is a part of `whole`: an edge that PROV tools draw. What it means is told by `dcterms:isPartOf` of the part. */
export function informed(part: QName, whole: QName): Keyed {
  return relation('wasInformedBy', { informed: part, informant: whole })
}
