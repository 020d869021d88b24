import type { QName } from '@provloom/prov'
import { term } from '../space.ts'
import type { EventOf, SharedState } from '../state.ts'
import { Facts } from './facts.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** The copy of a file in the run directory, which stays as it is whatever becomes of the original. */
export function copyRecords(
  view: View,
  copyId: string,
  original: QName,
  event: EventOf<'artifact'>,
  stored: readonly EventOf<'artifact.stored'>[],
): Keyed[] {
  const id = view.space.run(copyId)
  const hashes = new Set(stored.flatMap(({ sha256 }) => sha256 ?? []))
  const facts = new Facts()
    .label(`copy of ${event.name}`)
    .type(term('provloom', 'StoredCopy'))
    .texts('path', stored.flatMap(({ stored }) => stored ?? []).toSorted())
    // Copies of more than one content have no one size.
    .int('size', hashes.size > 1 ? undefined : (stored[0]?.size ?? event.size))
    .texts('sha256', hashes.size === 0 ? [event.sha256 ?? ''] : [...hashes].sort())
  return [entity(id, facts.list), relation('wasDerivedFrom', { generatedEntity: id, usedEntity: original })]
}

/** The copies of an input: alike as the input is, one for each rank that kept one. */
export function inputCopy(view: View, shared: SharedState): Keyed[] {
  const { facts, copyId } = shared
  if (facts.type !== 'artifact' || copyId === undefined || view.shape.foldsArtifacts) return []
  const stored = shared.files
    .flatMap((file) => view.state.stored.get(file) ?? [])
    .filter((one) => one.stored !== undefined)
  return stored.length === 0 ? [] : copyRecords(view, copyId, view.space.run(shared.id), facts, stored)
}
