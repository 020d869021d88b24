import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../support/clock.ts'
import { Disk } from '../support/disk.ts'
import { TestHouse, readJson } from '../support/house.ts'
import { rankEnd, rankStart, sessionStart } from '../support/peer.ts'
import { SlowDisk } from '../support/slow-disk.ts'
import type { Connection } from '@provloom/shared'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

/** One rank of two has a session that ends well, and its agent goes. */
async function session(connection: Connection | undefined, rank: number, ordinal = 0): Promise<string> {
  const peer = house.peer(connection, { rank, worldSize: 2, hello: { ordinal } })
  const { runDir } = await peer.welcome()
  await peer.store('w', [rankStart(), rankEnd()])
  await peer.bye()
  return path.basename(runDir)
}

const runJson = (number: number): Record<string, unknown> =>
  readJson(path.join(house.runDir(number), 'run.json'))

/** What the graph says of the run as a whole. */
function runFacts(number: number): Record<string, unknown> {
  const { activity } = readJson(path.join(house.runDir(number), 'prov.json')) as {
    activity: Record<string, Record<string, unknown>>
  }
  return Object.values(activity).find((facts) => 'provloom:worldSize' in facts) ?? {}
}

test.each([
  ['its aggregator is stopped, as under provloom run', true],
  ['a minute has passed, as by agents', false],
])(
  'a rank of the known world that had a run before and none now is elsewhere, and is told apart: %s',
  async (_how, stopped) => {
    const clock = new ManualClock()
    const aggregator = await house.started({ collectAllProcesses: true }, { clock })
    const { connection } = aggregator
    const both = [0, 1].map((rank) => house.peer(connection, { rank, worldSize: 2 }))
    for (const peer of both) await peer.welcome()
    for (const peer of both) {
      const sending = peer.store('w', [sessionStart(), rankStart(), rankEnd()])
      await clock.passing(sending)
      await peer.bye()
    }
    const alone = house.peer(connection, { rank: 1, worldSize: 2, hello: { ordinal: 1 } })
    await alone.welcome()
    await clock.passing(alone.store('w', [sessionStart(), rankStart(), rankEnd()]))
    await alone.bye()
    if (stopped) await aggregator.stop(30_000, 0)
    else await clock.passing(house.status('run-finished', ({ runDir }) => runDir === house.runDir(1)))
    expect(runJson(1)).toMatchObject({
      status: 'completed',
      ledger: { absent: [] },
      problemKinds: [{ code: 'RANKS_APART', count: 1 }],
    })
    expect(runFacts(1)).toMatchObject({ 'provloom:elsewhereRank': 0 })
    expect(JSON.stringify(runFacts(1))).toContain('rank 1 has this run and rank 0 has not')
    expect(runJson(0)).toMatchObject({ status: 'completed', problems: 0 })
  },
)

test('a rank of the known world that nobody ever was is absent, also of a run that is stopped', async () => {
  const aggregator = await house.started({ collectAllProcesses: true })
  await session(aggregator.connection, 0)
  await aggregator.stop(30_000, 0)
  expect(runJson(0)).toMatchObject({
    status: 'incomplete',
    ledger: { absent: [1] },
    problemKinds: [{ code: 'RANKS_ABSENT', count: 1 }],
  })
})

test('a run to which nothing is added keeps what was known of it, and a new one of its job says who is absent', async () => {
  const first = await house.started({ collectAllProcesses: true })
  await session(first.connection, 0)
  await first.stop(30_000, 0)
  const before = runJson(0)
  const second = await house.started({
    jobKey: 'import',
    collectAllProcesses: true,
    resume: [house.runDir()],
    holdOpen: true,
  })
  expect(await session(second.connection, 0)).toBe('exp_1')
  await second.stop(30_000, 0)
  const { status, problemKinds, startTime, endTime } = before
  expect(runJson(0)).toMatchObject({ status, problemKinds, startTime, endTime, ledger: { absent: [1] } })
  expect(runFacts(0)).toMatchObject({ 'provloom:absentRank': 1 })
  expect(runJson(1)).toMatchObject({ status: 'incomplete', ledger: { absent: [1] } })
})

test('who was absent and comes is absent no more', async () => {
  const first = await house.started({ collectAllProcesses: true })
  await session(first.connection, 0)
  await first.stop(30_000, 0)
  const second = await house.started({
    jobKey: 'import',
    collectAllProcesses: true,
    resume: [house.runDir()],
    holdOpen: true,
  })
  expect(await session(second.connection, 1)).toBe('exp_0')
  await second.stop(30_000, 0)
  expect(runJson(0)).toMatchObject({ status: 'completed', problems: 0, ledger: { absent: [] } })
})

test('a run ends as soon as what was on its way into its journal is there, and no time need pass for it', async () => {
  const files = new SlowDisk()
  const { connection } = await house.started({}, { files, clock: new ManualClock() })
  const peer = house.peer(connection)
  await peer.welcome()
  await peer.store('w', [rankEnd()])
  /** Stops the next sync. */
  const hold = (): { reached: Promise<void>; letGo: () => void } => {
    let letGo = (): void => {}
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const reached = new Promise<void>((resolve) => {
      files.beforeSync = () => {
        files.beforeSync = () => Promise.resolve()
        resolve()
        return held
      }
    })
    return { reached, letGo }
  }
  const first = hold()
  await peer.say({ kind: 'bye', session: peer.session, final: true, ledger: {}, ledgerClosed: true })
  await first.reached
  const second = hold()
  await peer.say({ kind: 'retired', session: peer.session, ledger: {} })
  await peer.say({ kind: 'heartbeat', session: peer.session, sentUs: 1, backlog: 0 })
  await peer.hear('pulse')
  first.letGo()
  await peer.hear('farewell')
  await second.reached
  expect(house.told.filter(({ kind }) => kind === 'run-ended')).toEqual([])
  second.letGo()
  expect((await house.status('run-ended')).summary).toMatchObject({ status: 'completed' })
})

/** Folders that somebody else has open, on a network file system: they cannot be removed. */
class BusyDisk extends Disk {
  busy = true

  override removeFolder(folder: string): Promise<void> {
    if (!this.busy) return super.removeFolder(folder)
    return Promise.reject(Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' }))
  }
}

test('a run whose journal cannot be removed has ended on disk, is told, and is closed as soon as it can be', async () => {
  const files = new BusyDisk()
  const clock = new ManualClock()
  const { connection } = await house.started({}, { files, clock })
  const peer = house.peer(connection)
  const { runDir } = await peer.welcome()
  await peer.store('w', [rankStart(), rankEnd()])
  await peer.bye()
  const problem = await clock.passing(house.status('problem'))
  expect(problem).toMatchObject({ code: 'FILE_UNWRITABLE', message: 'EBUSY: resource busy or locked' })
  expect(runJson(0)).toMatchObject({ status: 'completed' })
  expect(fs.existsSync(path.join(runDir, 'journal'))).toBe(true)
  files.busy = false
  await clock.passing(house.status('run-finished'))
  expect(house.told.map(({ kind }) => kind)).toContain('problem-ended')
  expect(fs.existsSync(path.join(runDir, 'journal'))).toBe(false)
})

test('who comes while the last of a run is being recorded asks again, and its run goes on for it', async () => {
  const files = new SlowDisk()
  const clock = new ManualClock()
  const { connection } = await house.started({ collectAllProcesses: true }, { files, clock })
  await session(connection, 0)
  let letGo = (): void => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const absent = new Promise<void>((resolve) => {
    files.beforeSync = () => {
      resolve()
      return held
    }
  })
  await clock.passing(absent)
  const late = house.peer(connection, { rank: 1, worldSize: 2 })
  await late.say(late.helloMessage())
  expect(await late.hear('later', 'welcome')).toMatchObject({ kind: 'later' })
  files.beforeSync = () => Promise.resolve()
  letGo()
  await late.welcome()
  await late.store('w', [rankStart(), rankEnd()])
  await late.bye()
  await clock.passing(house.status('run-finished'))
  expect(runJson(0)).toMatchObject({ status: 'completed', ledger: { absent: [] } })
})
