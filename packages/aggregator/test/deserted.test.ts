import os from 'node:os'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Aggregator, AggregatorConfig } from '@provloom/aggregator'
import type { RunSummary } from '@provloom/rundir/entry'
import { limits } from '@provloom/shared'
import type { Event } from '@provloom/shared'
import { AggregatorChild, build } from './support/child.ts'
import { ManualClock } from './support/clock.ts'
import { TestHouse } from './support/house.ts'
import { params, rankEnd } from './support/peer.ts'
import type { Peer, PeerOptions } from './support/peer.ts'

let house: TestHouse
let clock: ManualClock

beforeAll(build)

beforeEach(() => {
  house = new TestHouse()
  clock = new ManualClock()
})

afterEach(() => house.clear())

interface Job {
  readonly aggregator: Aggregator
  readonly peer: Peer
}

function rankStarted(launcher?: string, host = os.hostname()): Event {
  const facts = { type: 'rank.start', time: 1_700_000_000_000_000, pid: 1, host, argv: ['t.py'] } as const
  return launcher === undefined ? facts : { ...facts, launcher }
}

/** A rank that has logged, and whose agent says nothing any more. */
async function deserted(
  config: AggregatorConfig = {},
  launcher?: string,
  options?: PeerOptions,
): Promise<Job> {
  const aggregator = await house.started({ isAttended: () => false, ...config }, { clock })
  const peer = house.peer(aggregator.connection, options)
  await peer.welcome()
  await peer.store('worker-1', [rankStarted(launcher, options?.host), ...params(0, 3)])
  return { aggregator, peer }
}

/** Nobody says anything for longer than a rank may. */
async function silence(): Promise<void> {
  clock.advance(limits.lostAfterMs + 500)
  await house.status('rank-lost')
}

/** Looks on, for two minutes at most of the ten that others are waited for. */
async function ending(): Promise<RunSummary> {
  const isOver = (): boolean => {
    clock.advance(250)
    return house.told.some(({ kind }) => kind === 'run-ended')
  }
  await expect.poll(isOver, { interval: 20, timeout: 10_000 }).toBe(true)
  return (await house.status('run-ended')).summary
}

const tenMinutes = 600_000

test.each([
  ['nobody', undefined],
  ['provloom run', 'provloom run'],
])(
  'a job that %s started on this machine is over when nobody of it was heard for 15 s, and its rank is lost',
  async (_, launcher) => {
    await deserted({}, launcher)
    await silence()
    const summary = await ending()
    expect([summary.status, summary.ranks]).toMatchObject(['lost', [{ status: 'lost' }]])
  },
)

test('an aggregator that goes on from a journal, and hears of nobody, ends the run as soon', async () => {
  const killed = new AggregatorChild({
    provenanceSaveDir: house.saveDir,
    jobKey: 'test',
    host: '127.0.0.1',
    experimentName: 'exp',
  })
  house.onClear(() => killed.signal('SIGKILL'))
  const peer = house.peer(await killed.connection())
  await peer.welcome()
  await peer.store('worker-1', params(0, 3))
  await killed.signal('SIGKILL')
  peer.close()
  await house.started({ isAttended: () => false }, { clock })
  await silence()
  const summary = await ending()
  expect([summary.logs, summary.ranks]).toMatchObject([3, [{ status: 'lost' }]])
})

test.each<[string, Partial<AggregatorConfig>, string | undefined, PeerOptions]>([
  ['whoever started the aggregator is there to end it', { isAttended: () => true }, undefined, {}],
  ['a launcher may have it on several machines', {}, 'torchrun', {}],
  ['its rank is on another machine', {}, undefined, { host: 'elsewhere' }],
])('a job is waited for ten minutes where %s', async (_, config, launcher, options) => {
  await deserted(config, launcher, options)
  await silence()
  clock.advance(tenMinutes - 2 * limits.lostAfterMs)
  expect(house.told.filter(({ kind }) => kind === 'run-ended')).toEqual([])
  clock.advance(2 * limits.lostAfterMs)
  await ending()
})

test('an agent that was only stopped comes back into its run, and nothing is lost or doubled', async () => {
  const { aggregator, peer } = await deserted()
  await silence()
  await ending()
  await clock.passing(house.status('run-finished'))
  const { session, runId } = peer
  const back = house.peer(aggregator.connection, { session, hello: { admitted: runId } })
  const welcome = await back.welcome()
  expect(welcome).toMatchObject({ runId, rank: 0, attempt: 0, next: { 'worker-1': 4 } })
  // What was acknowledged it may not have heard: it is sent again, with what came since.
  await back.send('worker-1', 0, [rankStarted(), ...params(0, 6), rankEnd()])
  await back.acknowledged('worker-1', 8)
  await back.bye()
  const { summary } = await clock.passing(house.status('run-finished', (one) => one.summary.logs === 6))
  expect(summary).toMatchObject({ status: 'completed', total: { sent: 8, stored: 8, dropped: 0 } })
  expect(summary.ranks).toMatchObject([{ attempt: 0, status: 'completed' }])
})
