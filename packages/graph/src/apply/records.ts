import type { Records } from '@provloom/rundir/entry'
import { placeDeclaration } from '@provloom/rundir/series'
import { agentStream, countsAsLog, limits } from '@provloom/shared'
import { claimId, keyOf, slug } from '../name.ts'
import type { EventOf, MetricState, RankState, SeriesState, StreamState } from '../state.ts'
import type { Change } from './change.ts'
import { applyEvent } from './event.ts'
import { contextOf, rankOf, seenAt, tellProblem } from './find.ts'
import { moveOn, streamOf } from './stream.ts'

/**
 * Takes in records of a stream: its events first, in order, then its points. A series is declared before its first
 * point and never changes, so this is the same as record by record. The points' statistics are taken in by
 * `keepPoints`, which cannot fail and cannot be taken back.
 */
export function applyRecords(change: Change, entry: Records): void {
  const { state, tallies, dirt, undo } = change
  const { key, rank } = rankOf(change, entry.rank, entry.attempt)
  const stream = streamOf(change, rank, entry.stream)
  if (rank.lost !== undefined) undo.set(rank, 'lost', undefined)
  // What the agent measures by itself is nobody's log.
  const own = entry.stream.startsWith(agentStream)
  let logs = 0
  for (const { number, event } of entry.events) {
    const origin = { rankKey: key, stream: entry.stream, number }
    seenAt(change, rank, event.time)
    if (countsAsLog(event)) logs++
    if (event.type === 'series') declare(change, key, rank, stream, entry.stream, event)
    else if (event.type === 'drops') {
      const before = stream.drops.get(event.reason) ?? 0
      undo.put(stream.drops, event.reason, Math.max(before, event.count))
    } else applyEvent(change, origin, rank, event)
  }
  const undeclared = tallies.place(entry.points, stream.slots)
  const bad = entry.bad.length
  undo.set(state, 'records', state.records + entry.count)
  undo.set(state, 'logs', state.logs + (own ? 0 : logs + entry.points.count - undeclared))
  undo.set(stream, 'stored', stream.stored + entry.count - bad - undeclared)
  if (bad > 0) undo.set(stream, 'bad', stream.bad + bad)
  if (undeclared > 0) undo.set(stream, 'undeclared', stream.undeclared + undeclared)
  moveOn(change, stream, entry)
  dirt.mark('rank', key)
}

/** Takes in the statistics of the points of the entry that was applied last. */
export function keepPoints(change: Change, entry: Records): void {
  const { tallies, index } = change
  tallies.take(entry.points)
  const slots = tallies.takeTouched()
  if (slots.length === 0) return
  const { rank } = rankOf(change, entry.rank, entry.attempt)
  for (const slot of slots) touch(change, rank, index.ofSlot(slot))
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

function declare(
  change: Change,
  rankKey: string,
  rank: RankState,
  stream: StreamState,
  streamName: string,
  event: EventOf<'series'>,
): void {
  const { tallies, index, undo } = change
  const placing = placeDeclaration(stream.slots, event.id)
  if (placing === 'known') {
    const known = change.state.series.get(index.ofSlot(stream.slots.get(event.id)!) ?? '')
    const { key } = seriesOf(change, rankKey, rank, event)
    if (known !== change.state.series.get(key))
      tellProblem(
        change,
        rankKey,
        'BAD_SERIES',
        `series ${event.id} of ${streamName} was declared twice, differently`,
      )
    return
  }
  if (placing === 'full') {
    tellProblem(
      change,
      rankKey,
      'BAD_SERIES',
      `more than ${limits.seriesPerStreamMax} series in ${streamName}`,
    )
    return
  }
  const { key, series } = seriesOf(change, rankKey, rank, event)
  const slot = tallies.count
  undo.did(() => tallies.backTo(slot, stream.slots))
  tallies.add()
  undo.put(stream.slots, event.id, slot)
  index.addSlot(slot, key)
  const others = series.slots
  const at = others.findLastIndex((one) => one.stream <= streamName) + 1
  undo.insert(others, at, { stream: streamName, slot })
}

function seriesOf(
  change: Change,
  rankKey: string,
  rank: RankState,
  event: EventOf<'series'>,
): { key: string; series: SeriesState } {
  const { state, dirt, index, undo } = change
  const { key: metricKey } = metricOf(change, event)
  const context = event.context === undefined ? undefined : contextOf(change, rankKey, event.context)
  if (context !== undefined) seenAt(change, context.context, event.time)
  const key = keyOf(rankKey, metricKey)
  const known = state.series.get(key)
  if (known !== undefined) return { key, series: known }
  const source = event.source === undefined ? '' : `.${slug(event.source)}`
  const made: SeriesState = {
    id: claimId(change, `${context?.context.id ?? rank.id}.${slug(event.key)}${source}`, key),
    metricKey,
    rankKey,
    contextKey: context?.key,
    slots: [],
  }
  undo.put(state.series, key, made)
  undo.did(() => index.remove(key, made))
  index.add(key, made)
  dirt.mark('series', key)
  dirt.mark('metric', metricKey)
  return { key, series: made }
}

function metricOf(change: Change, event: EventOf<'series'>): { key: string; metric: MetricState } {
  const { state, dirt, index, undo } = change
  const { key: name, context, source, unit } = event
  const key = keyOf(context, name, source)
  const known = state.metrics.get(key)
  if (known !== undefined) {
    if (known.unit === undefined && unit !== undefined) {
      undo.set(known, 'unit', unit)
      for (const series of index.ofMetric(key)) dirt.mark('series', series)
      dirt.mark('metric', key)
    }
    return { key, metric: known }
  }
  const names = [context, name, source].filter((one) => one !== undefined).map(slug)
  const made: MetricState = {
    id: claimId(change, `metric.${names.join('.')}`, key),
    key: name,
    context,
    source,
    unit,
  }
  undo.put(state.metrics, key, made)
  return { key, metric: made }
}
