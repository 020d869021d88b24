import { prov } from '@provloom/prov'
import { ownerRank } from '../links.ts'
import { term } from '../space.ts'
import { Facts } from './facts.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** A list of parameters that ranks told alike: its members, from which it is derived, so that lineage goes through it. */
export function setRecords(view: View, id: string): Keyed[] {
  const { state, space, sets } = view
  const set = sets.find(id)
  if (set === undefined) return []
  const name = space.run(id)
  const ranks = new Set([...set.owners].flatMap((owner) => ownerRank(state, owner)?.rank ?? []))
  const facts = new Facts()
    .label(set.values.length === 1 ? '1 parameter' : `${set.values.length} parameters`)
    .type(prov('Collection'), term('provloom', 'ParameterSet'))
    .ints(
      'rank',
      [...ranks].sort((a, b) => a - b),
    )
  const records = [entity(name, facts.list)]
  for (const key of set.values) {
    const value = state.shared.get(key)
    if (value === undefined) continue
    const member = space.run(value.id)
    records.push(
      relation('hadMember', { collection: name, entity: member }),
      relation('wasDerivedFrom', { generatedEntity: name, usedEntity: member }),
    )
  }
  return records
}
