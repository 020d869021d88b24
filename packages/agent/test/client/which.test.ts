import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Event } from '@provloom/shared'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { sessionFolderAt } from '../../src/session/folder.ts'
import { readLedger } from '../../src/spool/ledger.ts'
import { buildAgent } from '../support/agent-process.ts'
import { makeSpoolFolder, readSpoolStreams, sessionsOf, treeVariables } from './spool.ts'

const built = path.resolve(import.meta.dirname, '..', '..', 'dist', 'client', 'index.js')
const client = path.resolve(import.meta.dirname, '..', '..', '..', '..', 'clients', 'python')
let spool: string

beforeAll(buildAgent)
beforeEach(() => {
  spool = makeSpoolFolder()
})
afterEach(() => removeFolder(spool))

/** Runs a script with the client as `p`, and the script's own file as `self`. */
function script(body: string, env: NodeJS.ProcessEnv = {}): string {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-which-'))
  const file = path.join(work, 'train.mjs')
  const imports = `import * as p from ${JSON.stringify(built)}
import { fork } from 'node:child_process'
import cluster from 'node:cluster'
import { Worker, isMainThread } from 'node:worker_threads'
const self = ${JSON.stringify(file)}
const over = (child) => new Promise((resolve) => child.once('exit', resolve))`
  fs.writeFileSync(file, `${imports}\n${body}`)
  const done = spawnSync(process.execPath, [file], {
    env: { PATH: process.env['PATH'], PYTHONPATH: client, ...treeVariables(spool), ...env },
    encoding: 'utf8',
  })
  fs.rmSync(work, { recursive: true })
  expect(done.status, done.stderr).toBe(0)
  return done.stderr
}

interface Seen {
  readonly name: string | undefined
  readonly rank: number | undefined
  readonly by: string | undefined
  /** Values of all points, sorted. */
  readonly values: readonly number[]
  readonly status: string | undefined
  readonly problems: readonly string[]
}

/** What the ledgers of all sessions say that was dropped. */
async function drops(): Promise<string[]> {
  const all = sessionsOf(spool).map(async (folder) => {
    const streams = (await readSpoolStreams(folder)).map(({ stream }) => stream)
    return streams.flatMap((one) => Object.keys(readLedger(sessionFolderAt(folder), one)?.drops ?? {}))
  })
  return (await Promise.all(all)).flat()
}

/** What is in each session, in the order in which they were begun. */
async function sessions(): Promise<Seen[]> {
  const found: Seen[] = []
  for (const folder of sessionsOf(spool)) {
    const streams = await readSpoolStreams(folder)
    const events = streams.flatMap((stream): Event[] => [...stream.events])
    const facts = JSON.parse(fs.readFileSync(path.join(folder, 'session.json'), 'utf8')) as Record<
      string,
      unknown
    >
    const points = streams.flatMap((stream) => stream.points.map(({ value }) => value))
    found.push({
      name: facts['experimentName'] as string | undefined,
      rank: facts['rank'] as number | undefined,
      by: facts['by'] as string | undefined,
      values: points.sort((one, other) => one - other),
      status: events.flatMap((event) => (event.type === 'session.end' ? [event.status] : []))[0],
      problems: events.flatMap((event) => (event.type === 'problem' ? [event.code] : [])).sort(),
    })
  }
  return found
}

const completed = { rank: undefined, by: undefined, status: 'completed', problems: [] }

test('a startRun inside a run begins none, and its endRun ends nothing', async () => {
  script(`
    p.startRun({ experimentName: 'outer' })
    p.startRun({ experimentName: 'inner' })
    p.logMetric('m', 1)
    p.endRun({ wait: false })
    p.logMetric('m', 2)
    p.endRun({ wait: false })`)
  expect(await sessions()).toEqual([
    { ...completed, name: 'outer', values: [1, 2], problems: ['ALREADY_STARTED'] },
  ])
})

test('a startRun in the line of one that was not ended ends that one, which is incomplete', async () => {
  script(`
    for (const trial of [1, 2, 3]) {
      p.startRun({ experimentName: 't' + trial })
      try {
        p.logMetric('m', trial)
        if (trial === 2) throw new Error('diverged')
        p.endRun({ wait: false })
      } catch { continue }
    }`)
  expect(await sessions()).toEqual([
    { ...completed, name: 't1', values: [1] },
    { ...completed, name: 't2', values: [2], status: 'incomplete', problems: ['NOT_ENDED'] },
    { ...completed, name: 't3', values: [3] },
  ])
})

test('a worker thread that begins a run records into the one that is open', async () => {
  const told = script(`
    p.startRun({ experimentName: 'threads' })
    p.logMetric('m', 1)
    if (isMainThread) {
      await over(new Worker(self))
      p.logMetric('m', 2)
    }
    p.endRun({ wait: false })`)
  expect(await sessions()).toEqual([{ ...completed, name: 'threads', values: [1, 1, 2] }])
  expect(told).toContain('startRun in a worker thread: it records into the run that is open')
})

test('a worker thread that says its own rank is that rank', async () => {
  script(`
    p.startRun({ experimentName: 'ranks', rank: isMainThread ? 0 : 1, collectAllProcesses: true })
    p.logMetric('m', isMainThread ? 1 : 2)
    if (isMainThread) await over(new Worker(self))
    p.endRun({ wait: false })`)
  expect(await sessions()).toEqual([
    { ...completed, name: 'ranks', rank: 0, values: [1] },
    { ...completed, name: 'ranks', rank: 1, values: [2] },
  ])
})

const loader = `
  const served = new Promise((resolve) => process.on('message', (step) => {
    if (step === 'end') return process.disconnect()
    p.logMetric('loaded', step)
    process.send(step)
  }))`

const loading = `
  const child = fork(self, ['load'])
  const ask = (step) => new Promise((resolve) => { child.once('message', resolve); child.send(step) })
  await ask(1)`

const loaded = `
  child.send('end')
  await over(child)`

test('a child that lives through several runs records into each while it is open', async () => {
  script(`
    if (process.argv[2] === 'load') {
      ${loader}
    } else {
      p.startRun({ experimentName: 'first' })
      ${loading}
      p.endRun({ wait: false })
      p.startRun({ experimentName: 'second' })
      await ask(2)
      ${loaded}
      p.endRun({ wait: false })
    }`)
  expect(await sessions()).toEqual([
    { ...completed, name: 'first', values: [1] },
    { ...completed, name: 'second', values: [2] },
  ])
})

test('what a child logs when its run has ended is told', async () => {
  const told = script(`
    if (process.argv[2] === 'load') {
      ${loader}
    } else {
      p.startRun({ experimentName: 'first' })
      ${loading}
      p.endRun({ wait: false })
      await ask(2)
      ${loaded}
    }`)
  expect(await sessions()).toEqual([{ ...completed, name: 'first', values: [1] }])
  expect(told).toContain('this is logged after its run has ended: it is not recorded')
  expect(told).toContain('1 log of first was not recorded: 1 ended')
  expect(await drops()).toEqual([])
})

test('a child whose variables name another rank is that rank, without a startRun', async () => {
  script(`
    if (process.env.RANK === '2') p.logMetric('m', 2)
    else {
      p.startRun({ experimentName: 'spawned', collectAllProcesses: true })
      p.logMetric('m', 1)
      await over(fork(self, { env: { ...process.env, RANK: '2' } }))
      p.endRun({ wait: false })
    }`)
  expect(await sessions()).toEqual([
    { ...completed, name: 'spawned', values: [1] },
    { ...completed, name: 'spawned', by: 'rank', values: [2] },
  ])
})

test('a child that begins a run of its own has one', async () => {
  script(`
    if (process.argv[2] === 'trial') {
      p.startRun({ experimentName: 'driver' })
      p.logMetric('m', 2)
      p.endRun({ wait: false })
    } else {
      p.startRun({ experimentName: 'driver' })
      p.logMetric('m', 1)
      await over(fork(self, ['trial']))
      p.endRun({ wait: false })
    }`)
  expect(await sessions()).toEqual([
    { ...completed, name: 'driver', values: [1] },
    { ...completed, name: 'driver', values: [2] },
  ])
})

test('workers of a cluster, which run the script again, record into the run that is open', async () => {
  script(`
    p.startRun({ experimentName: 'cluster' })
    p.logMetric('m', cluster.isPrimary ? 1 : 2)
    if (cluster.isPrimary) await over(cluster.fork())
    p.endRun({ wait: false })
    if (cluster.isWorker) process.disconnect()`)
  expect(await sessions()).toEqual([{ ...completed, name: 'cluster', values: [1, 2], problems: ['HELPER'] }])
})

test('a script in Node that one in Python starts records into its run, and the other way round', async () => {
  const python = 'import provloom; provloom.log_metric("m", 2)'
  script(`
    import { execFileSync } from 'node:child_process'
    if (process.argv[2] === 'child') p.logMetric('m', 4)
    else {
      p.startRun({ experimentName: 'node' })
      p.logMetric('m', 1)
      execFileSync('python3', ['-c', ${JSON.stringify(python)}])
      p.endRun({ wait: false })
      const outer = 'import provloom, subprocess, sys; provloom.start_run(experiment_name="python"); provloom.log_metric("m", 3); '
        + 'subprocess.check_call(sys.argv[1:]); provloom.end_run(wait=False)'
      execFileSync('python3', ['-c', outer, process.execPath, self, 'child'])
    }`)
  expect(await sessions()).toMatchObject([
    { name: 'node', values: [1, 2], status: 'completed' },
    { name: 'python', values: [3, 4], status: 'completed' },
  ])
})
