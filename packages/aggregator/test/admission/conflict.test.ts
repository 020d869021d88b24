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

const passing = <Value>(what: Promise<Value>): Promise<Value> => clock.passing(what)

test('refuses a second live process of a rank, tells both, and merges nothing', async () => {
  const { connection } = await house.started({}, { clock })
  const first = { worldSize: 2 }
  const holder = house.peer(connection, first)
  await holder.welcome()
  const second = house.peer(connection, { ...first, host: 'elsewhere' })
  await second.say(second.helloMessage())
  await second.hear('later')
  // Whoever is heard after the other asked lives.
  clock.advance(500)
  await holder.say({ kind: 'heartbeat', session: holder.session, sentUs: 1, backlog: 0 })
  await holder.hear('pulse')
  expect(await second.hello()).toMatchObject({ kind: 'refused', reason: 'conflict' })
  const news = await holder.hear('welcome')
  expect(news.differences.join()).toContain('elsewhere')
  await holder.store('w', params(0, 3))
  await second.gone()
  await holder.bye()
  await house.status('run-ended')
  const { summary } = await passing(house.status('run-finished'))
  expect(summary).toMatchObject({ conflicts: 1, logs: 3 })
})

test('lets another process of a rank in when its predecessor was silent for long, as the next attempt', async () => {
  const { connection } = await house.started({}, { clock })
  const before = house.peer(connection, { worldSize: 2 })
  await before.welcome()
  await before.store('w', params(0, 3))
  const after = house.peer(connection, { worldSize: 2 })
  await after.say(after.helloMessage())
  await after.hear('later')
  for (let i = 0; i < 70; i++) clock.advance(250)
  expect(await after.hello()).toMatchObject({ kind: 'welcome', attempt: 1, next: {} })
  await before.send('w', 3, params(3, 1))
  expect(await before.hear('refused', 'acks')).toMatchObject({ kind: 'refused', reason: 'conflict' })
})

test('lets another agent of a session take over at once', async () => {
  const { connection } = await house.started({}, { clock })
  const before = house.peer(connection)
  await before.welcome()
  await before.store('w', params(0, 3))
  const after = house.peer(connection, { session: before.session, hello: { agent: 'another' } })
  expect(await after.hello()).toMatchObject({ kind: 'welcome', attempt: 0, next: { w: 3 } })
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
  await house.status('run-ended')
  expect((await passing(house.status('run-finished'))).summary.logs).toBe(2)
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
  await passing(house.status('run-finished'))
})

test('a job of which nothing is heard any more is over after ten minutes, as lost', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  for (const rank of [0, 1, 2]) {
    const peer = house.peer(connection, { rank, worldSize: 4 })
    await peer.welcome()
    await peer.store('w', params(rank * 10, 5))
  }
  const until = clock.monotonicMs() + 9.9 * 60_000
  while (clock.monotonicMs() < until) {
    clock.advance(250)
    await new Promise((resolve) => setImmediate(resolve))
  }
  // What is written takes its own time, in which this clock goes on: later than that cannot be said.
  expect(house.told.filter(({ kind }) => kind === 'run-ended')).toEqual([])
  const { summary } = await passing(house.status('run-finished'))
  expect(summary).toMatchObject({ status: 'lost', logs: 15 })
  expect(summary.ranks.map(({ status }) => status)).toEqual(['lost', 'lost', 'lost'])
})
