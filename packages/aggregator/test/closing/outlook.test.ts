import { createGraphBuilder } from '@provloom/graph'
import { describe, expect, test } from 'vitest'
import { noPoints } from '@provloom/shared'
import type { Attempt, Event, Rank, RankStatus, StreamId } from '@provloom/shared'
import type { Records, RunEntry } from '@provloom/rundir/entry'
import { outlookOf } from '../../src/closing/outlook.ts'
import type { JobSight } from '../../src/closing/outlook.ts'
import { params, points, series } from '../support/peer.ts'
import { opened, rosterOf, sight, tell } from '../support/roster.ts'

const minuteMs = 60_000
const nobodyMissing = { kind: 'done', absent: [], elsewhere: [], silent: [] }

function who(rank: number, attempt = 0): { time: number; rank: Rank; attempt: Attempt } {
  return { time: 1_000_000, rank: rank as Rank, attempt: attempt as Attempt }
}

function admitted(rank: number, attempt = 0, worldSize?: number, restartsMax?: number): RunEntry {
  return {
    kind: 'admitted',
    ...who(rank, attempt),
    session: `s${rank}.${attempt}`,
    worker: `w${rank}.${attempt}`,
    host: 'h',
    ...(worldSize === undefined ? {} : { worldSize }),
    ...(restartsMax === undefined ? {} : { restartsMax }),
  }
}

function ended(rank: number, attempt = 0): RunEntry {
  return { kind: 'ended', ...who(rank, attempt), ledger: {}, ledgerClosed: true }
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

/** All left this long ago. */
function ago(ms: number, more: Partial<JobSight> = {}): JobSight {
  return sight(() => ms, more)
}

function failed(rank: number, attempt = 0, status: RankStatus = 'failed'): RunEntry[] {
  return [records(rank, attempt, 0, [{ type: 'rank.end', time: 1, status }]), ended(rank, attempt)]
}

test('is open until every rank of the world has ended', () => {
  const two = [admitted(0, 0, 2), admitted(1, 0, 2)]
  expect(outlook(true)).toBe('open')
  expect(outlook(true, two[0]!, ended(0))).toBe('waiting')
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
  expect(outlookOf(both, ago(0))).toEqual(nobodyMissing)
})

test('waits a minute for a failed rank that may be started again', () => {
  const roster = rosterOf(true, admitted(0, 0, 1, 1), ...failed(0))
  expect(outlookOf(roster, ago(0))).toEqual({ kind: 'waiting', forMs: minuteMs })
  expect(outlookOf(roster, ago(minuteMs))).toEqual(nobodyMissing)
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

test('waits ten minutes for a lost rank when all others have ended', () => {
  const lost: RunEntry = { kind: 'lost', ...who(1) }
  const others = rosterOf(true, admitted(0, 0, 2), admitted(1, 0, 2), ended(0), lost)
  expect(outlookOf(others, ago(10 * minuteMs - 1)).kind).toBe('waiting')
  expect(outlookOf(others, ago(10 * minuteMs)).kind).toBe('done')
})

test('ends when its job is deserted, with ranks that were never said to be lost', () => {
  const roster = rosterOf(true, admitted(0, 0, 3), admitted(1, 0, 3), { kind: 'lost', ...who(1) })
  expect(outlookOf(roster, ago(0)).kind).toBe('open')
  const first = roster.find(0 as Rank, 0 as Attempt)
  expect(outlookOf(roster, ago(0, { isDeserted: true }))).toEqual({
    ...nobodyMissing,
    absent: [2],
    silent: [first],
  })
})

test('waits for who has not come as long where all others have ended, deserted or not', () => {
  const roster = rosterOf(true, admitted(0, 0, 2), ended(0))
  expect(outlookOf(roster, ago(0, { isDeserted: true }))).toEqual({ kind: 'waiting', forMs: minuteMs })
})

describe('a rank of the known world that never came', () => {
  const first = [admitted(0, 0, 3), ended(0)]
  const roster = rosterOf(true, ...first, admitted(1, 0, 3), ended(1))

  test('is absent a minute after the others left, when nobody is there for it', () => {
    expect(outlookOf(roster, ago(0))).toEqual({ kind: 'waiting', forMs: minuteMs })
    expect(outlookOf(roster, ago(minuteMs))).toEqual({ ...nobodyMissing, absent: [2] })
  })

  test('keeps the run open while its agent is there and its process has called nothing yet', () => {
    const agentOf = (): 'silent' => 'silent'
    expect(outlookOf(roster, ago(0, { agentOf }))).toEqual({ kind: 'open' })
    expect(outlookOf(roster, ago(10 * minuteMs, { agentOf }))).toEqual({ kind: 'open' })
  })

  test('does so no longer than the first rank’s process, and a minute', () => {
    const agentOf = (rank: number): 'silent' | undefined => (rank === 2 ? 'silent' : undefined)
    expect(outlookOf(roster, ago(minuteMs - 1, { agentOf }))).toEqual({ kind: 'open' })
    expect(outlookOf(roster, ago(minuteMs, { agentOf }))).toEqual({ ...nobodyMissing, elsewhere: [2] })
  })

  test('is elsewhere when it had a session in this job', () => {
    const hadSession = (): boolean => true
    expect(outlookOf(roster, ago(minuteMs, { hadSession }))).toEqual({ ...nobodyMissing, elsewhere: [2] })
  })
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
