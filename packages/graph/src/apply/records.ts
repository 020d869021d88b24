import type { Records } from '@provloom/rundir/entry'
import { placeDeclaration } from '@provloom/rundir/series'
import { countsAsLog, limits } from '@provloom/shared'
import { claimId, keyOf, slug } from '../name.ts'
import type { EventOf, MetricState, RankState, SeriesState, StreamState } from '../state.ts'
import type { Change } from './change.ts'
import { applyEvent } from './event.ts'
import { contextOf, rankOf, seenAt, tellProblem } from './find.ts'
import { newStream } from './ledger.ts'

/**
 * Takes in records of a stream: its events first, in order, then its points. A series is declared before its first
 * point and never changes, so this is the same as record by record.
 */
export function applyRecords(change: Change, entry: Records): void {
  const { state, tallies, dirt, index } = change
  const { key, rank } = rankOf(change, entry.rank, entry.attempt)
  const stream = streamOf(rank, entry.stream)
  rank.lost = false
  for (const { number, event } of entry.events) {
    const origin = { rankKey: key, stream: entry.stream, number }
    seenAt(rank, event.time)
    if (countsAsLog(event)) state.logs++
    if (event.type === 'series') declare(change, key, rank, stream, entry.stream, event)
    else if (event.type === 'drops') {
      const before = stream.drops.get(event.reason) ?? 0
      stream.drops.set(event.reason, Math.max(before, event.count))
    } else applyEvent(change, origin, rank, event)
  }
  const undeclared = tallies.take(entry.points, stream.slots)
  state.logs += entry.points.count - undeclared
  stream.stored += entry.count - entry.bad.length - undeclared
  stream.bad += entry.bad.length
  stream.lost += entry.lost
  stream.undeclared += undeclared
  for (const slot of tallies.takeTouched()) touch(change, rank, index.ofSlot(slot))
  dirt.mark('rank', key)
}

/** A series got points: it, its metric and its context changed. */
function touch({ state, dirt }: Change, rank: RankState, seriesKey: string | undefined): void {
  const series = seriesKey === undefined ? undefined : state.series.get(seriesKey)
  if (seriesKey === undefined || series === undefined) return
  dirt.mark('series', seriesKey)
  dirt.mark('metric', series.metricKey)
  if (series.contextKey !== undefined) dirt.mark('context', series.contextKey)
  else dirt.mark('rank', series.rankKey)
  for (const key of rank.finals) dirt.mark('final', key)
}

function streamOf(rank: RankState, name: string): StreamState {
  const known = rank.streams.get(name)
  if (known !== undefined) return known
  const made = newStream()
  rank.streams.set(name, made)
  return made
}

function declare(
  change: Change,
  rankKey: string,
  rank: RankState,
  stream: StreamState,
  streamName: string,
  event: EventOf<'series'>,
): void {
  const { tallies, index } = change
  const placing = placeDeclaration(stream.slots, event.id)
  if (placing === 'known') {
    const known = change.state.series.get(index.ofSlot(stream.slots.get(event.id)!) ?? '')
    const { key } = seriesOf(change, rankKey, rank, event)
    if (known !== change.state.series.get(key))
      tellProblem(change, rankKey, `series ${event.id} of ${streamName} was declared twice, differently`)
    return
  }
  if (placing === 'full') {
    tellProblem(change, rankKey, `more than ${limits.seriesPerStreamMax} series in ${streamName}`)
    return
  }
  const { key, series } = seriesOf(change, rankKey, rank, event)
  const slot = tallies.add()
  stream.slots.set(event.id, slot)
  index.addSlot(slot, key)
  series.slots.push({ stream: streamName, slot })
  series.slots.sort((a, b) => (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : a.slot - b.slot))
}

function seriesOf(
  change: Change,
  rankKey: string,
  rank: RankState,
  event: EventOf<'series'>,
): { key: string; series: SeriesState } {
  const { state, dirt, index } = change
  const { key: metricKey } = metricOf(change, event)
  const context = event.context === undefined ? undefined : contextOf(change, rankKey, event.context)
  if (context !== undefined) seenAt(context.context, event.time)
  const key = keyOf(rankKey, metricKey)
  const known = state.series.get(key)
  if (known !== undefined) return { key, series: known }
  const source = event.source === undefined ? '' : `.${slug(event.source)}`
  const made: SeriesState = {
    id: claimId(state.ids, `${context?.context.id ?? rank.id}.${slug(event.key)}${source}`, key),
    metricKey,
    rankKey,
    contextKey: context?.key,
    slots: [],
  }
  state.series.set(key, made)
  index.add(key, made)
  dirt.mark('series', key)
  dirt.mark('metric', metricKey)
  return { key, series: made }
}

function metricOf(change: Change, event: EventOf<'series'>): { key: string; metric: MetricState } {
  const { state, dirt, index } = change
  const { key: name, context, source, unit } = event
  const key = keyOf(context, name, source)
  const known = state.metrics.get(key)
  if (known !== undefined) {
    if (known.unit === undefined && unit !== undefined) {
      known.unit = unit
      for (const series of index.ofMetric(key)) dirt.mark('series', series)
      dirt.mark('metric', key)
    }
    return { key, metric: known }
  }
  const parts = [context, name, source].filter((part) => part !== undefined).map(slug)
  const made: MetricState = {
    id: claimId(state.ids, `metric.${parts.join('.')}`, key),
    key: name,
    context,
    source,
    unit,
  }
  state.metrics.set(key, made)
  return { key, metric: made }
}
