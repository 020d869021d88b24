import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestHouse } from './support/house.ts'
import { params, points, series } from './support/peer.ts'
import { SlowDisk } from './support/slow-disk.ts'

let house: TestHouse
let files: SlowDisk

beforeEach(() => {
  house = new TestHouse()
  files = new SlowDisk()
})

afterEach(async () => {
  files.beforeSync = () => Promise.resolve()
  await house.clear()
})

test('acknowledges nothing before it is synced, however long that takes, and everything that came meanwhile with the next sync', async () => {
  const { connection } = await house.started({}, { files })
  const peer = house.peer(connection)
  await peer.welcome()
  await peer.store('w', params(0, 1))
  let letGo = (): void => {}
  let reached = (): void => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const syncing = new Promise<void>((resolve) => (reached = resolve))
  files.beforeSync = () => {
    reached()
    return held
  }
  await peer.send('w', 1, params(1, 10))
  await syncing
  const before = files.syncs
  for (let first = 11; first < 511; first += 10) await peer.send('w', first, params(first, 10))
  // Answered while the sync goes on: the frames before it have been received.
  await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: 1, backlog: 0 })
  await peer.hear('pulse')
  expect(peer.unread.filter(({ kind }) => kind === 'acks')).toEqual([])
  letGo()
  await peer.acknowledged('w', 511)
  expect(files.syncs - before).toBeLessThanOrEqual(2)
  await peer.bye()
  expect((await house.status('run-finished')).summary).toMatchObject({ logs: 511, total: { stored: 511 } })
})

test('loses nothing when syncs take 200 ms each', async () => {
  files.beforeSync = () => new Promise((resolve) => setTimeout(resolve, 200))
  const { connection } = await house.started({ saveAfterNLogs: 50 }, { files })
  const peer = house.peer(connection)
  await peer.welcome()
  await peer.send('w', 0, [series(1, 'loss')])
  for (let i = 0; i < 20; i++) await peer.send('w', 1 + i * 100, [], points(1, i * 100, 100))
  await peer.acknowledged('w', 2001)
  await peer.bye()
  const { summary } = await house.status('run-finished')
  expect(summary).toMatchObject({ logs: 2000, total: { sent: 2001, stored: 2001, dropped: 0 } })
})

test('gives back what a failed sync left unknown, and stores it once', async () => {
  const { connection } = await house.started({}, { files })
  const peer = house.peer(connection)
  await peer.welcome()
  await peer.store('w', params(0, 10))
  files.beforeSync = () => {
    files.beforeSync = () => Promise.resolve()
    return Promise.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))
  }
  await peer.send('w', 10, params(10, 10))
  expect(await peer.hear('rejected', 'acks')).toMatchObject({ kind: 'rejected', next: 10, retry: true })
  await peer.send('w', 10, params(10, 10))
  await peer.acknowledged('w', 20)
  await house.status('problem-ended', (one) => one.code === 'LOG_FAILED')
  await peer.bye()
  expect((await house.status('run-finished')).summary).toMatchObject({ logs: 20, total: { stored: 20 } })
})
