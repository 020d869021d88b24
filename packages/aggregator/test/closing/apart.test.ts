import path from 'node:path'
import type { Event } from '@provloom/shared'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestHouse, readJson } from '../support/house.ts'
import { sessionStart } from '../support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

const us = 1_700_000_000_000_000

/** A session from one second to another. */
function session(from: number, to: number): Event[] {
  return [
    sessionStart(us + from * 1e6),
    { type: 'rank.start', time: us + from * 1e6, pid: 1, host: 'a', launcher: 'test', argv: ['python'] },
    { type: 'rank.end', time: us + to * 1e6, status: 'completed', exitCode: 0 },
  ]
}

const remarks = (number: number): number =>
  JSON.stringify(readJson(path.join(house.runDir(number), 'prov.json'))).split('RANKS_APART: ').length - 1

/** Rank 0 has a session that rank 1 has not: they meet in one run, one after the other, and rank 0 then goes on. */
async function meetApart(closed: boolean): Promise<void> {
  const { connection } = await house.started({ collectAllProcesses: true })
  // As long as an agent of the job is here, what has ended is not closed.
  const other = house.peer(connection, { rank: 1, session: 'other' })
  if (!closed) {
    await other.say({
      kind: 'present',
      session: other.session,
      agent: other.session,
      jobKey: 'job',
      silent: false,
    })
  }
  const late = house.peer(connection, { rank: 1 })
  await late.welcome()
  const early = house.peer(connection, { rank: 0 })
  await early.welcome()
  await early.store('w', session(0, 1))
  await early.bye()
  await late.store('w', session(5, 6))
  await late.bye()
  await house.status(closed ? 'run-finished' : 'run-ended')
  const next = house.peer(connection, { rank: 0, hello: { ordinal: 1 } })
  await next.welcome()
  await next.store('w', session(9, 10))
  await next.bye()
  await house.status('run-ended', ({ runDir }) => runDir === house.runDir(1))
  if (!closed) await other.gone()
  for (const number of [0, 1])
    await house.status('run-finished', ({ runDir }) => runDir === house.runDir(number))
}

test('ranks that met apart are told of it in their run, where the other session comes after its end', async () => {
  await meetApart(false)
  expect([remarks(0), remarks(1)]).toEqual([1, 0])
})

test('ranks that met apart are told of it in the next run, where theirs is closed', async () => {
  await meetApart(true)
  expect([remarks(0), remarks(1)]).toEqual([0, 1])
  expect(JSON.stringify(readJson(path.join(house.runDir(1), 'prov.json')))).toContain(house.runDir(0))
})

/** Two ranks do the same sessions, the second of them later: each is over before the other begins. */
async function sweep(
  ended: readonly (readonly [rank: number, ordinal: number, last?: Event[]])[],
): Promise<void> {
  const { connection } = await house.started({ collectAllProcesses: true })
  const holder = house.peer(connection, { rank: 7, session: 'holder' })
  await holder.say({ kind: 'present', session: 'holder', agent: 'holder', jobKey: 'job', silent: false })
  for (const [i, [rank, ordinal, last]] of ended.entries()) {
    const one = house.peer(connection, { rank, hello: { ordinal } })
    await one.welcome()
    await one.store('w', last ?? session(10 * i, 10 * i + 1))
    await one.bye()
  }
  await holder.gone()
  const runs = new Set(ended.map(([, ordinal]) => ordinal))
  for (const number of runs)
    await house.status('run-finished', ({ runDir }) => runDir === house.runDir(number))
}

test.each([
  [
    'one after the other in each turn',
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ],
  ],
  [
    'one rank quicker than the other by a whole turn',
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
  ],
] as const)(
  'ranks that do the same sessions are told nothing, however far apart: %s',
  async (_how, order) => {
    await sweep(order)
    expect([remarks(0), remarks(1)]).toEqual([0, 0])
  },
)

test('a rank that failed in its last session has no session less by mistake', async () => {
  const failed: Event[] = [
    sessionStart(us + 20e6),
    { type: 'rank.start', time: us + 20e6, pid: 1, host: 'a', launcher: 'test', argv: ['python'] },
    { type: 'rank.end', time: us + 21e6, status: 'failed', exitCode: 1 },
  ]
  await sweep([
    [0, 0],
    [1, 0, failed],
    [0, 1],
  ])
  expect([remarks(0), remarks(1)]).toEqual([0, 0])
})

test('a rank whose command called nothing has no session less', async () => {
  const silent = session(0, 40).slice(1)
  await sweep([
    [0, 0],
    [1, 0, silent],
    [0, 1],
  ])
  expect([remarks(0), remarks(1)]).toEqual([0, 0])
})

test('of a longer row the turn that shows it is told, once', async () => {
  await sweep([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [0, 2],
    [0, 3],
  ])
  expect([0, 1, 2, 3].map(remarks).reduce((a, b) => a + b)).toBe(1)
})
