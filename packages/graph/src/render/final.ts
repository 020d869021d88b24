import { double, prov } from '@provloom/prov'
import type { Fold } from '@provloom/shared'
import { contextKeyOf } from '../apply/find.ts'
import { term } from '../space.ts'
import type { FinalState } from '../state.ts'
import { statisticsOf } from '../statistics.ts'
import { Facts } from './facts.ts'
import { makerName, runName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** Final metrics: each rank's own, or in a folded run one with a table by rank. */
export function finalRecords(view: View, key: string): Keyed[] {
  const final = view.state.finals.get(key)
  if (final === undefined) return []
  const members = [...final.members].sort(([a], [b]) => (a < b ? -1 : 1))
  if (view.shape.foldsRanks)
    return [
      ...folded(
        view,
        final,
        members.map(([rankKey]) => rankKey),
      ),
    ]
  return members.flatMap(([rankKey, { id, initialValue }]) => {
    const name = view.space.run(id)
    const facts = finalFacts(final)
      .double('initialValue', initialValue)
      .add([prov('value'), double(valueOf(view, final, rankKey))])
    const context = final.facts.context === undefined ? undefined : contextKeyOf(rankKey, final.facts.context)
    return [
      entity(name, facts.list),
      relation('wasGeneratedBy', { entity: name, activity: makerName(view, rankKey, context) }),
    ]
  })
}

function folded(view: View, final: FinalState, rankKeys: readonly string[]): Keyed[] {
  const name = view.space.run(final.id)
  const values = rankKeys.map((rankKey) => [rankKey, valueOf(view, final, rankKey)] as const)
  const byRank = Object.fromEntries(
    values.map(([rankKey, value]) => [view.state.ranks.get(rankKey)?.id ?? rankKey, String(value)]),
  )
  const facts = finalFacts(final).int('ranks', values.length).text('valuesByRank', JSON.stringify(byRank))
  return [entity(name, facts.list), relation('wasGeneratedBy', { entity: name, activity: runName(view) })]
}

function finalFacts({ facts }: FinalState): Facts {
  return new Facts()
    .label(`final ${facts.key} (${facts.fold})`)
    .type(term('provloom', 'FinalMetric'), term('mls', 'ModelEvaluation'))
    .text('metric', facts.key)
    .text('context', facts.context)
    .text('fold', facts.fold)
}

/** The metric folded over all of the rank's finite points, of the named context or of all. */
function valueOf(view: View, { facts, members }: FinalState, rankKey: string): number {
  const { state, tallies } = view
  const initial = members.get(rankKey)?.initialValue ?? 0
  const slots = view.index.ofRank(rankKey).flatMap((key) => {
    const series = state.series.get(key)
    const metric = series === undefined ? undefined : state.metrics.get(series.metricKey)
    const isMeant =
      metric?.key === facts.key && (facts.context === undefined || facts.context === metric.context)
    return isMeant ? (series?.slots ?? []).map(({ slot }) => slot) : []
  })
  const statistics = statisticsOf(tallies, slots)
  if (statistics?.min === undefined || statistics.max === undefined) return initial
  return folds[facts.fold](initial, statistics.min, statistics.max, statistics.sum)
}

const folds: Readonly<Record<Fold, (initial: number, min: number, max: number, sum: number) => number>> = {
  max: (initial, _min, max) => Math.max(initial, max),
  min: (initial, min) => Math.min(initial, min),
  add: (initial, _min, _max, sum) => initial + sum,
  subtract: (initial, _min, _max, sum) => initial - sum,
}
