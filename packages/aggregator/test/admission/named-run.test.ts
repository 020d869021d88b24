import fs from 'node:fs'
import path from 'node:path'
import { mintRunId } from '@provloom/shared'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { AggregatorChild, build } from '../support/child.ts'
import { ManualClock } from '../support/clock.ts'
import { TestHouse, readJson } from '../support/house.ts'
import { params, rankEnd } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'

const asked = { collectAllProcesses: true }

let house: TestHouse
let clock: ManualClock
const runId = mintRunId(1_700_000_000_000, new Uint8Array(10))

beforeAll(build)

beforeEach(() => {
  house = new TestHouse()
  clock = new ManualClock()
})

afterEach(() => house.clear())

/** The ids of the runs in the save directory. */
function ids(): unknown[] {
  const files = fs.readdirSync(house.saveDir).map((name) => path.join(house.saveDir, name, 'run.json'))
  return files.filter((file) => fs.existsSync(file)).map((file) => readJson(file)['runId'])
}

/** An aggregator of its own process, which opens the run. */
async function child(jobKey: string): Promise<{ process: AggregatorChild; peer: Peer }> {
  const process = new AggregatorChild({
    provenanceSaveDir: house.saveDir,
    jobKey,
    host: '127.0.0.1',
    experimentName: 'exp',
  })
  house.onClear(() => process.signal('SIGKILL'))
  return { process, peer: house.peer(await process.connection(), { jobKey, hello: { runId, asked } }) }
}

/** A session of another job, which has an aggregator of its own and the same save directory. */
async function ofAnother(rank = 0): Promise<Peer> {
  const { connection } = await house.started({ jobKey: 'another' }, { clock })
  return house.peer(connection, { jobKey: 'another', rank, hello: { runId, asked } })
}

async function logged(peer: Peer, count: number): Promise<void> {
  await peer.store('w', [...params(0, count), rankEnd()])
  await peer.bye()
}

test('a run that another job has completed is not made a second time under its id: who names it is refused, and told which it is', async () => {
  const first = await house.started()
  const peer = house.peer(first.connection, { hello: { runId } })
  await peer.welcome()
  await logged(peer, 3)
  await house.status('run-finished')
  const answer = await (await ofAnother()).hello()
  expect(answer).toMatchObject({ kind: 'refused', reason: 'run-ended' })
  expect(answer).toHaveProperty('message', expect.stringContaining(house.runDir()))
  expect(ids()).toEqual([runId])
})

test('a run that another job left and that can go on is joined where it is, and is open as long as its session speaks', async () => {
  const first = await house.started({ collectAllProcesses: true })
  const peer = house.peer(first.connection, { worldSize: 2, hello: { runId } })
  await peer.welcome()
  await peer.store('w', params(0, 3))
  await first.stop(30_000, 0)
  house.told.length = 0
  const next = await ofAnother(1)
  expect(await next.welcome()).toMatchObject({ runId, runDir: house.runDir(), attempt: 0 })
  // No agent of the job that made it is heard in all that time.
  for (let i = 0; i < 50; i++) {
    clock.advance(13_000)
    await next.say({ kind: 'heartbeat', session: next.session, sentUs: i, backlog: 0 })
    await next.hear('pulse')
  }
  expect(house.told.filter(({ kind }) => kind === 'run-ended')).toEqual([])
  expect(ids()).toEqual([runId])
})

test('a run whose aggregator was killed is joined where it is', async () => {
  const { process, peer } = await child('first')
  await peer.welcome()
  await peer.store('w', params(0, 3))
  await process.signal('SIGKILL')
  const next = await ofAnother(1)
  expect(await next.welcome()).toMatchObject({ runId, runDir: house.runDir(), attempt: 0 })
  expect(ids()).toEqual([runId])
})

test('who names a run that another process writes is told which process that is, and joins no copy of it', async () => {
  const { peer } = await child('first')
  await peer.welcome()
  const next = await ofAnother()
  for (;;) {
    await next.say(next.helloMessage())
    const later = await next.hear('later')
    if (later.tell !== true) continue
    expect(later.message).toContain(`${house.runDir()} is being written by process `)
    break
  }
  expect(ids()).toEqual([runId])
})

test('of two jobs that begin a run of one id at the same moment one does', async () => {
  const { peer } = await child('first')
  const next = await ofAnother()
  const answers = [peer, next].map(async (one) => {
    await one.say(one.helloMessage())
    return (await one.hear('welcome', 'later')).kind
  })
  expect((await Promise.all(answers)).filter((kind) => kind === 'welcome').length).toBeLessThanOrEqual(1)
  expect(ids().length).toBeLessThanOrEqual(1)
})

test('a run of an id that the save directory does not have is begun, whatever a killed aggregator has left of its beginning', async () => {
  const claim = path.join(house.saveDir, `.naming-${runId}`)
  fs.writeFileSync(claim, '')
  fs.utimesSync(claim, 1, 1)
  expect(await (await ofAnother()).welcome()).toMatchObject({ runId, attempt: 0 })
  expect(fs.existsSync(claim)).toBe(false)
})
