import os from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AggregatorConfig } from '@provloom/aggregator'
import { limits } from '@provloom/shared'
import type { Event, Files } from '@provloom/shared'
import { ManualClock } from '../support/clock.ts'
import { FullDisk } from '../support/full-disk.ts'
import { TestHouse } from '../support/house.ts'
import { params, rankEnd, rankStart } from '../support/peer.ts'
import { SlowDisk } from '../support/slow-disk.ts'

let house: TestHouse
let clock: ManualClock

beforeEach(() => {
  house = new TestHouse()
  clock = new ManualClock()
})

afterEach(() => house.clear())

const dayUs = 86_400_000_000

/**
 * A rank that says nothing any more, and another one that is heard where it is asked who is lost.
 *
 * @returns how often the silent one was said to be lost by now: what is on its way into the journal is there first
 */
async function silentRank(config: AggregatorConfig = {}, files?: Files): Promise<() => Promise<number>> {
  const seams = files === undefined ? { clock } : { clock, files }
  const { connection } = await house.started({ collectAllProcesses: true, ...config }, seams)
  await house.peer(connection, { rank: 1 }).welcome()
  const other = house.peer(connection, { rank: 0 })
  await other.welcome()
  let stored = 0
  return async () => {
    await other.store('w', params(stored++, 1))
    return house.told.filter((one) => one.kind === 'rank-lost' && one.rank === 1).length
  }
}

test('a rank that is silent while it is listened to is lost', async () => {
  const lost = await silentRank()
  clock.advance(limits.lostAfterMs - 1_000)
  expect(await lost()).toBe(0)
  clock.advance(2_000)
  await house.status('rank-lost')
  expect(await lost()).toBe(1)
})

test('a rank is not lost by a clock that is set, and a silent one is lost no later', async () => {
  const lost = await silentRank()
  for (let ms = 0; ms < limits.lostAfterMs - 1_000; ms += 250) {
    clock.jump(dayUs * (ms % 500 === 0 ? 3 : -5))
    clock.advance(250)
  }
  expect(await lost()).toBe(0)
  clock.advance(2_000)
  await house.status('rank-lost')
})

test('nobody is lost by an event loop that gets its turn every three seconds', async () => {
  const lost = await silentRank()
  for (let ms = 0; ms < limits.lostAfterMs * 4; ms += 3_000) {
    clock.skip(2_999)
    clock.advance(1)
  }
  expect(await lost()).toBe(0)
})

test('a job is silent for as long as it was listened to, whoever stopped us', async () => {
  const lost = await silentRank({ isAttended: () => false })
  clock.advance(5_000)
  clock.skip(3_600_000)
  clock.advance(5_000)
  expect(await lost()).toBe(0)
  expect(house.told.filter(({ kind }) => kind === 'run-ended')).toEqual([])
  clock.advance(limits.lostAfterMs)
  await house.status('rank-lost')
})

test('nobody is lost while nothing is received for want of memory', async () => {
  const files = new SlowDisk()
  const aggregator = await house.started({}, { clock, files })
  const peer = house.peer(aggregator.connection)
  await peer.welcome()
  await peer.store('w', [rankStart()])
  let letGo = (): void => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  files.beforeSync = () => held
  const [value, count] = ['x'.repeat(900 * 1024), 4]
  const large: Event[] = Array.from({ length: count }, (_, i) => ({
    type: 'param',
    time: 1,
    key: `large-${i}`,
    valueType: 'str',
    value,
  }))
  const envelopes = Math.ceil(limits.inFlightBytesMax / (count * value.length))
  for (let i = 0; i < envelopes; i++) await peer.send('w', 1 + i * count, large)
  while (aggregator.counts.envelopes < envelopes + 1) await nextTurn()
  for (let turn = 0; turn < 10; turn++) await nextTurn()
  for (let ms = 0; ms < limits.lostAfterMs * 4; ms += 250) clock.advance(250)
  letGo()
  await peer.acknowledged('w', 1 + envelopes * count)
  await peer.bye()
  expect(house.told.filter(({ kind }) => kind === 'rank-lost')).toEqual([])
})

test('a loss that cannot be written is nothing that anybody is told, and is written later', async () => {
  const files = new FullDisk()
  await silentRank({}, files)
  files.full = true
  clock.advance(limits.lostAfterMs + 500)
  await house.status('problem', ({ code }) => code === 'LOG_FAILED')
  expect(house.told.filter(({ kind }) => kind === 'rank-lost')).toEqual([])
  files.full = false
  await clock.passing(house.status('rank-lost', ({ rank }) => rank === 1))
})

test('each job of an agent that has sessions of several is heard by its own sessions, whichever began last', async () => {
  const { connection } = await house.started({ isAttended: () => false }, { clock })
  const peers = ['first', 'second'].map((jobKey) => house.peer(connection, { jobKey, hello: { agent: 'a' } }))
  for (const peer of peers) {
    await peer.welcome()
    await peer.store('w', [{ type: 'rank.start', time: 1, pid: 1, host: os.hostname(), argv: ['t.py'] }])
  }
  for (let ms = 0; ms < limits.lostAfterMs * 2; ms += limits.heartbeatIntervalMs) {
    clock.advance(limits.heartbeatIntervalMs)
    for (const peer of peers) {
      await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: clock.nowUs(), backlog: 0 })
      await peer.hear('pulse')
    }
  }
  for (const peer of peers) await peer.store('w', [rankEnd()])
  expect(house.told.filter(({ kind }) => kind === 'run-ended' || kind === 'rank-lost')).toEqual([])
})
