import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AggregatorMessage } from '@provloom/shared'
import { AggregatorChild, build } from '../support/child.ts'
import { ManualClock } from '../support/clock.ts'
import { TestHouse, readJson } from '../support/house.ts'
import { params, rankEnd } from '../support/peer.ts'
import type { Peer, PeerOptions } from '../support/peer.ts'

let house: TestHouse

beforeAll(build)

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

const collects = { collectAllProcesses: true }
/** As torchrun tells it: all ranks are started again when one fails. */
const restarts = { restarts: 'all', restartsMax: 9 } as const

interface Start {
  readonly attempt: number
  readonly startedUs: number
}

function rankZero(connection: Parameters<TestHouse['peer']>[0], { attempt, startedUs }: Start): Peer {
  return house.peer(connection, { attempt, worldSize: 1, hello: { ...restarts, startedUs } })
}

/** As an agent does: asks again while the run is just being written. */
async function answer(peer: Peer): Promise<AggregatorMessage> {
  for (;;) {
    await peer.say(peer.helloMessage())
    const heard = await peer.hear('welcome', 'refused', 'later')
    if (heard.kind !== 'later') return heard
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A session that was given another attempt than it asked for says nothing and ends. */
async function endedAs(peer: Peer, attempt: number): Promise<void> {
  expect(await peer.welcome()).toMatchObject({ attempt })
  await peer.bye()
}

function child(): AggregatorChild {
  const config = {
    provenanceSaveDir: house.saveDir,
    jobKey: 'test',
    host: '127.0.0.1',
    experimentName: 'exp',
  }
  const started = new AggregatorChild({ ...config, ...collects })
  house.onClear(() => started.signal('SIGKILL'))
  return started
}

const first = { attempt: 0, startedUs: 1_000 }
const second = { attempt: 1, startedUs: 2_000 }

test('an attempt goes on with what is left of it while the next one of its rank is there already', async () => {
  const { connection } = await house.started(collects)
  const before = rankZero(connection, first)
  await before.welcome()
  await before.store('w', params(0, 3))
  const after = rankZero(connection, second)
  expect(await after.welcome()).toMatchObject({ attempt: 1, next: {} })
  await after.store('w', [...params(10, 2), rankEnd('completed')])
  await after.bye()
  // The rank has ended well: the run waits for what is still on its way all the same.
  await before.store('w', [...params(3, 4), rankEnd('failed')])
  await before.bye()
  const { summary } = await house.status('run-finished')
  expect(summary).toMatchObject({ status: 'completed', logs: 9 })
  expect(summary.ranks).toMatchObject([
    { attempt: 0, status: 'failed' },
    { attempt: 1, status: 'completed' },
  ])
})

test('an attempt is let into its own place again after its rank and its aggregator were started again', async () => {
  const killed = child()
  const connection = await killed.connection()
  const one = rankZero(connection, first)
  const { runId } = await one.welcome()
  await one.store('w', params(0, 3))
  const two = rankZero(connection, second)
  await two.welcome()
  await two.store('w', [...params(10, 2), rankEnd('completed')])
  await two.bye()
  await killed.signal('SIGKILL')
  const hello = { ...restarts, admitted: runId }
  const agent = house.peer(await child().connection(), { session: one.session, worldSize: 1, hello })
  expect(await answer(agent)).toMatchObject({ kind: 'welcome', runId, attempt: 0, next: { w: 3 } })
})

test('an attempt that was never let in before the next one was has its own place in the same run', async () => {
  const { connection } = await house.started(collects)
  const after = rankZero(connection, second)
  const { runId } = await after.welcome()
  await after.store('w', params(10, 2))
  const before = rankZero(connection, first)
  expect(await before.hello()).toMatchObject({ kind: 'welcome', runId, attempt: 0, next: {} })
  expect(house.told.some(({ kind }) => kind === 'rank-refused')).toBe(false)
})

test('an attempt that comes when the run is closed already is in it all the same', async () => {
  const clock = new ManualClock()
  const { connection } = await house.started(collects, { clock })
  const after = rankZero(connection, second)
  const { runId } = await after.welcome()
  await after.store('w', [...params(10, 2), rankEnd('completed')])
  await after.bye()
  await clock.passing(house.status('run-finished'))
  const before = rankZero(connection, first)
  expect(await answer(before)).toMatchObject({ kind: 'welcome', runId, attempt: 0, next: {} })
})

test('a rank that its launcher counts lower than another one did is started again, as the next attempt', async () => {
  const { connection } = await house.started(collects)
  const before = rankZero(connection, { attempt: 3, startedUs: 1_000 })
  await before.welcome()
  await before.store('w', [rankEnd('failed')])
  await before.bye()
  const after = rankZero(connection, { attempt: 0, startedUs: 2_000 })
  expect(await after.hello()).toMatchObject({ kind: 'welcome', attempt: 4 })
})

test('a run that was closed when its aggregator was killed, before that wrote so, can be reopened all the same', async () => {
  const killed = child()
  const one = rankZero(await killed.connection(), first)
  const { runId } = await one.welcome()
  await one.store('w', [...params(0, 3), rankEnd('completed')])
  await one.bye()
  await killed.status('run-finished')
  await killed.signal('SIGKILL')
  const file = path.join(house.saveDir, '.provloom/test/runs.json')
  const { closed, ...rest } = readJson(file) as { closed: { facts: object }[] }
  fs.writeFileSync(file, JSON.stringify({ ...rest, open: closed.map(({ facts }) => facts), closed: [] }))
  const two = rankZero(await child().connection(), second)
  expect(await answer(two)).toMatchObject({ kind: 'welcome', runId, attempt: 1 })
})

/** Rank 1 is in attempt 2 already: whoever starts again after it is too, at least. */
const startOf = (attempt: number, startedUs: number): PeerOptions => ({
  attempt,
  worldSize: 2,
  hello: { ...restarts, startedUs },
})

test('a rank that was given a higher attempt than it asked for makes room for its next start', async () => {
  const { connection } = await house.started(collects)
  await house.peer(connection, { ...startOf(2, 1), rank: 1 }).welcome()
  const killed = house.peer(connection, startOf(1, 1_000))
  expect(await killed.hello()).toMatchObject({ attempt: 2 })
  const next = house.peer(connection, startOf(2, 2_000))
  expect(await next.hello()).toMatchObject({ kind: 'welcome', attempt: 3 })
  const late = house.peer(connection, startOf(0, 500))
  expect(await late.hello()).toMatchObject({ kind: 'welcome', attempt: 0 })
})

test.each(['open', 'closed'])(
  'it does so too when it has ended and its aggregator was killed: run %s',
  async (state) => {
    const killed = child()
    const connection = await killed.connection()
    const other = house.peer(connection, { ...startOf(1, 1), rank: 1 })
    const { runId } = await other.welcome()
    await endedAs(house.peer(connection, startOf(0, 1_000)), 1)
    if (state === 'closed') {
      await other.store('w', [rankEnd('completed')])
      await other.bye()
      await killed.status('run-finished')
    }
    await killed.signal('SIGKILL')
    const next = house.peer(await child().connection(), startOf(1, 2_000))
    expect(await answer(next)).toMatchObject({ kind: 'welcome', runId, attempt: 2 })
  },
)
