import { double, prov } from '@provloom/prov'
import type { QName } from '@provloom/prov'
import type { Fold } from '@provloom/shared'
import { contextKeyOf } from '../apply/find.ts'
import { term } from '../space.ts'
import type { FinalState, MetricState, SeriesState } from '../state.ts'
import { statisticsOf } from '../statistics.ts'
import { Facts } from './facts.ts'
import { ownerName } from './names.ts'
import { termName } from './term.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** Final metrics: each rank's own. */
export function finalRecords(view: View, key: string): Keyed[] {
  const final = view.state.finals.get(key)
  if (final === undefined) return []
  const { facts: told } = final
  const members = [...final.members].sort(([a], [b]) => (a < b ? -1 : 1))
  return members.flatMap(([rankKey, { id, initialValue }]) => {
    const name = view.space.run(id)
    const value = double(valueOf(view, final, rankKey))
    const facts = new Facts()
      .label(`final ${told.key} (${told.fold})`)
      .type(term('provloom', 'FinalMetric'), term('mls', 'ModelEvaluation'))
      .add([prov('value'), value])
      .add([term('mls', 'hasValue'), value])
      .text('fold', told.fold)
      .double('initialValue', initialValue)
    if (view.state.measures.has(told.key)) facts.link('mls', 'specifiedBy', termName(view, `m${told.key}`))
    const owner = told.context === undefined ? rankKey : contextKeyOf(rankKey, told.context)
    return [
      entity(name, facts.list),
      relation('wasGeneratedBy', { entity: name, activity: ownerName(view, owner) }),
      ...foldedOf(view, final, rankKey).flatMap((one) => derived(view, name, one)),
    ]
  })
}

/** The metric folded over all of the rank's finite points, of the named context or of all. */
function valueOf(view: View, final: FinalState, rankKey: string): number {
  const { facts, members } = final
  const initial = members.get(rankKey)?.initialValue ?? 0
  const slots = foldedOf(view, final, rankKey).flatMap(({ series }) => series.slots.map(({ slot }) => slot))
  const statistics = statisticsOf(view.tallies, slots)
  if (statistics?.min === undefined || statistics.max === undefined) return initial
  return folds[facts.fold](initial, statistics.min, statistics.max, statistics.sum)
}

interface Folded {
  readonly key: string
  readonly series: SeriesState
  readonly metric: MetricState
}

/** What it is folded from. */
function foldedOf({ state, index }: View, { facts }: FinalState, rankKey: string): Folded[] {
  return index.ofOwner(rankKey).flatMap((key) => {
    const series = state.series.get(key)
    const metric = series === undefined ? undefined : state.metrics.get(series.metricKey)
    if (series === undefined || metric?.key !== facts.key) return []
    return facts.context === undefined || facts.context === metric.context ? [{ key, series, metric }] : []
  })
}

/** From a series that is in the document. */
function derived({ index, space }: View, final: QName, { key, series, metric }: Folded): Keyed[] {
  if (metric.measures !== undefined || !index.isShown(key)) return []
  return [relation('wasDerivedFrom', { generatedEntity: final, usedEntity: space.run(series.id) })]
}

const folds: Readonly<Record<Fold, (initial: number, min: number, max: number, sum: number) => number>> = {
  max: (initial, _min, max) => Math.max(initial, max),
  min: (initial, min) => Math.min(initial, min),
  add: (initial, _min, _max, sum) => initial + sum,
  subtract: (initial, _min, _max, sum) => initial - sum,
}
