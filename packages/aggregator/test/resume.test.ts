import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createAggregator } from '@provloom/aggregator'
import { readStoredRun } from '@provloom/rundir/internal'
import { systemClock } from '@provloom/shared'
import { Lease } from '../src/run/lease.ts'
import { AggregatorChild, build } from './support/child.ts'
import { TestHouse, readJson } from './support/house.ts'
import { params } from './support/peer.ts'

let house: TestHouse

beforeAll(build)

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

/** A run with one rank and 20 logs whose aggregator was killed. */
async function killedRun(): Promise<{ runDir: string; child: AggregatorChild }> {
  const child = new AggregatorChild({
    provenanceSaveDir: house.saveDir,
    jobKey: 'test',
    host: '127.0.0.1',
    experimentName: 'exp',
  })
  house.onClear(() => child.signal('SIGKILL'))
  const peer = house.peer(await child.connection())
  const { runDir } = await peer.welcome()
  await peer.send('w', 0, params(0, 20))
  await peer.acknowledged('w', 20)
  return { runDir, child }
}

test('a run directory that was copied away goes on there, and its original stays as it is', async () => {
  const { runDir, child } = await killedRun()
  await child.signal('SIGKILL')
  const copy = path.join(house.saveDir, 'copied')
  fs.cpSync(runDir, copy, { recursive: true })
  const aggregator = await house.started({
    provenanceSaveDir: copy,
    jobKey: 'recover',
    resume: [copy],
    holdOpen: true,
  })
  expect((await house.status('run-opened')).runDir).toBe(copy)
  expect(await aggregator.stop(30_000)).toEqual({ kind: 'drained' })
  expect((await house.status('run-finished')).summary).toMatchObject({ logs: 20, status: 'incomplete' })
  expect(readJson(path.join(copy, 'run.json'))).toMatchObject({ finished: false, status: 'incomplete' })
  expect(readStoredRun(copy).finished).toBe(false)
  expect(readStoredRun(runDir).finished).toBe(false)
  expect(fs.existsSync(path.join(runDir, 'journal'))).toBe(true)
})

test('held open, a run does not end with its last rank but when the aggregator is stopped', async () => {
  const aggregator = await house.started({ holdOpen: true })
  for (const attempt of [0, 1]) {
    const peer = house.peer(aggregator.connection, { attempt })
    await peer.welcome()
    await peer.send('w', 0, params(attempt, 1))
    await peer.acknowledged('w', 1)
    await peer.bye()
  }
  await aggregator.stop(30_000)
  expect((await house.status('run-finished')).summary).toMatchObject({ logs: 2 })
  expect(house.told.filter((one) => one.kind === 'run-finished')).toHaveLength(1)
})

test('the run of a living aggregator is refused by its lease; a copy of it, and a killed one, are free', async () => {
  const { runDir, child } = await killedRun()
  const taken = (of: string): Promise<Lease> =>
    Lease.take(of, { clock: systemClock(), version: '0', force: false, told: () => {} })
  await expect(taken(runDir)).rejects.toMatchObject({ code: 'RUN_HELD' })
  const copy = path.join(house.saveDir, 'copied')
  // It goes on writing: what it has beside its files comes and goes.
  fs.cpSync(runDir, copy, { recursive: true, filter: (name) => !name.endsWith('.tmp') })
  expect((await taken(copy)).look(true)).toBe('held')
  await child.signal('SIGKILL')
  const own = await taken(runDir)
  expect(own.look(true)).toBe('held')
  fs.renameSync(runDir, `${runDir}-moved`)
  expect(own.look(true)).toBe('removed')
})

test('a lease that no descriptor is left to read is held, unless another one has put its own in its place', () => {
  const script = path.join(import.meta.dirname, 'run/lease-at-limit.js')
  const command = ['-c', 'ulimit -n 64; exec "$@"', 'bash', process.execPath, script, house.saveDir]
  const { stdout, stderr } = spawnSync('/bin/bash', command, { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({ descriptors: true, full: 'held', taken: 'taken' })
})

test('a folder without run.json, and a run without its journal, are refused with a hint', async () => {
  expect(() => readStoredRun(house.saveDir)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }))
  const { runDir, child } = await killedRun()
  await child.signal('SIGKILL')
  fs.rmSync(path.join(runDir, 'journal'), { recursive: true })
  const aggregator = createAggregator({
    provenanceSaveDir: house.saveDir,
    jobKey: 'recover',
    host: '127.0.0.1',
    resume: [runDir],
  })
  await expect(aggregator.start()).rejects.toMatchObject({ code: 'JOURNAL_GONE' })
  await aggregator.stop(0)
  expect(fs.existsSync(path.join(runDir, 'prov.json'))).toBe(true)
})
