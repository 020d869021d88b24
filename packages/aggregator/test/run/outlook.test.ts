import { createGraphBuilder } from '@provloom/graph'
import { expect, test } from 'vitest'
import { noPoints } from '@provloom/shared'
import type { Attempt, Event, Rank, RankStatus, StreamId } from '@provloom/shared'
import type { Records, RunEntry } from '@provloom/rundir/entry'
import { outlookOf } from '../../src/run/outlook.ts'
import { params, points, series } from '../support/peer.ts'
import { opened, rosterOf, tell } from '../support/roster.ts'

const minuteMs = 60_000

function who(rank: number, attempt = 0): { time: number; rank: Rank; attempt: Attempt } {
  return { time: 1_000_000, rank: rank as Rank, attempt: attempt as Attempt }
}

function admitted(rank: number, attempt = 0, worldSize?: number, restartsMax?: number): RunEntry {
  return {
    kind: 'admitted',
    ...who(rank, attempt),
    session: `s${rank}.${attempt}`,
    host: 'h',
    ...(worldSize === undefined ? {} : { worldSize }),
    ...(restartsMax === undefined ? {} : { restartsMax }),
  }
}

function ended(rank: number, attempt = 0): RunEntry {
  return { kind: 'ended', ...who(rank, attempt) }
}

function records(rank: number, attempt: number, first: number, events: readonly Event[], rows = 0): Records {
  return {
    kind: 'records',
    rank: rank as Rank,
    attempt: attempt as Attempt,
    stream: 'w' as StreamId,
    first,
    count: events.length + rows,
    lost: 0,
    events: events.map((event, i) => ({ number: first + i, event })),
    bad: [],
    points: rows === 0 ? noPoints : points(1, 0, rows),
  }
}

function outlook(collectAll: boolean, ...entries: RunEntry[]): string {
  return outlookOf(rosterOf(collectAll, ...entries), ago(0)).kind
}

function ago(ms: number): () => number {
  return () => ms
}

function failed(rank: number, attempt = 0, status: RankStatus = 'failed'): RunEntry[] {
  return [records(rank, attempt, 0, [{ type: 'rank.end', time: 1, status }]), ended(rank, attempt)]
}

test('is open until every rank of the world has ended', () => {
  const two = [admitted(0, 0, 2), admitted(1, 0, 2)]
  expect(outlook(true)).toBe('open')
  expect(outlook(true, two[0]!, ended(0))).toBe('open')
  expect(outlook(true, ...two, ended(0))).toBe('open')
  expect(outlook(true, ...two, ended(0), ended(1))).toBe('done')
})

test('goes on from what was saved as if it had not been saved', () => {
  const live = createGraphBuilder()
  tell(live, opened(true), admitted(0, 0, 8), admitted(1, 0, 8), admitted(0, 1))
  const loaded = createGraphBuilder(live.save())
  for (const graph of [live, loaded]) tell(graph, admitted(1, 1, 4))
  expect([live.roster.worldSize, loaded.roster.worldSize]).toEqual([4, 4])
  expect(loaded.save()).toEqual(live.save())
})

test('ends with rank 0 alone when not all processes are collected', () => {
  expect(outlook(false, admitted(0, 0, 4), ended(0))).toBe('done')
})

test('ends with the ranks that came when nobody told the size of the world', () => {
  expect(outlook(true, admitted(0), admitted(5), ended(0))).toBe('open')
  const both = rosterOf(true, admitted(0), admitted(5), ended(0), ended(5))
  expect(outlookOf(both, ago(0))).toEqual({ kind: 'waiting', forMs: 2_000 })
  expect(outlookOf(both, ago(2_000))).toEqual({ kind: 'done' })
})

test('waits a minute for a failed rank that may be started again', () => {
  const roster = rosterOf(true, admitted(0, 0, 1, 1), ...failed(0))
  expect(outlookOf(roster, ago(0))).toEqual({ kind: 'waiting', forMs: minuteMs })
  expect(outlookOf(roster, ago(minuteMs))).toEqual({ kind: 'done' })
})

test('waits no more after the last restart, nor for a rank that completed', () => {
  expect(outlook(true, admitted(0, 0, 1, 1), ...failed(0), admitted(0, 1, 1, 1), ...failed(0, 1))).toBe(
    'done',
  )
  expect(outlook(true, admitted(0, 0, 1, 3), ...failed(0, 0, 'completed'))).toBe('done')
})

test('follows an elastic restart to a smaller world', () => {
  const entries = [
    admitted(0, 0, 2),
    admitted(1, 0, 2),
    ...failed(0),
    ...failed(1),
    admitted(0, 1, 1),
    ended(0, 1),
  ]
  expect(outlook(true, ...entries)).toBe('done')
})

test('waits ten minutes for a lost rank when all others have ended, and for ever when none has', () => {
  const lost: RunEntry = { kind: 'lost', ...who(1) }
  const others = rosterOf(true, admitted(0, 0, 2), admitted(1, 0, 2), ended(0), lost)
  expect(outlookOf(others, ago(10 * minuteMs - 1)).kind).toBe('waiting')
  expect(outlookOf(others, ago(10 * minuteMs)).kind).toBe('done')
  const all = rosterOf(true, admitted(0, 0, 2), admitted(1, 0, 2), { kind: 'lost', ...who(0) }, lost)
  expect(outlookOf(all, ago(1e9)).kind).toBe('open')
})

test('takes an end back when the rank is admitted again', () => {
  expect(outlook(true, admitted(0, 0, 1), ended(0), admitted(0, 0, 1))).toBe('open')
})

test('counts records and logs, points of series that were declared alone, and goes on from what was saved', () => {
  const live = createGraphBuilder()
  tell(
    live,
    opened(true),
    admitted(0, 0, 2, 3),
    records(0, 0, 0, [...params(0, 4), series(1, 'loss')], 10),
    records(0, 0, 15, [{ type: 'session.end', time: 1, status: 'completed', by: 'call', createSvg: true }]),
    records(1, 0, 0, [], 3),
    { kind: 'refusal', time: 1, rank: 7 as Rank },
    { kind: 'lost', ...who(0) },
  )
  for (const { roster } of [live, createGraphBuilder(live.save())]) {
    expect(roster).toMatchObject({ records: 19, logs: 14, createSvg: true, worldSize: 2 })
    expect(roster.find(0 as Rank, 0 as Attempt)?.streams.get('w')?.next).toBe(16)
    expect([...roster.refused.keys()]).toEqual([7])
  }
})
