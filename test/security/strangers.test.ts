import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { curveKeyPair } from 'zeromq'
import { expect, it, onTestFinished } from 'vitest'
import { createAggregator } from '@provloom/aggregator'
import type { Aggregator, AggregatorConfig } from '@provloom/aggregator'
import { endpointOf, readConnection } from '@provloom/shared'
import { folder } from '../support/cli.ts'
import { Peer, dealer, params } from './support/peer.ts'

async function aggregator(config: AggregatorConfig = {}): Promise<Aggregator> {
  const one = createAggregator({ provenanceSaveDir: folder(), jobKey: 'k', host: '127.0.0.1', ...config })
  onTestFinished(async () => {
    await one.stop(0)
  })
  await one.start()
  return one
}

/** Resolves when the handshake has been turned down, with what the stranger heard. */
function turnedDown(
  connection: Parameters<typeof dealer>[0],
  keys: Parameters<typeof dealer>[1],
): Promise<string> {
  const socket = dealer(connection, keys)
  const outcome = new Promise<string>((resolve) => {
    socket.events.on('handshake', () => resolve('welcome'))
    for (const event of ['handshake:error:auth', 'handshake:error:protocol', 'disconnect'] as const) {
      socket.events.on(event, () => resolve(event))
    }
  })
  socket.connect(endpointOf(connection))
  return outcome
}

it('encrypts and authenticates without being asked to, by keys that only the owner can read', async () => {
  const one = await aggregator()
  expect(one.connection?.curve).toMatchObject({
    serverKey: expect.stringMatching(/^.{40}$/),
    publicKey: expect.stringMatching(/^.{40}$/),
    secretKey: expect.stringMatching(/^.{40}$/),
  })
  expect(fs.statSync(one.connectionFile).mode & 0o777).toBe(0o600)
  expect(fs.statSync(path.dirname(one.connectionFile)).mode & 0o777).toBe(0o700)
  expect(readConnection(one.connectionFile)).toEqual(one.connection)
})

it('refuses and counts 200 unknown keys, and serves the rank that has the right one all the while', async () => {
  const one = await aggregator()
  const connection = one.connection!
  const rank = new Peer(connection)
  await rank.welcome()
  const strangers = Array.from({ length: 200 }, () => turnedDown(connection, curveKeyPair()))
  for (let n = 0; n < 50; n++) await rank.store('w', n, params(n, 1))
  expect(new Set(await Promise.all(strangers))).toEqual(new Set(['handshake:error:auth']))
  expect(one.counts.strangers).toBe(200)
  expect(one.counts.envelopes).toBe(50)
})

it('refuses the server’s own public key and the key of another aggregator', async () => {
  const one = await aggregator()
  const other = await aggregator({ jobKey: 'other' })
  const { publicKey, secretKey } = other.connection!.curve!
  expect(await turnedDown(one.connection!, { publicKey, secretKey })).toBe('handshake:error:auth')
  expect(one.counts.strangers).toBe(1)
})

it('does not talk to peers without encryption, and opens nothing for them', async () => {
  const one = await aggregator()
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => turnedDown(one.connection!, 'none')))
  expect(outcomes).not.toContain('welcome')
  expect(fs.readdirSync(path.dirname(path.dirname(path.dirname(one.connectionFile))))).toEqual(['.provloom'])
})

it('does not let a key pass that was cut off the connection file by hand', async () => {
  const one = await aggregator()
  const connection = { ...one.connection!, curve: null }
  expect(await turnedDown(connection, undefined)).not.toBe('welcome')
})

it('with --insecure listens on loopback alone unless it is told an address', async () => {
  const plain = await aggregator({ insecure: true, host: undefined })
  expect(plain.connection).toMatchObject({ curve: null, listen: '127.0.0.1', advertise: '127.0.0.1' })
  const outside = addressOfThisMachine()
  if (outside !== undefined) {
    expect(await answers(outside, plain.connection!.port)).toBe(false)
    const told = await aggregator({ insecure: true, host: outside, jobKey: 'told' })
    expect(told.connection).toMatchObject({ curve: null, listen: outside })
    expect(await answers(outside, told.connection!.port)).toBe(true)
  }
  await new Peer(plain.connection!).welcome()
})

it('keeps its keys when it is started again, and makes new ones for another job key', async () => {
  const saveDir = folder()
  const keys = async (jobKey: string): Promise<unknown> => {
    const one = createAggregator({ provenanceSaveDir: saveDir, jobKey, host: '127.0.0.1' })
    await one.start()
    const { curve } = one.connection!
    await one.stop(0)
    return curve
  }
  const first = await keys('a')
  expect(await keys('a')).toEqual(first)
  expect(await keys('b')).not.toEqual(first)
})

function addressOfThisMachine(): string | undefined {
  try {
    return execFileSync('hostname', ['-I'], { encoding: 'utf8' })
      .split(/\s+/)
      .find((address) => /^\d+\.\d+\.\d+\.\d+$/.test(address) && !address.startsWith('127.'))
  } catch {
    return undefined
  }
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1_000 })
    const done = (yes: boolean) => () => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false))
  })
}
