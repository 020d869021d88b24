import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Connection } from '@provloom/shared'
import { limits } from '@provloom/shared'
import { AggregatorChild, build } from '../support/child.ts'
import { ManualClock } from '../support/clock.ts'
import { TestHouse } from '../support/house.ts'
import type { Peer, PeerOptions } from '../support/peer.ts'
import { params } from '../support/peer.ts'

let house: TestHouse
let clock: ManualClock

beforeEach(() => {
  house = new TestHouse()
  clock = new ManualClock()
})

afterEach(() => house.clear())

const { lostAfterMs } = limits

function rankOn(
  connection: Connection | undefined,
  rank: number,
  hostId = 'node-a',
  more: PeerOptions['hello'] = {},
): Peer {
  return house.peer(connection, { rank, worldSize: 4, hello: { hostId, watches: 'can', ...more } })
}

/** Whether a session is told by the pulse that it watches its machine. */
async function watches(peer: Peer, closing = false): Promise<boolean> {
  const { session } = peer
  await peer.say({ kind: 'heartbeat', session, sentUs: 1, backlog: 0, ...(closing ? { closing } : {}) })
  return (await peer.hear('pulse')).watch === true
}

test('of the sessions of a run on one machine the first watches it, and the next that is heard when that has ended', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const [first, second, third] = [0, 1, 2].map((rank) => rankOn(connection, rank))
  expect((await first!.welcome()).watch).toBe(true)
  expect((await second!.welcome()).watch).toBeUndefined()
  expect((await third!.welcome()).watch).toBeUndefined()
  expect([await watches(third!), await watches(first!), await watches(second!)]).toEqual([false, true, false])
  await first!.bye()
  expect([await watches(third!), await watches(second!)]).toEqual([true, false])
})

test('a session that is closing hands the machine on, though what is left of it takes its time', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const [first, second] = [rankOn(connection, 0), rankOn(connection, 1)]
  await first.welcome()
  await second.welcome()
  expect(await watches(first, true)).toBe(false)
  expect([await watches(second), await watches(first)]).toEqual([true, false])
})

test('who watches already, because nobody had answered yet, goes on, though another one is let in first', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const [first, second, third] = [
    rankOn(connection, 1),
    rankOn(connection, 0, 'node-a', { watches: 'began' }),
    rankOn(connection, 2, 'node-a', { watches: 'began' }),
  ]
  expect((await first.welcome()).watch).toBe(true)
  expect((await second.welcome()).watch).toBe(true)
  expect((await third.welcome()).watch).toBeUndefined()
  expect([await watches(first), await watches(second), await watches(third)]).toEqual([false, true, false])
})

test('who is to take over is told half a second after the one before it is closing, and nobody of a run that ends as a whole', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const [first, second, third] = [0, 1, 2].map((rank) => rankOn(connection, rank))
  for (const one of [first, second, third]) await one!.welcome()
  expect(await watches(first!, true)).toBe(false)
  expect(await watches(third!, true)).toBe(false)
  clock.advance(500)
  expect(await second!.hear('pulse')).toMatchObject({ sentUs: 0, watch: true })
})

test('machines are told apart by their boot ids, and each is watched by one', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const all = [rankOn(connection, 0, 'a'), rankOn(connection, 1, 'b'), rankOn(connection, 2, 'b')]
  for (const one of all) await one.welcome()
  const told = []
  for (const one of all) told.push(await watches(one))
  expect(told).toEqual([true, true, false])
})

test('two runs of one machine are watched each', async () => {
  const { connection } = await house.started({}, { clock })
  const all = ['one', 'two'].map((runName) =>
    house.peer(connection, { hello: { hostId: 'a', watches: 'can', runName } }),
  )
  for (const one of all) expect((await one.welcome()).watch).toBe(true)
  expect([await watches(all[0]!), await watches(all[1]!)]).toEqual([true, true])
})

test('nobody is asked to watch who has not said that it can', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const [deaf, able] = [
    house.peer(connection, { rank: 0, hello: { hostId: 'node-a' } }),
    rankOn(connection, 1),
  ]
  expect((await deaf.welcome()).watch).toBeUndefined()
  expect((await able.welcome()).watch).toBe(true)
  expect(await watches(deaf)).toBe(false)
})

test('a machine whose watcher has fallen silent is another’s once that is lost, and stays so when it comes back', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const [silent, other] = [rankOn(connection, 0), rankOn(connection, 1)]
  await silent.welcome()
  await other.welcome()
  clock.advance(lostAfterMs - 1_000)
  expect(await watches(other)).toBe(false)
  clock.advance(2_000)
  await house.status('rank-lost')
  // What is on its way into the journal is there first.
  await other.store('w', params(0, 1))
  expect(await watches(other)).toBe(true)
  expect((await silent.welcome()).watch).toBeUndefined()
  expect([await watches(silent), await watches(other)]).toEqual([false, true])
})

test.each(['bye', 'gone'] as const)(
  'a session whose agent leaves it to another (%s) watches no longer, and may again when that one asks',
  async (said) => {
    const { connection } = await house.started({ collectAllProcesses: true }, { clock })
    const [left, other] = [rankOn(connection, 0), rankOn(connection, 1)]
    await left.welcome()
    await other.welcome()
    const { session } = left
    if (said === 'gone') await left.gone()
    else {
      await left.say({ kind: 'bye', session, final: false, ledger: {}, ledgerClosed: false })
      await left.hear('farewell')
    }
    expect(await watches(other)).toBe(true)
    expect((await left.welcome()).watch).toBeUndefined()
    await other.bye()
    expect(await watches(left)).toBe(true)
  },
)

test('a session whose agent was killed watches on under the next one', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const [killed, other] = [rankOn(connection, 0), rankOn(connection, 1)]
  await killed.welcome()
  await other.welcome()
  const { session } = killed
  killed.close()
  const hello = { hostId: 'node-a', watches: 'can' as const, agent: 'another' }
  const next = house.peer(connection, { rank: 0, worldSize: 4, session, hello })
  expect((await next.welcome()).watch).toBe(true)
  expect([await watches(other), await watches(next)]).toEqual([false, true])
})

test('a session that was given up with what is kept of it watches no longer', async () => {
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const [kept, other] = [rankOn(connection, 0), rankOn(connection, 1)]
  await kept.welcome()
  await other.welcome()
  const about = { session: kept.session, final: false, ledger: {}, ledgerClosed: false }
  await kept.say({ kind: 'bye', ...about, kept: { records: 1, folder: '/s', reason: 'r' } })
  await kept.hear('farewell')
  expect(await watches(other)).toBe(true)
})

/** An aggregator that was killed, in whose run two ranks of one machine are, and the next one. */
async function restarted(): Promise<{ readonly watching: Peer; readonly other: Peer }> {
  build()
  const config = {
    provenanceSaveDir: house.saveDir,
    jobKey: 'test',
    host: '127.0.0.1',
    experimentName: 'exp',
  }
  const before = new AggregatorChild({ ...config, collectAllProcesses: true })
  house.onClear(() => before.signal('SIGKILL'))
  const found = await before.connection()
  const [first, second] = [rankOn(found, 0), rankOn(found, 1)]
  expect((await first.welcome()).watch).toBe(true)
  await second.welcome()
  await before.signal('SIGKILL')
  const { connection } = await house.started({ collectAllProcesses: true }, { clock })
  const again = (rank: number, session: string, watches: 'can' | 'does'): Peer =>
    house.peer(connection, { rank, worldSize: 4, session, hello: { hostId: 'node-a', watches } })
  return { watching: again(0, first.session, 'does'), other: again(1, second.session, 'can') }
}

test('who watched before a restart of the aggregator goes on, though another one of the machine is heard first', async () => {
  const { watching, other } = await restarted()
  expect((await other.welcome()).watch).toBeUndefined()
  expect((await watching.welcome()).watch).toBe(true)
  expect([await watches(other), await watches(watching)]).toEqual([false, true])
})

test('who watched before a restart and is not heard for long watches no longer, and comes back to a machine that is another’s', async () => {
  const { watching, other } = await restarted()
  await other.welcome()
  clock.advance(lostAfterMs - 1_000)
  expect(await watches(other)).toBe(false)
  clock.advance(1_000)
  expect(await watches(other)).toBe(true)
  expect((await watching.welcome()).watch).toBeUndefined()
})
