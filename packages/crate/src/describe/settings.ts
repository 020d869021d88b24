import type { Element } from '../graph/element.ts'
import type { RunGraph } from '../graph/run-graph.ts'
import type { Entity } from '../json-ld.ts'
import { some } from '../json-ld.ts'
import { localId } from '../uri-path.ts'
import { mls, prov } from '../vocabulary.ts'

/** Parameters that were given, and those that came out. */
export interface Settings {
  readonly given: readonly Entity[]
  readonly made: readonly Entity[]
}

/**
 * One for each name, and context: a crate tells of the run as a whole. Where ranks told different values it has all of
 * them, and says so; which rank told which is in prov.json.
 */
export function settingsOf(graph: RunGraph): Settings {
  const all = graph.ofType(mls('HyperParameterSetting'))
  const isMade = (one: Element): boolean => graph.makerOf(one) !== undefined
  return { given: entities(all.filter((one) => !isMade(one))), made: entities(all.filter(isMade)) }
}

function entities(settings: readonly Element[]): Entity[] {
  const byName = new Map<string, Element[]>()
  for (const one of settings) {
    // Its name ends in a hash of the value.
    const name = one.local.replace(/\.[0-9a-f]{8,}$/, '')
    const alike = byName.get(name)
    if (alike === undefined) byName.set(name, [one])
    else alike.push(one)
  }
  return [...byName].map(([name, alike]) => entity(name, alike))
}

function entity(name: string, alike: readonly Element[]): Entity {
  const values = [...new Set(alike.flatMap((one) => one.scalars(prov('value'))))]
  return {
    '@id': localId(name),
    '@type': 'PropertyValue',
    name: alike[0]?.label ?? name,
    value: some(values),
    description:
      values.length > 1
        ? `${values.length} values, by ranks; prov.json tells which rank had which`
        : undefined,
  }
}
