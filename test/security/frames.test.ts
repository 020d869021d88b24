import { expect, it, vi } from 'vitest'
import { encodeEnvelope, limits, pack } from '@provloom/shared'
import { effort, seeds } from '../support/effort.ts'
import { Graph } from '../support/graph.ts'
import { randomFrom } from '../support/random.ts'
import path from 'node:path'
import { RunningAggregator, report } from './support/aggregator.ts'
import { honestEnvelope, hostileMessage } from './support/hostile.ts'
import { Peer, params } from './support/peer.ts'
import { SteadyRank } from './support/steady.ts'

vi.setConfig({ testTimeout: 180_000 * effort })

const MiB = 1024 * 1024

it('takes any frames of a peer that has the key without falling, growing, or storing a byte of them', async () => {
  const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x'] })
  const connection = await aggregator.connection()
  const steady = new SteadyRank(connection)
  await steady.begin()
  // A rank of its own run, whose envelopes are what the attacker twists and replays.
  const victim = new Peer(connection, { jobKey: 'victim' })
  await victim.welcome()
  const honest = honestEnvelope(victim)
  const attacker = new Peer(connection, { jobKey: 'attacker' })
  const cases = seeds(3_000)
  const warm = cases[1_000]
  let before = aggregator.cost()
  for (const seed of cases) {
    await attacker.sayBytes([...hostileMessage(randomFrom(seed), attacker, honest)])
    // The real rank is served between any hundred of the attacker's, or this does not come back.
    if (seed % 100 === 0) await Promise.all([settled(attacker), steady.served()])
    if (seed === warm) before = aggregator.cost()
  }
  const after = aggregator.cost()
  await victim.store('v', 0, params(0, 7))
  await victim.bye()
  const fare = await steady.end()
  await aggregator.told('run-finished', 2)
  expect(aggregator.of('problem')).toEqual([])
  const ends = aggregator.of('run-finished').map((one) => one.summary)
  expect(ends.map(({ logs, total }) => [logs, Number(total.dropped)]).toSorted(byFirst)).toEqual(
    [
      [7, 0],
      [fare.logs, 0],
    ].toSorted(byFirst),
  )
  const grown = (after.residentBytes - before.residentBytes) / MiB
  report('frames', {
    cases: cases.length,
    residentMiB: Math.round(after.residentBytes / MiB),
    grownMiB: Math.round(grown),
    fare,
  })
  expect(grown).toBeLessThan(96)
})

it('cuts off a peer that sends more than an envelope may hold, and no other', async () => {
  const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x'] })
  const connection = await aggregator.connection()
  const steady = new SteadyRank(connection)
  await steady.begin()
  const before = aggregator.cost()
  const peers = Array.from({ length: 5 }, () => new Peer(connection, { jobKey: 'steady' }))
  for (const peer of peers) await peer.sayBytes(Buffer.alloc(limits.envelopeBytesMax + 1, 0x91))
  const lies = new Peer(connection)
  // The largest frame there may be, made of announcements of 200,000 elements each.
  for (let n = 0; n < 3; n++)
    await lies.sayBytes(Buffer.alloc(limits.envelopeBytesMax - 1024, Buffer.from('dd00030d40', 'hex')))
  await settled(lies)
  const fare = await steady.end()
  const after = aggregator.cost()
  expect((after.residentBytes - before.residentBytes) / MiB).toBeLessThan(256)
  await aggregator.told('run-finished', 1)
  expect(aggregator.of('run-finished').map((one) => one.summary.logs)).toEqual([fare.logs])
})

it('answers each wrong kind of frame once, in words', async () => {
  const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x'] })
  const connection = await aggregator.connection()
  const malformed = new Peer(connection)
  await malformed.sayBytes(pack({ ...malformed.helloMessage(), rank: 'first' }))
  expect(await malformed.hear('refused')).toMatchObject({
    reason: 'bad-hello',
    message: 'hello: rank is missing or of a wrong type',
  })
  const newer = new Peer(connection)
  expect(await newer.hello({ version: 99 })).toMatchObject({ reason: 'version', message: /version 2/ })
  const peer = new Peer(connection)
  await peer.welcome()
  const honest = honestEnvelope(peer)
  await peer.sayBytes(encodeEnvelope({ ...honest, session: 'somebody-else' }))
  expect(await peer.hear('again')).toMatchObject({ session: 'somebody-else' })
  await peer.sayBytes(encodeEnvelope({ ...honest, attempt: 7 as never }))
  expect(await peer.hear('rejected')).toMatchObject({ retry: false, message: /another run, rank or attempt/ })
  await peer.sayBytes(pack(['a', 'b', 'c', 'd', peer.session]))
  expect(await peer.hear('rejected')).toMatchObject({ retry: false, message: 'no format' })
})

it('takes a replayed conversation of another rank for what it is: known records, or another rank’s', async () => {
  const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x', '--collect-all-processes'] })
  const connection = await aggregator.connection()
  const [first, second] = [0, 1].map((rank) => new Peer(connection, { rank, worldSize: 2 }))
  await first!.welcome()
  await second!.welcome()
  await first!.store('w', 0, params(0, 5))
  const recorded = encodeEnvelope(first!.envelope('w', 0, params(0, 5)))
  const asOwn = encodeEnvelope({ ...first!.envelope('w', 5, params(5, 5)), session: second!.session })
  for (let n = 0; n < 50; n++) {
    await second!.sayBytes(recorded)
    await second!.sayBytes(asOwn)
  }
  await second!.store('w', 0, params(100, 2))
  // Answers go to where the last frame of a session came from: the first rank speaks, and has its own again.
  await first!.store('w', 5, params(5, 1))
  await first!.bye()
  await second!.bye()
  await aggregator.told('run-finished', 1)
  const [end] = aggregator.of('run-finished')
  expect(end!.summary.ranks.map(({ rank, stored }) => [rank, stored])).toEqual([
    [0, 6],
    [1, 2],
  ])
  expect(new Graph(path.join(aggregator.saveDir, 'x_0')).violations()).toEqual([])
})

function byFirst([a = 0]: readonly number[], [b = 0]: readonly number[]): number {
  return a - b
}

/** Everything that was said before has been read: one connection keeps its order. */
async function settled(peer: Peer): Promise<void> {
  const sentUs = Math.floor(performance.now() * 1000)
  await peer.say({ kind: 'heartbeat', session: peer.session, sentUs, backlog: 0 })
  for (;;) {
    const answer = await peer.hear('pulse', 'again')
    if (answer.session === peer.session) return
  }
}
