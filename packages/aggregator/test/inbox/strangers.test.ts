import { Dealer, curveKeyPair } from 'zeromq'
import { afterEach, beforeEach, expect, test } from 'vitest'
import fc from 'fast-check'
import { encodeMessage, endpointOf, pack } from '@provloom/shared'
import type { Connection } from '@provloom/shared'
import { TestHouse } from '../support/house.ts'
import { params } from '../support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

/** A socket that connects in its own way, once the test listens to what becomes of it. */
function stranger(connection: Connection, keys?: { publicKey: string; secretKey: string }): Dealer {
  const socket = new Dealer({
    linger: 0,
    ...(keys === undefined
      ? {}
      : {
          curveServerKey: connection.curve!.serverKey,
          curvePublicKey: keys.publicKey,
          curveSecretKey: keys.secretKey,
        }),
  })
  house.onClear(() => socket.close())
  return socket
}

test('refuses and counts a peer with an unknown key, and serves the others', async () => {
  const aggregator = await house.started()
  const connection = aggregator.connection!
  const unknown = stranger(connection, curveKeyPair())
  const refused = new Promise<void>((resolve) => {
    unknown.events.on('handshake:error:auth', () => resolve())
  })
  unknown.connect(endpointOf(connection))
  await refused
  expect(aggregator.counts.strangers).toBeGreaterThanOrEqual(1)
  await house.peer(connection).welcome()
})

test('does not talk to a peer without encryption', async () => {
  const aggregator = await house.started()
  const plain = stranger(aggregator.connection!)
  const failed = new Promise<void>((resolve) => {
    plain.events.on('disconnect', () => resolve())
    plain.events.on('handshake:error:protocol', () => resolve())
  })
  plain.connect(endpointOf(aggregator.connection!))
  await failed
  await house.peer(aggregator.connection).welcome()
})

test('talks without encryption when told to, on loopback', async () => {
  const aggregator = await house.started({ insecure: true, host: undefined })
  expect(aggregator.connection).toMatchObject({ curve: null, listen: '127.0.0.1' })
  await house.peer(aggregator.connection).welcome()
})

test('counts malformed frames, answers once where it knows the peer, and goes on', async () => {
  const aggregator = await house.started()
  const peer = house.peer(aggregator.connection)
  await peer.welcome()
  const broken = pack({ kind: 'heartbeat', session: peer.session, sentUs: 'now', backlog: 0 })
  for (let i = 0; i < 3; i++) await peer.sayBytes(broken)
  await peer.sayBytes(Buffer.from('GET / HTTP/1.1\r\n'))
  await peer.store('w', params(0, 1))
  expect(aggregator.counts.malformed).toBe(4)
  expect(peer.unread).toEqual([])
})

test('answers a malformed hello by saying what is wrong', async () => {
  const { connection } = await house.started()
  const peer = house.peer(connection)
  await peer.sayBytes(pack({ ...peer.helloMessage(), rank: -1 }))
  expect(await peer.hear('refused')).toMatchObject({
    reason: 'bad-hello',
    message: expect.stringContaining('hello'),
  })
})

test('survives any frames and stores nothing of them', async () => {
  const aggregator = await house.started()
  const peer = house.peer(aggregator.connection)
  await peer.welcome()
  const noise = house.peer(aggregator.connection)
  const whole = Buffer.from(encodeMessage(peer.helloMessage()))
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.anything({ withBigInt: false }), { maxLength: 15 })
      .map((value) => Uint8Array.from(pack(value))),
    fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
      const torn = Uint8Array.from(whole)
      torn[at] = byte
      return torn.subarray(0, Math.max(1, at))
    }),
  )
  for (const bytes of fc.sample(hostile, { numRuns: 2_000, seed: 7 })) await noise.sayBytes(bytes)
  await peer.store('w', params(0, 10))
  await peer.bye()
  expect((await house.status('run-finished')).summary).toMatchObject({ logs: 10, total: { stored: 10 } })
  expect(house.told.some((one) => one.kind === 'problem')).toBe(false)
})
