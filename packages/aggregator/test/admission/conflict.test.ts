import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../support/clock.ts'
import { TestHouse } from '../support/house.ts'
import { params } from '../support/peer.ts'

let house: TestHouse
let clock: ManualClock

beforeEach(() => {
  house = new TestHouse()
  clock = new ManualClock()
})

afterEach(() => house.clear())

test('refuses a second live agent of a rank, tells both, and merges nothing', async () => {
  const { connection } = await house.started({}, { clock })
  const holder = house.peer(connection)
  await holder.welcome()
  const second = house.peer(connection, { host: 'elsewhere' })
  await second.say(second.helloMessage())
  await holder.say({ kind: 'heartbeat', session: holder.session, sentUs: 1, backlog: 0 })
  await holder.hear('pulse')
  // The second hello is known when its heartbeat is answered: one connection keeps its order.
  await second.say({ kind: 'heartbeat', session: second.session, sentUs: 1, backlog: 0 })
  await second.hear('again')
  clock.advance(2_000)
  await holder.say({ kind: 'heartbeat', session: holder.session, sentUs: 2, backlog: 0 })
  await holder.hear('pulse')
  clock.advance(500)
  expect(await second.hear('refused', 'welcome')).toMatchObject({ kind: 'refused', reason: 'conflict' })
  const news = await holder.hear('welcome')
  expect(news.differences.join()).toContain('elsewhere')
  await holder.store('w', params(0, 3))
  await holder.bye()
  clock.advance(1_000)
  const { summary } = await house.status('run-finished')
  expect(summary).toMatchObject({ conflicts: 1, logs: 3 })
})

test('lets an agent that was started again take over when its predecessor is silent', async () => {
  const { connection } = await house.started({}, { clock })
  const dead = spawnSync('true').pid
  const before = house.peer(connection, { pid: dead })
  await before.welcome()
  await before.store('w', params(0, 3))
  const after = house.peer(connection)
  await after.say(after.helloMessage())
  await after.say({ kind: 'heartbeat', session: after.session, sentUs: 1, backlog: 0 })
  await after.hear('again')
  clock.advance(3_000)
  expect(await after.hear('welcome', 'refused')).toMatchObject({ kind: 'welcome', next: { w: 3 } })
  await before.send('w', 3, params(3, 1))
  expect(await before.hear('refused', 'acks')).toMatchObject({ kind: 'refused', reason: 'conflict' })
})

test('counts a rank as lost after its heartbeats stop, and takes it back when it speaks', async () => {
  const { connection } = await house.started({}, { clock })
  const peer = house.peer(connection)
  await peer.welcome()
  for (let i = 0; i < 70; i++) clock.advance(250)
  await house.status('rank-lost')
  await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: 1, backlog: 0 })
  await peer.hear('again')
  await peer.welcome()
  await peer.store('w', params(0, 2))
  await peer.bye()
  clock.advance(1_000)
  expect((await house.status('run-finished')).summary.logs).toBe(2)
})

test('takes nobody for lost when it was itself stopped for a while', async () => {
  const { connection } = await house.started({}, { clock })
  const peer = house.peer(connection)
  await peer.welcome()
  clock.skip(60_000)
  clock.advance(1_000)
  await peer.store('w', params(0, 1))
  expect(house.told.some((one) => one.kind === 'rank-lost')).toBe(false)
})

test('waits for the next attempt of a failed rank, and ends the run when none comes', async () => {
  const { connection } = await house.started({}, { clock })
  const peer = house.peer(connection, { hello: { restartsMax: 3 } })
  await peer.welcome()
  await peer.store('w', [{ type: 'rank.end', time: 1, status: 'failed', exitCode: 1 }])
  await peer.bye()
  clock.advance(59_000)
  expect(house.told.some((one) => one.kind === 'run-finished')).toBe(false)
  clock.advance(2_000)
  await house.status('run-finished')
})
