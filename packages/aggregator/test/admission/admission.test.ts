import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunFacts } from '@provloom/rundir'
import { attemptOf, limits, mintRunId, rankOf } from '@provloom/shared'
import { TestHouse, readJson } from '../support/house.ts'
import { params, rankEnd } from '../support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

test('accepts rank 0 alone when not all processes are collected, and tells the others why', async () => {
  const { connection } = await house.started({ collectAllProcesses: false })
  const second = house.peer(connection, { rank: 1, worldSize: 2 })
  expect(await second.hello()).toMatchObject({ kind: 'refused', reason: 'not-collected' })
  expect(await second.hello()).toMatchObject({ kind: 'refused', reason: 'not-collected' })
  const first = house.peer(connection, { rank: 0, worldSize: 2 })
  await first.welcome()
  await second.gone()
  await first.bye()
  const finished = await house.status('run-finished')
  expect(finished.summary).toMatchObject({ ranksRefused: 1 })
  expect(house.told.filter((one) => one.kind === 'rank-refused')).toHaveLength(1)
})

test.each([
  { all: true, answer: { kind: 'welcome', differences: [] } },
  { all: false, answer: { kind: 'refused', reason: 'not-collected' } },
  { all: undefined, answer: { kind: 'refused', reason: 'not-collected' } },
])(
  'a rank that says nothing waits for rank 0, and takes what that has said: $all',
  async ({ all, answer }) => {
    const { connection } = await house.started()
    const second = house.peer(connection, { rank: 1 })
    await second.say(second.helloMessage())
    expect(await second.hear('later')).toMatchObject({ kind: 'later' })
    const asked = { experimentName: 'exp', ...(all === undefined ? {} : { collectAllProcesses: all }) }
    await house.peer(connection, { rank: 0, hello: { asked } }).welcome()
    expect(await second.hello()).toMatchObject(answer)
  },
)

test('a rank that asks for something else than rank 0 did is told so', async () => {
  const { connection } = await house.started()
  const asking = (rank: number, collectAllProcesses: boolean): ReturnType<TestHouse['peer']> =>
    house.peer(connection, { rank, hello: { asked: { experimentName: 'exp', collectAllProcesses } } })
  await asking(0, true).welcome()
  expect((await asking(1, false).welcome()).differences).toEqual([
    'collectAllProcesses is true in this run, not false',
  ])
  expect((await asking(2, true).welcome()).differences).toEqual([])
})

test('how a rank ended that was quiet in a run is told in that run, and in no other', async () => {
  const { connection } = await house.started({ collectAllProcesses: false })
  const peers = [0, 1].map((ordinal) => house.peer(connection, { hello: { ordinal } }))
  await peers[0]!.welcome()
  const ends = [0, 1].map((ordinal) => {
    const place = { rank: rankOf(ordinal + 1), attempt: attemptOf(0) }
    return { ...place, status: 'failed', turn: { experimentName: 'exp', ordinal } } as const
  })
  const agent = 'a'.repeat(16)
  await peers[0]!.say({ kind: 'gone', session: agent, agent, jobKey: 'job', ends })
  await peers[0]!.hear('farewell')
  await peers[1]!.welcome()
  for (const peer of peers) {
    await peer.bye()
    const { summary } = await house.status('run-finished', ({ runId }) => runId === peer.runId)
    expect(summary.problemKinds).toMatchObject([{ code: 'NOT_COLLECTED', count: 1 }])
  }
})

test('answers the heartbeats of a refused rank', async () => {
  const { connection } = await house.started({ collectAllProcesses: false })
  const peer = house.peer(connection, { rank: 1 })
  await peer.hello()
  await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: 5, backlog: 0 })
  expect(await peer.hear('pulse', 'again')).toMatchObject({ kind: 'pulse', sentUs: 5 })
})

test('accepts every rank when all processes are collected and waits for the late one', async () => {
  const { connection } = await house.started({ collectAllProcesses: true })
  const ranks = [0, 1, 2].map((rank) => house.peer(connection, { rank, worldSize: 3 }))
  for (const peer of ranks.slice(0, 2)) {
    await peer.welcome()
    await peer.store('w', params(0, 3))
    await peer.bye()
  }
  const late = await ranks[2]!.welcome()
  expect(late.runId).toBe(ranks[0]!.runId)
  await ranks[2]!.store('w', params(0, 3))
  await ranks[2]!.bye()
  const { summary } = await house.status('run-finished')
  expect(summary).toMatchObject({ logs: 9, total: { stored: 9 } })
})

test('lets its own settings win and says once what differs', async () => {
  const { connection } = await house.started({ saveAfterNLogs: 7 })
  const asked = {
    saveAfterNLogs: 50,
    collectAllProcesses: false,
    experimentName: 'exp',
    provUserNamespace: 'http://example.org/',
  }
  const peer = house.peer(connection, { hello: { asked } })
  const welcome = await peer.welcome()
  expect(welcome.differences).toEqual(['saveAfterNLogs is 7 in this run, not 50'])
  const opened = await house.status('run-opened')
  expect(opened.settings).toEqual({
    provUserNamespace: 'http://example.org/',
    experimentName: 'exp',
    collectAllProcesses: false,
    saveAfterNLogs: 7,
  })
})

test('takes what the first rank asks for when it was told nothing itself', async () => {
  const aggregator = house.aggregator({ experimentName: undefined })
  await aggregator.start()
  const asked = { experimentName: 'my run/1', collectAllProcesses: true, saveAfterNLogs: 3 }
  const welcome = await house.peer(aggregator.connection, { rank: 2, hello: { asked } }).welcome()
  expect(path.basename(welcome.runDir)).toBe('my-run-1_0')
  expect(welcome.differences).toEqual([])
})

test('refuses a rank out of range, a world without ranks and another protocol version', async () => {
  const { connection } = await house.started({ collectAllProcesses: true })
  const far = await house.peer(connection, { rank: 4, worldSize: 4 }).hello()
  expect(far).toMatchObject({
    kind: 'refused',
    reason: 'bad-hello',
    message: expect.stringContaining('0 to 3'),
  })
  const none = await house.peer(connection, { worldSize: 0 }).hello()
  expect(none).toMatchObject({ kind: 'refused', reason: 'bad-hello' })
  const newer = await house.peer(connection, { hello: { version: 3 } }).hello()
  expect(newer).toMatchObject({ kind: 'refused', reason: 'version' })
})

test('keeps two jobs apart, at the same time', async () => {
  const { connection } = await house.started({ collectAllProcesses: true })
  const jobs = ['a', 'b'].map((jobKey) =>
    [0, 1].map((rank) => house.peer(connection, { jobKey, rank, worldSize: 2 })),
  )
  await Promise.all(jobs.flat().map((peer) => peer.welcome()))
  expect(jobs[0]![0]!.runId).toBe(jobs[0]![1]!.runId)
  expect(jobs[0]![0]!.runId).not.toBe(jobs[1]![0]!.runId)
  await Promise.all(jobs.flat().map((peer, i) => peer.store('w', params(i * 10, i + 1))))
  await Promise.all(jobs.flat().map((peer) => peer.bye()))
  const ends = [await house.status('run-finished', (one) => one.runId === jobs[0]![0]!.runId)]
  ends.push(await house.status('run-finished', (one) => one.runId === jobs[1]![0]!.runId))
  expect(ends.map((one) => one.summary.logs)).toEqual([3, 7])
})

test('opens one run for ranks of one job that come at once', async () => {
  const { connection } = await house.started({ collectAllProcesses: true })
  const peers = Array.from({ length: 20 }, (_, rank) => house.peer(connection, { rank, worldSize: 20 }))
  const welcomes = await Promise.all(peers.map((peer) => peer.welcome()))
  expect(new Set(welcomes.map((one) => one.runDir))).toEqual(new Set([house.runDir()]))
})

test('opens a run under the id that the launcher gave, once', async () => {
  const { connection } = await house.started()
  const runId = mintRunId(1_700_000_000_000, new Uint8Array(10))
  const peer = house.peer(connection, { hello: { runId } })
  expect((await peer.welcome()).runId).toBe(runId)
  await peer.store('w', [rankEnd()])
  await peer.bye()
  await house.status('run-finished')
  const late = await house.peer(connection, { hello: { runId } }).hello()
  expect(late).toMatchObject({ kind: 'refused', reason: 'run-ended' })
})

test('says that a session is settled when its bye is said again after the run', async () => {
  const { connection } = await house.started()
  const peer = house.peer(connection)
  await peer.welcome()
  await peer.bye()
  await house.status('run-finished')
  await peer.say({ kind: 'bye', session: peer.session, final: true, ledger: {}, ledgerClosed: true })
  expect(await peer.hear('settled')).toMatchObject({ ended: true, missing: [] })
})

test('does not tell a rank of another one that it goes on, when that has ended in the same moment', async () => {
  const { connection } = await house.started({ collectAllProcesses: true })
  const [first, second] = [0, 1].map((rank) => house.peer(connection, { rank, worldSize: 2 }))
  await Promise.all([first!.welcome(), second!.welcome()])
  // Nobody waits for an answer: what comes first of farewell and end is the moment's.
  for (const peer of [first!, second!])
    await peer.say({ kind: 'bye', session: peer.session, final: true, ledger: {}, ledgerClosed: true })
  await Promise.all([first!.left(), second!.left()])
  expect(await first!.hear('settled')).toMatchObject({ ended: true, missing: [] })
})

test('starts another run of the same job when the first has ended', async () => {
  const { connection } = await house.started()
  for (const number of [0, 1]) {
    const peer = house.peer(connection)
    expect((await peer.welcome()).runDir).toBe(house.runDir(number))
    await peer.bye()
    await house.status('run-finished', (one) => one.runDir === house.runDir(number))
  }
  expect(readJson(path.join(house.runDir(1), 'run.json'))).toMatchObject({ number: 1 })
})

test('goes on after a rank that another attempt follows', async () => {
  const { connection } = await house.started()
  const hello = { restartsMax: 1 }
  const first = house.peer(connection, { attempt: 0, hello })
  await first.welcome()
  await first.store('w', [{ type: 'rank.end', time: 1, status: 'failed', exitCode: 1 }])
  await first.bye()
  const second = house.peer(connection, { attempt: 1, hello })
  expect((await second.welcome()).runId).toBe(first.runId)
  await second.store('w', params(0, 2))
  await second.bye()
  expect((await house.status('run-finished')).summary.logs).toBe(2)
})

test('shares what may be in flight between the ranks', async () => {
  const { connection } = await house.started({ collectAllProcesses: true })
  const lone = await house.peer(connection, { rank: 0, worldSize: 1, jobKey: 'lone' }).welcome()
  const one = await house.peer(connection, { rank: 0, worldSize: 4096, jobKey: 'many' }).welcome()
  expect(lone.creditBytes).toBe(limits.creditBytes)
  expect(one.creditBytes).toBe(limits.creditBytesMin)
  expect(lone.envelopeAgeMs).toBe(limits.envelopeAgeMs)
  expect(one.envelopeAgeMs).toBe(limits.envelopeAgeMsMax)
})

test('runs that are begun at once are all known to an aggregator that goes on after a kill', async () => {
  const { connection } = await house.started()
  const peers = ['a', 'b', 'c'].map((runName) => house.peer(connection, { hello: { runName } }))
  await Promise.all(peers.map((peer) => peer.welcome()))
  const { open } = readJson(path.join(house.saveDir, '.provloom/test/runs.json')) as { open: RunFacts[] }
  expect(open.map(({ runId }) => runId).sort()).toEqual(peers.map(({ runId }) => runId).sort())
})

test('a session that asks again while its run is being opened is let in once, and is in conflict with nobody', async () => {
  const { connection } = await house.started()
  const peer = house.peer(connection)
  for (let i = 0; i < 5; i++) await peer.say(peer.helloMessage())
  const { runId } = await peer
    .hear('welcome', 'refused')
    .then((heard) => (heard.kind === 'welcome' ? heard : { runId: undefined }))
  expect(runId).toBeDefined()
  expect(await peer.hello()).toMatchObject({ kind: 'welcome', runId })
  expect(house.told.filter(({ kind }) => kind === 'rank-admitted')).toHaveLength(1)
  expect(house.told.some(({ kind }) => kind === 'rank-refused')).toBe(false)
})
