import { placeDeclaration } from '@provloom/rundir/series'
import { isLogged, limits } from '@provloom/shared'
import { isMainMetric } from '../head/main.ts'
import { keyOf, slug } from '../name.ts'
import { sparksMax } from '../spark.ts'
import type { EventOf, MetricState, RankState, SeriesState, StreamState } from '../state.ts'
import type { Change, Origin } from './change.ts'
import { contextOf, seenAt, tellProblem } from './find.ts'
import { markContext } from './mark.ts'
import { seenWatching } from './host.ts'

/** A stream declares a series, to which it refers by an id of its own from then on. */
export function declare(
  change: Change,
  { rankKey, stream: streamName }: Origin,
  rank: RankState,
  stream: StreamState,
  event: EventOf<'series'>,
): void {
  const { tallies, index, undo, state } = change
  const placing = placeDeclaration(stream.slots, event.id)
  const bad = (words: string): void => tellProblem(change, rankKey, 'BAD_SERIES', words)
  if (placing === 'full') return bad(`more than ${limits.seriesPerStreamMax} series in ${streamName}`)
  const { key, series } = seriesOf(change, rankKey, rank, placed(rank, event))
  if (placing === 'known') {
    if (index.ofSlot(stream.slots.get(event.id)!) !== key)
      bad(`series ${event.id} of ${streamName} was declared twice, differently`)
    return
  }
  const slot = tallies.count
  undo.did(() => tallies.backTo(slot, stream.slots))
  tallies.add(state.metrics.get(series.metricKey)?.spark)
  undo.put(stream.slots, event.id, slot)
  index.addSlot(slot, key)
  // In an order that does not depend on arrival, also where several ranks tell of one machine.
  const from = `${rankKey} ${streamName}`
  const others = series.slots
  const at = others.findLastIndex((one) => one.stream <= from) + 1
  undo.insert(others, at, { stream: from, slot })
}

/**
 * What is measured has no context, and is named by what it is and whose alone: its source says that again, for who reads
 * the rows. Of a rank whose machine is not known, what is measured of the machine is measured of the rank.
 */
function placed({ hostKey }: RankState, event: EventOf<'series'>): EventOf<'series'> {
  if (event.measures === undefined) return event
  const { context: _context, source: _source, ...measured } = event
  return hostKey === undefined ? { ...measured, measures: 'rank' } : measured
}

function seriesOf(
  change: Change,
  rankKey: string,
  rank: RankState,
  event: EventOf<'series'>,
): { key: string; series: SeriesState } {
  const { state, dirt, index, undo } = change
  const metricKey = metricOf(change, event)
  const context = event.context === undefined ? undefined : contextOf(change, rankKey, event.context)
  if (context !== undefined) {
    seenAt(change, context.context, event.time)
    markContext(change, context.key)
  }
  const ownerKey = event.measures === 'host' ? (rank.hostKey ?? rankKey) : rankKey
  const host = event.measures === 'host' ? state.hosts.get(ownerKey) : undefined
  if (host !== undefined) seenWatching(change, ownerKey, host, rankKey, event.time)
  const key = keyOf(ownerKey, metricKey)
  const known = state.series.get(key)
  if (known !== undefined) return { key, series: known }
  const made: SeriesState = {
    id: seriesId(event, context?.context.id ?? rank.id, context !== undefined),
    metricKey,
    ownerKey,
    contextKey: context?.key,
    slots: [],
  }
  undo.put(state.series, key, made)
  undo.did(() => index.remove(key, made))
  const pushedOut = index.add(key, made)
  if (pushedOut !== undefined) dirt.mark('series', pushedOut)
  dirt.mark('series', key)
  for (const final of state.ranks.get(rankKey)?.finals ?? []) dirt.mark('final', final)
  return { key, series: made }
}

/** Of what is measured of a machine, the piece behind the machine's own identifier. */
function seriesId({ key, source, measures }: EventOf<'series'>, maker: string, inContext: boolean): string {
  if (measures === 'host') return slug(key)
  if (measures === 'rank') return `${maker}.measured.${slug(key)}`
  const name = source === undefined ? slug(key) : `${slug(key)}.${slug(source)}`
  return inContext ? `${maker}.${name}` : `${maker}.series.${name}`
}

/** What is measured beside the script gets none. */
function getsSpark(sparks: number, event: EventOf<'series'>): boolean {
  if (!isLogged(event)) return false
  return sparks < (isMainMetric(event.key) ? sparksMax : limits.headSparksMax)
}

function metricOf(change: Change, event: EventOf<'series'>): string {
  const { state, dirt, index, undo } = change
  const { key: name, context, source, unit, measures } = event
  // Whose measurement it is says the owner: a source that names the machine is no other metric.
  const key = keyOf(context, name, measures === undefined ? source : undefined, measures)
  const known = state.metrics.get(key)
  if (known !== undefined) {
    if (known.unit === undefined && unit !== undefined) {
      undo.set(known, 'unit', unit)
      for (const series of index.ofMetric(key)) dirt.mark('series', series)
    }
    return key
  }
  const spark = getsSpark(state.sparks, event) ? state.sparks : undefined
  const made: MetricState = {
    key: name,
    context,
    source: measures === 'host' ? 'host' : source,
    unit,
    measures,
    spark,
  }
  if (spark !== undefined) undo.set(state, 'sparks', spark + 1)
  undo.put(state.metrics, key, made)
  const before = state.measures.get(name) ?? { logged: false, measured: false }
  undo.put(state.measures, name, {
    logged: before.logged || measures === undefined,
    measured: before.measured || measures !== undefined,
  })
  dirt.mark('term', `m${name}`)
  for (const [final, { facts }] of state.finals) if (facts.key === name) dirt.mark('final', final)
  return key
}
