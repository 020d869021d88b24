import type { Records } from '@provloom/rundir/entry'
import { agentStream, countsAsLog } from '@provloom/shared'
import type { RankState } from '../state.ts'
import { isOver } from '../status.ts'
import type { Change } from './change.ts'
import { applyEvent } from './event.ts'
import { declare } from './declare.ts'
import { rankOf, seenAt } from './find.ts'
import { heardAt, settle } from './settle.ts'
import { markContext, markMade, markRank } from './mark.ts'
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
  if (rank.lost !== undefined) {
    undo.set(rank, 'lost', undefined)
    // It may watch its machine still, beside another one.
    markRank(change, key)
    markMade(change, key)
  }
  // What the agent measures by itself is nobody's log.
  const own = entry.stream.startsWith(agentStream)
  let logs = 0
  for (const { number, event } of entry.events) {
    const origin = { rankKey: key, stream: entry.stream, number }
    seenAt(change, rank, event.time)
    if (countsAsLog(event)) logs++
    if (event.type === 'series') declare(change, origin, rank, stream, event)
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
  hear(change, key, rank, entry, own)
  dirt.mark('rank', key)
  dirt.mark('attempt', String(rank.attempt))
  // What comes late moves the ends of all that had ended.
  if (!isOver(state, rank)) return
  markRank(change, key)
  markMade(change, key)
}

/** How far the rank has come, by its records: with its first metric its parameters have come too. */
function hear(change: Change, key: string, rank: RankState, { points, events }: Records, own: boolean): void {
  if (rank.settled) return
  if (points.count > 0 && !own) settle(change, key, rank)
  for (const { event } of events) heardAt(change, key, rank, event.time)
  if (points.count > 0) heardAt(change, key, rank, Number(points.time[points.count - 1]))
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
function touch(change: Change, rank: RankState, seriesKey: string | undefined): void {
  const { state, dirt } = change
  const series = seriesKey === undefined ? undefined : state.series.get(seriesKey)
  if (seriesKey === undefined || series === undefined) return
  dirt.mark('series', seriesKey)
  if (series.contextKey !== undefined) markContext(change, series.contextKey)
  // A watch goes as far as what it measured.
  if (state.metrics.get(series.metricKey)?.measures !== undefined)
    dirt.mark('host', rank.hostKey ?? series.ownerKey)
  for (const key of rank.finals) dirt.mark('final', key)
}
