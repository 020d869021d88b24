import type { OtherTool } from '../energy-other.ts'
import { slug } from '../name.ts'
import { term } from '../space.ts'
import type { HostState } from '../state.ts'
import { Facts } from './facts.ts'
import { hostId, watchName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** What other tools say of a machine's parts: a class of its own, so that nobody adds it to what was counted. */
export function otherEnergyRecords(view: View, key: string, host: HostState): Keyed[] {
  const { space, kept } = view
  const watch = watchName(view, key)
  const records: Keyed[] = []
  for (const { tool, version, parts } of kept.ofHost(key, host).others)
    for (const { part, kind, method, joules, coveredMs, gramsCO2e } of parts) {
      const id = space.run(`${hostId(host)}.${slug(tool)}.${part}.energy`)
      const facts = new Facts()
        .label(`energy of ${part}, by ${tool}`)
        .type(term('provloom', 'OtherEnergy'))
        .text('tool', tool)
        .text('toolVersion', version)
        .text('part', part)
        .text('kind', kind)
        .double('joules', joules)
        .text('method', method)
        .int('coveredMs', coveredMs)
        .double('gramsCO2e', gramsCO2e)
      records.push(entity(id, facts.list))
      if (watch !== undefined) records.push(relation('wasGeneratedBy', { entity: id, activity: watch }))
    }
  return records
}

/** `codecarbon 3.3.2`, or `codecarbon: it is not installed ...`: that a tool said nothing is said too. */
export function toolWords({ tool, version, reason }: OtherTool): string {
  const name = version === undefined ? tool : `${tool} ${version}`
  return reason === undefined ? name : `${name}: ${reason}`
}
