import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeEnvelope } from '@provloom/shared'
import type { Rank } from '@provloom/shared'
import { TestHouse } from '../support/house.ts'
import { params, points, series } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'

let house: TestHouse
let peer: Peer

beforeEach(async () => {
  house = new TestHouse()
  const aggregator = await house.started()
  peer = house.peer(aggregator.connection)
  await peer.welcome()
})

afterEach(() => house.clear())

async function logsAtTheEnd(): Promise<number> {
  await peer.bye()
  const { summary } = await house.status('run-finished')
  return summary.logs
}

test('acknowledges a repeated envelope and stores it once', async () => {
  await peer.send('w', 0, params(0, 5))
  await peer.acknowledged('w', 5)
  await peer.send('w', 0, params(0, 5))
  expect(await peer.hear('acks')).toMatchObject({ next: { w: 5 } })
  expect(await logsAtTheEnd()).toBe(5)
})

test('stores an envelope once that is sent again before it is acknowledged', async () => {
  for (let i = 0; i < 20; i++) await peer.send('w', 0, params(0, 5))
  await peer.acknowledged('w', 5)
  expect(await logsAtTheEnd()).toBe(5)
})

test('cuts off what is known of an overlapping envelope', async () => {
  await peer.send('w', 0, [series(1, 'loss'), ...params(0, 4)], points(1, 0, 10))
  await peer.acknowledged('w', 15)
  await peer.send('w', 3, params(2, 2), points(1, 0, 30))
  await peer.acknowledged('w', 35)
  expect(await logsAtTheEnd()).toBe(4 + 30)
})

test('asks for the missing records when an envelope is ahead', async () => {
  await peer.send('w', 5, params(5, 5))
  expect(await peer.hear('rejected', 'acks')).toMatchObject({
    kind: 'rejected',
    stream: 'w',
    next: 0,
    retry: true,
  })
  await peer.send('w', 0, params(0, 5))
  await peer.send('w', 5, params(5, 5))
  await peer.acknowledged('w', 10)
  expect(await logsAtTheEnd()).toBe(10)
})

test('accepts a gap whose records the sender says are lost', async () => {
  await peer.send('w', 0, params(0, 2))
  await peer.acknowledged('w', 2)
  await peer.send('w', 5, params(5, 2), undefined, 3)
  await peer.acknowledged('w', 7)
  expect(await logsAtTheEnd()).toBe(4)
})

test('keeps the streams of a rank apart', async () => {
  for (const stream of ['a', 'b', 'c']) await peer.store(stream, params(0, 3))
  expect(await logsAtTheEnd()).toBe(9)
})

test('says again to a session it does not know', async () => {
  const envelope = { ...peer.envelope('w', 0, params(0, 1)), session: 'another' }
  await peer.sayBytes(encodeEnvelope(envelope))
  expect(await peer.hear('again', 'acks', 'rejected')).toEqual({ kind: 'again', session: 'another' })
})

test('rejects an envelope that names another rank than its session, for good', async () => {
  await peer.sayBytes(encodeEnvelope({ ...peer.envelope('w', 0, params(0, 1)), rank: 3 as Rank }))
  expect(await peer.hear('rejected')).toMatchObject({ stream: 'w', retry: false })
  expect(await logsAtTheEnd()).toBe(0)
})

test('tells a rank that comes back with its session from where to go on', async () => {
  await peer.store('w', params(0, 7))
  const welcome = await peer.welcome()
  expect(welcome.next).toEqual({ w: 7 })
})
