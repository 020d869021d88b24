import fs from 'node:fs'
import path from 'node:path'
import { createGraphBuilder } from '@provloom/graph'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describe as inWords, readJson, validate } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import type { Attempt, Rank } from '@provloom/shared'
import { Departures } from '../src/closing/departures.ts'
import { outlookOf } from '../src/closing/outlook.ts'
import { readFolder } from './metrics/rows.ts'
import { ManualClock, SetClock } from './support/clock.ts'
import { TestHouse } from './support/house.ts'
import { params, points, rankEnd, rankStart, series } from './support/peer.ts'
import { opened, rosterOf, sight, tell } from './support/roster.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

const dayUs = 86_400_000_000
const hourMs = 3_600_000

/** What is wrong with a document by PROV-CONSTRAINTS, and activities that end before they start. */
function wrongIn(document: ProvDocument): string[] {
  const found = validate(document).map(inWords)
  for (const { id, times } of document.records) {
    const { startTime, endTime } = times
    if (startTime !== undefined && endTime !== undefined && endTime < startTime)
      found.push(`${id?.local} ends before it starts`)
  }
  return found
}

test('a run whose clocks are set back and forth is valid at every flush, in order, and ends as it did', async () => {
  const clock = new SetClock()
  const { connection } = await house.started({ saveAfterNLogs: 20 }, { clock })
  const peer = house.peer(connection)
  const { runDir } = await peer.welcome()
  const file = path.join(runDir, 'prov.json')
  await peer.store('w', [rankStart(), series(1, 'loss')])
  for (let round = 0; round < 10; round++) {
    clock.set([0, 3, -40, 0.1, -0.1][round % 5]! * dayUs)
    const rows = points(1, round * 10, 10)
    // The rank's own clock is set as well, between the calls of one envelope.
    for (let i = 0; i < 10; i++) rows.time[i]! += BigInt((i % 3) - 1) * BigInt(dayUs)
    await peer.store('w', params(round * 10, 10), rows)
    await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: clock.nowUs(), backlog: 0 })
    await peer.hear('pulse')
    await house.status('flushed', (one) => one.logs >= (round + 1) * 20)
    expect(wrongIn(readJson(fs.readFileSync(file)))).toEqual([])
  }
  clock.set(-2 * dayUs)
  await peer.store('w', [rankEnd()])
  await peer.bye()
  const { summary } = await house.status('run-finished')
  expect(summary).toMatchObject({ status: 'completed', logs: 200, total: { dropped: 0 } })
  expect(house.told.filter(({ kind }) => kind === 'rank-lost')).toEqual([])
  const document = readJson(fs.readFileSync(file))
  expect(wrongIn(document)).toEqual([])
  const steps = (await readFolder(path.join(runDir, 'metrics'))).map((row) => Number(row['step']))
  expect(steps).toEqual(Array.from({ length: 100 }, (_, step) => step))
})

test('a run whose clock is set back before it ends finishes in its time all the same', async () => {
  const clock = new SetClock()
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const peer = house.peer(connection)
  await peer.welcome()
  await peer.store('w', params(0, 3))
  await peer.bye()
  clock.set(-30 * dayUs)
  expect((await house.status('run-finished')).summary).toMatchObject({ logs: 3 })
})

const who = { time: 1_000_000, rank: 0 as Rank, attempt: 0 as Attempt }

test.each([3, -3])('a lost rank is waited for as long when the clock is set by %i days', (days) => {
  const clock = new ManualClock()
  const one = { ...who, rank: 1 as Rank }
  const roster = rosterOf(
    true,
    { kind: 'admitted', ...who, session: 'a', worker: 'a', host: 'h', worldSize: 2 },
    { kind: 'admitted', ...one, session: 'b', worker: 'b', host: 'h', worldSize: 2 },
    { kind: 'ended', ...who, ledger: {}, ledgerClosed: true },
    { kind: 'lost', ...one },
  )
  const departures = new Departures(clock)
  const outlook = (): string => {
    departures.look(roster)
    return outlookOf(
      roster,
      sight((state) => departures.agoMs(state)),
    ).kind
  }
  expect(outlook()).toBe('waiting')
  clock.jump(days * dayUs)
  expect(outlook()).toBe('waiting')
  clock.advance(hourMs / 6 - 1)
  expect(outlook()).toBe('waiting')
  clock.advance(1)
  expect(outlook()).toBe('done')
})

test('a rank that comes back and is lost again is waited for anew', () => {
  const clock = new ManualClock()
  const graph = createGraphBuilder()
  const admitted = { kind: 'admitted', ...who, session: 'a', worker: 'a', host: 'h' } as const
  tell(graph, opened(true), admitted, { kind: 'lost', ...who })
  const departures = new Departures(clock)
  departures.look(graph.roster)
  clock.advance(5_000)
  const state = graph.roster.find(who.rank, who.attempt)!
  expect(departures.agoMs(state)).toBe(5_000)
  tell(graph, admitted, { kind: 'lost', ...who, time: 2_000_000 })
  expect(departures.agoMs(state)).toBe(0)
})
