import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { filesOf } from '@provloom/rundir'
import { limits } from '@provloom/shared'
import { ManualClock } from '../support/clock.ts'
import { TestHouse, readJson } from '../support/house.ts'
import { points, series } from '../support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

/** Time passes, and slowly enough that what is written meanwhile takes little of it: nobody is missed before all is told. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    clock.advance(250)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Until something has happened. */
async function passing<Value>(clock: ManualClock, what: Promise<Value>): Promise<Value> {
  const over = new AbortController()
  void what.then(() => over.abort())
  for (let passed = 0; !over.signal.aborted; passed += 250) {
    // No more than it should take: then the disk is waited for.
    if (passed < 45_000) clock.advance(250)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return what
}

/** Resolves when run.json holds so many logs. */
async function telling(runDir: string, clock: ManualClock, logs: number): Promise<Record<string, unknown>> {
  for (let passed = 0; ; passed += 250) {
    const now = readJson(filesOf(runDir).runJson)
    if (now['logs'] === logs) return now
    if (passed < 45_000) clock.advance(250)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('run.json tells what was logged long before the first flush of a run that logs seldom', async () => {
  const clock = new ManualClock()
  const aggregator = await house.started({ saveAfterNLogs: 100 }, { clock })
  const peer = house.peer(aggregator.connection)
  const { runDir } = await passing(clock, peer.welcome())
  await peer.store('w', [series(1, 'loss')], points(1, 0, 2))
  const { head, ledger } = await telling(runDir, clock, 2)
  expect(head).toMatchObject({ metrics: { shown: [{ key: 'loss', points: 2, lastStep: 1 }] } })
  expect(ledger).toMatchObject({ ranks: [{ rank: 0, status: 'running', lastStep: 1 }] })
  expect(house.told.filter((one) => one.kind === 'flushed' && one.logs > 0)).toEqual([])
})

test('run.json is written no sooner than headRestMs', async () => {
  const clock = new ManualClock()
  const aggregator = await house.started({ saveAfterNLogs: 1_000 }, { clock })
  const peer = house.peer(aggregator.connection)
  const { runDir } = await passing(clock, peer.welcome())
  await peer.store('w', [series(1, 'loss')], points(1, 0, 1))
  await telling(runDir, clock, 1)
  const writtenMs = clock.monotonicMs()
  await peer.store('w', [], points(1, 1, 1))
  await telling(runDir, clock, 2)
  expect(clock.monotonicMs() - writtenMs).toBeGreaterThanOrEqual(limits.headRestMs - 250)
  const look = (): bigint => fs.statSync(filesOf(runDir).runJson, { bigint: true }).mtimeNs
  // Its rows are sealed, and its rank is not heard any more: then nothing happens.
  await pass(clock, 90_000)
  const before = look()
  await pass(clock, 30_000)
  expect(look()).toBe(before)
})

test('run.json that cannot be written is told once, and written when it can be', async () => {
  const clock = new ManualClock()
  const aggregator = await house.started({ saveAfterNLogs: 1_000 }, { clock })
  const peer = house.peer(aggregator.connection)
  const { runDir } = await passing(clock, peer.welcome())
  const { runJson } = filesOf(runDir)
  await passing(clock, house.status('flushed'))
  const before = fs.readFileSync(runJson)
  fs.rmSync(runJson)
  fs.mkdirSync(path.join(runJson, 'in-the-way'), { recursive: true })
  await peer.store('w', [series(1, 'loss')], points(1, 0, 1))
  const told = await passing(
    clock,
    house.status('problem', ({ message }) => message.includes('run.json')),
  )
  expect(told.code).toBe('FILE_UNWRITABLE')
  fs.rmSync(runJson, { recursive: true })
  fs.writeFileSync(runJson, before)
  await telling(runDir, clock, 1)
  await passing(
    clock,
    house.status('problem-ended', ({ message }) => message.includes('run.json')),
  )
})
