import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createAggregator } from '@provloom/aggregator'
import type { Aggregator, AggregatorConfig, AggregatorStatus } from '@provloom/aggregator'
import { effort, firstSeed } from '../support/effort.ts'
import { folder, startProvloom } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { Graph } from '../support/graph.ts'
import { randomFrom } from '../support/random.ts'
import { RunningAggregator, report } from './support/aggregator.ts'
import { Peer, params, rankEnd } from './support/peer.ts'
import { SteadyRank } from './support/steady.ts'

vi.setConfig({ testTimeout: 180_000 * effort })

interface House {
  readonly aggregator: Aggregator
  readonly saveDir: string
  readonly statuses: AggregatorStatus[]
  /** Resolves when `count` runs have been finished. */
  finished(count: number): Promise<readonly Extract<AggregatorStatus, { kind: 'run-finished' }>[]>
}

async function house(config: AggregatorConfig = {}): Promise<House> {
  const saveDir = folder()
  const statuses: AggregatorStatus[] = []
  let look = (): void => {}
  const aggregator = createAggregator({
    provenanceSaveDir: saveDir,
    jobKey: 'k',
    host: '127.0.0.1',
    experimentName: 'x',
    ...config,
    onStatus: (status) => {
      statuses.push(status)
      look()
    },
  })
  onTestFinished(async () => {
    await aggregator.stop(0)
  })
  await aggregator.start()
  const ends = (): Extract<AggregatorStatus, { kind: 'run-finished' }>[] =>
    statuses.filter((one) => one.kind === 'run-finished')
  return {
    aggregator,
    saveDir,
    statuses,
    finished: (count) =>
      new Promise((resolve) => {
        look = () => {
          if (ends().length >= count) resolve(ends())
        }
        look()
      }),
  }
}

function runsIn(saveDir: string): string[] {
  return fs.readdirSync(saveDir).filter((name) => !name.startsWith('.'))
}

it('a rank that is not collected opens no run, before rank 0 came and after it went, and is counted once', async () => {
  const { aggregator, saveDir, finished } = await house({ collectAllProcesses: false })
  const peer = (rank: number): Peer => new Peer(aggregator.connection!, { rank, worldSize: 4 })
  for (const rank of [3, 1, 1]) {
    expect(await peer(rank).hello()).toMatchObject({ kind: 'refused', reason: 'not-collected' })
  }
  expect(runsIn(saveDir)).toEqual([])
  const first = peer(0)
  await first.welcome()
  expect(await peer(2).hello()).toMatchObject({ reason: 'not-collected' })
  await first.store('w', 0, params(0, 3))
  await first.bye()
  const [end] = await finished(1)
  expect(end!.summary).toMatchObject({ ranksRefused: 3, logs: 3 })
  for (const rank of [1, 2, 3]) {
    expect(await peer(rank).hello()).toMatchObject({ kind: 'refused', reason: 'not-collected' })
  }
  expect(runsIn(saveDir)).toEqual(['x_0'])
})

it('opens a run for any first rank where every rank is collected, be it its own wish', async () => {
  const { aggregator, saveDir } = await house()
  const asked = { collectAllProcesses: true }
  const peer = new Peer(aggregator.connection!, { rank: 2, worldSize: 3, hello: { asked } })
  expect((await peer.welcome()).runDir).toBe(path.join(saveDir, 'x_0'))
})

it('opens a bounded number of runs, however many jobs are named, and goes on with those it has', async () => {
  const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x'], descriptorsMax: 256 })
  const connection = await aggregator.connection()
  const steady = new SteadyRank(connection)
  await steady.begin()
  const flood = new Peer(connection)
  const before = aggregator.cost()
  const jobs = 2_000
  const answers = { welcome: 0, later: 0 }
  for (let n = 0; n < jobs; n++) {
    await flood.say(flood.helloMessage({ session: `s${n}`, jobKey: `job ${n}` }))
  }
  for (let n = 0; n < jobs; n++) answers[(await flood.hear('welcome', 'later')).kind]++
  const after = aggregator.cost()
  const fare = await steady.end()
  report('jobs', { jobs, answers, runs: aggregator.runs().length, descriptors: after.descriptors, fare })
  // There may be room in a moment: they are asked to come again.
  expect(answers).toEqual({ welcome: 47, later: jobs - 47 })
  expect(aggregator.runs()).toHaveLength(48)
  expect(after.residentBytes - before.residentBytes).toBeLessThan(128 * 1024 * 1024)
  expect(fare.logs).toBeGreaterThan(0)
})

it('makes run directories in the save directory alone, whatever an experiment is called', async () => {
  const outer = folder()
  const saveDir = path.join(outer, 'a/b/prov')
  const { aggregator } = await house({ provenanceSaveDir: saveDir, experimentName: undefined })
  const names = [
    '../../x',
    '/etc/x',
    '..',
    '.provloom',
    'a\0b',
    '~root',
    'x\n\u001b[2Jy',
    '-rf',
    'é'.repeat(300),
    'CON',
    '$(id)',
    '__proto__',
  ]
  for (const [n, experimentName] of names.entries()) {
    const peer = new Peer(aggregator.connection!, { jobKey: `j${n}`, hello: { asked: { experimentName } } })
    const { runDir } = await peer.welcome()
    expect(path.dirname(runDir)).toBe(saveDir)
    expect(path.basename(runDir)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*_\d+$/)
  }
  expect(fs.readdirSync(outer)).toEqual(['a'])
  expect(fs.readdirSync(path.join(outer, 'a'))).toEqual(['b'])
  expect(fs.readdirSync(path.join(outer, 'a/b'))).toEqual(['prov'])
  expect(runsIn(saveDir)).toHaveLength(names.length)
})

it('a rank cannot choose where its run is saved when the aggregator was told a place', async () => {
  const elsewhere = folder()
  const { aggregator, saveDir } = await house()
  const peer = new Peer(aggregator.connection!, { hello: { asked: { provenanceSaveDir: elsewhere } } })
  expect((await peer.welcome()).runDir).toBe(path.join(saveDir, 'x_0'))
  expect(fs.readdirSync(elsewhere)).toEqual([])
})

it('many launches with ranks that come late, in any order and twice: one document per job', async () => {
  const launches = Math.min(200, 40 * effort)
  const { aggregator, saveDir, finished } = await house({ collectAllProcesses: true })
  const launch = async (job: number): Promise<void> => {
    const random = randomFrom(job + firstSeed)
    const worldSize = 1 + random.below(4)
    const rank = async (number: number): Promise<void> => {
      await skew(random.below(400 * Math.min(effort, 25)))
      const peer = new Peer(aggregator.connection!, { rank: number, worldSize, jobKey: `job ${job}` })
      await peer.welcome()
      // Its connection is cut now and then: it says hello again with the same session.
      if (random.chance(0.5)) await peer.welcome()
      await skew(random.below(100))
      await peer.store('w', 0, [...params(number * 10, 5), rankEnd])
      await peer.bye()
      peer.close()
    }
    await Promise.all(Array.from({ length: worldSize }, (_, number) => rank(number)))
  }
  await Promise.all(Array.from({ length: launches }, (_, job) => launch(job)))
  const ends = await finished(launches)
  expect(runsIn(saveDir)).toHaveLength(launches)
  for (const { summary, runDir } of ends) {
    expect(summary.status).toBe('completed')
    expect(summary.logs).toBe(5 * summary.worldSize!)
    const ranks = summary.ranks.map(({ rank, stored, sent }) => [rank, stored, sent])
    expect(ranks).toEqual(Array.from({ length: summary.worldSize! }, (_, rank) => [rank, 6, 6]))
    expect(new Graph(runDir).violations()).toEqual([])
  }
})

/** Ranks start at different moments: this is what is tested, not a wait for something. */
function skew(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

const worker = `
import sys, provloom
provloom.start_run("www.example.org", "x")
provloom.log_param("who", sys.argv[1])
print(sys.argv[1], "runs", flush=True)
sys.stdin.read()
provloom.log_param("end of", sys.argv[1])
sys.exit(5)
`

it('two live agents of one rank: the second is told, its command runs on, and the graph has the first alone', async () => {
  const aggregator = new RunningAggregator({ args: ['--experiment-name', 'x', '--collect-all-processes'] })
  await aggregator.connection()
  const place = folder()
  const script = path.join(place, 'train.py')
  fs.writeFileSync(script, worker)
  const agent = (name: string, rank: number): Started => {
    const args = [
      '--connection',
      aggregator.connectionFile,
      '--job-key',
      'j',
      '--spool-root',
      path.join(place, 's'),
    ]
    const env = { RANK: `${rank}`, LOCAL_RANK: `${rank}`, WORLD_SIZE: '2' }
    return startProvloom(['agent', ...args, '--', 'python3', script, name], { talk: true, env })
  }
  const [first, other] = [agent('first', 0), agent('other', 1)]
  await first.seen(/first runs/)
  await other.seen(/other runs/)
  await aggregator.told('rank-admitted', 2)
  const second = agent('second', 0)
  await second.seen(/is held by a session on/)
  for (const one of [second, first, other]) {
    one.child.stdin!.end()
    expect((await one.ended).code).toBe(5)
  }
  await aggregator.told('run-finished', 1)
  expect(aggregator.runs()).toEqual(['x_0'])
  const [end] = aggregator.of('run-finished')
  expect(end!.summary.conflicts).toBe(1)
  const text = fs.readFileSync(path.join(aggregator.saveDir, 'x_0/prov.json'), 'utf8')
  expect(text).toContain('"first"')
  expect(text).not.toContain('"second"')
})
