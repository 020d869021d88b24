import type { QName } from '@provloom/prov'
import { statement } from '@provloom/prov'
import { term } from '../space.ts'
import type { MetricState, SeriesState } from '../state.ts'
import { statisticsOf } from '../statistics.ts'
import type { Statistics } from '../statistics.ts'
import { Facts } from './facts.ts'
import { makerName, runName } from './names.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/**
 * One metric of one rank. Written out, an entity that its context generated; folded, the influence of that context on
 * the metric's entity, with the same statistics.
 */
export function seriesRecords(view: View, key: string): Keyed[] {
  const series = view.state.series.get(key)
  const metric = series === undefined ? undefined : view.state.metrics.get(series.metricKey)
  if (series === undefined || metric === undefined) return []
  const id = view.space.run(series.id)
  const statistics = statisticsOf(
    view.tallies,
    series.slots.map(({ slot }) => slot),
  )
  const maker = makerName(view, series.rankKey, series.contextKey)
  return view.shape.foldsRanks
    ? [influence(view, id, metric, maker, statistics)]
    : written(view, id, metric, maker, statistics)
}

function written(
  view: View,
  id: QName,
  metric: MetricState,
  maker: QName,
  statistics: Statistics | undefined,
): Keyed[] {
  const facts = addStatistics(metricFacts(metric), statistics)
  const store = view.space.run('metrics')
  return [
    entity(id, facts.list),
    relation('wasGeneratedBy', { entity: id, activity: maker }),
    ...(view.shape.showsMembers ? [relation('hadMember', { collection: store, entity: id })] : []),
  ]
}

function influence(
  view: View,
  id: QName,
  metric: MetricState,
  maker: QName,
  statistics: Statistics | undefined,
): Keyed {
  const args = { influencee: view.space.run(metric.id), influencer: maker }
  return {
    record: statement('wasInfluencedBy', {
      id,
      args,
      attributes: addStatistics(new Facts(), statistics).list,
    }),
  }
}

/** In a folded run: a metric over all ranks, an entity that the run generated. */
export function metricRecords(view: View, key: string): Keyed[] {
  const { state, space, shape } = view
  const metric = state.metrics.get(key)
  if (metric === undefined || !shape.foldsRanks) return []
  const id = space.run(metric.id)
  const all = view.index
    .ofMetric(key)
    .flatMap((one) => state.series.get(one) ?? [])
    .sort(byRank)
  const slots = all.flatMap((series) => series.slots.map(({ slot }) => slot))
  const facts = addStatistics(
    metricFacts(metric).int('series', all.length),
    statisticsOf(view.tallies, slots),
  )
  return [entity(id, facts.list), relation('wasGeneratedBy', { entity: id, activity: runName(view) })]
}

function byRank(a: SeriesState, b: SeriesState): number {
  return a.rankKey < b.rankKey ? -1 : a.rankKey > b.rankKey ? 1 : 0
}

function metricFacts(metric: MetricState): Facts {
  return new Facts()
    .label(metric.key)
    .type(term('mls', 'ModelEvaluation'))
    .text('context', metric.context)
    .text('source', metric.source)
    .text('unit', metric.unit)
    .text('path', 'metrics')
}

function addStatistics(facts: Facts, statistics: Statistics | undefined): Facts {
  if (statistics === undefined) return facts.int('rows', 0)
  facts.int('rows', statistics.rows)
  if (statistics.nan > 0) facts.int('nanRows', statistics.nan)
  if (statistics.infinite > 0) facts.int('infiniteRows', statistics.infinite)
  return facts
    .double('min', statistics.min)
    .double('max', statistics.max)
    .double('mean', statistics.mean)
    .double('last', statistics.last)
    .int('firstStep', statistics.firstStep)
    .int('lastStep', statistics.lastStep)
}
