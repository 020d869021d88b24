import { double } from '@provloom/prov'
import type { QName } from '@provloom/prov'
import { instant } from '../instant.ts'
import { term } from '../space.ts'
import type { MetricState, SeriesState } from '../state.ts'
import { extentOf, statisticsOf } from '../statistics.ts'
import type { Statistics } from '../statistics.ts'
import { isOver } from '../status.ts'
import { Facts } from './facts.ts'
import { hostName, ownerName, watchName } from './names.ts'
import { contextIsOver } from './span.ts'
import { termName } from './term.ts'
import type { Keyed, View } from './view.ts'
import { entity, relation } from './view.ts'

/** One metric of one rank, or one quantity of a machine: with what there is of its points, and who made it. */
export function seriesRecords(view: View, key: string): Keyed[] {
  const found = seriesOf(view, key)
  if (found === undefined) return []
  const { id, series, metric } = found
  const slots = slotsOf(view, found)
  const statistics = statisticsOf(view.tallies, slots)
  const facts =
    metric.measures === undefined
      ? evaluation(view, metric, statistics)
      : measurement(view, series, metric, statistics)
  const made = madeBy(view, series, metric)
  const name = view.space.run(id)
  const records = [entity(name, statisticsFacts(facts, statistics).text('unit', metric.unit).list)]
  if (made !== undefined)
    records.push(relation('wasGeneratedBy', { entity: name, activity: made.activity }, made.time))
  return records
}

/** Of a machine that several ranks have watched at once those of one of them. */
function slotsOf(
  { state, kept }: View,
  { series: { slots, ownerKey }, metric }: Omit<Found, 'id'>,
): number[] {
  const host = metric.measures === 'host' ? state.hosts.get(ownerKey) : undefined
  const counted = host === undefined ? undefined : kept.ofHost(ownerKey, host).counted
  const rankOf = (stream: string): string => stream.slice(0, stream.indexOf(' '))
  return slots.flatMap(({ stream, slot }) => (counted?.has(rankOf(stream)) === false ? [] : [slot]))
}

export interface Found {
  readonly id: string
  readonly series: SeriesState
  readonly metric: MetricState
}

/** Undefined for a series that is not in the document. */
export function seriesOf(view: View, key: string): Found | undefined {
  const { state, index } = view
  const series = state.series.get(key)
  const metric = series === undefined ? undefined : state.metrics.get(series.metricKey)
  if (series === undefined || metric === undefined || !index.isShown(key)) return undefined
  if (metric.measures !== 'host') return { id: series.id, series, metric }
  const host = hostName(view, series.ownerKey)
  return host === undefined ? undefined : { id: `${host.local}.${series.id}`, series, metric }
}

/**
 * Who made it, at the time of its last point. Written once that activity has ended: else every flush would write all of
 * them anew.
 */
export function madeBy(
  view: View,
  series: SeriesState,
  metric: MetricState,
): { readonly activity: QName; readonly time: string | undefined } | undefined {
  const { state, tallies } = view
  const { ownerKey, contextKey } = series
  const { measures } = metric
  const rank = state.ranks.get(ownerKey)
  const hostKey = measures === 'host' && rank === undefined ? ownerKey : rank?.hostKey
  const host = measures === undefined || hostKey === undefined ? undefined : state.hosts.get(hostKey)
  const watch = host === undefined ? undefined : watchName(view, hostKey)
  if (watch !== undefined && host !== undefined && hostKey !== undefined) {
    const isOfRank = measures === 'rank' && rank !== undefined
    const over = isOfRank ? isOver(state, rank) : view.kept.ofHost(hostKey, host).watch.end !== undefined
    if (!over) return undefined
  } else if (contextKey === undefined) {
    if (rank === undefined || !isOver(state, rank)) return undefined
  } else {
    const context = state.contexts.get(contextKey)
    if (context === undefined || !contextIsOver(state, context)) return undefined
  }
  const extent = extentOf(tallies, slotsOf(view, { series, metric }))
  const time = extent === undefined ? undefined : instant(extent.lastTime)
  return { activity: watch ?? ownerName(view, contextKey ?? ownerKey), time }
}

function evaluation(view: View, metric: MetricState, statistics: Statistics | undefined): Facts {
  const facts = new Facts()
    .label(metric.key)
    .type(term('mls', 'ModelEvaluation'))
    .link('mls', 'specifiedBy', termName(view, `m${metric.key}`))
  return statistics === undefined ? facts : facts.add([term('mls', 'hasValue'), double(statistics.last)])
}

function measurement(
  view: View,
  { ownerKey }: SeriesState,
  metric: MetricState,
  statistics: Statistics | undefined,
): Facts {
  const owner = view.state.ranks.has(ownerKey) ? ownerName(view, ownerKey) : hostName(view, ownerKey)
  return new Facts()
    .label(metric.key)
    .type(term('provloom', 'Measurement'))
    .name('measures', owner)
    .name('metric', termName(view, `m${metric.key}`))
    .double('last', statistics?.last)
}

function statisticsFacts(facts: Facts, statistics: Statistics | undefined): Facts {
  if (statistics === undefined) return facts.int('rows', 0)
  facts.double('first', statistics.first).int('rows', statistics.rows)
  if (statistics.nan > 0) facts.int('nanRows', statistics.nan)
  if (statistics.infinite > 0) facts.int('infiniteRows', statistics.infinite)
  return facts
    .double('min', statistics.min)
    .double('max', statistics.max)
    .double('mean', statistics.mean)
    .int('firstStep', statistics.firstStep)
    .int('lastStep', statistics.lastStep)
}
