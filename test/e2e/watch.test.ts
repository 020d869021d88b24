import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { namesIn } from '@provloom/shared'
import { folder, startProvloom } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'
import { until } from '../support/job.ts'
import { named, works } from '../support/needs.ts'
import { rowsOf } from '../support/parquet.ts'
import type { Row } from '../support/parquet.ts'
import { site } from '../support/site.ts'
import type { Site } from '../support/site.ts'

/** A rank that ends when there is a file of its name. */
const script = `
import os, sys, time, provloom
provloom.start_run("www.example.org", "e", collect_all_processes=True)
provloom.log_metric("loss", 1.0, step=1)
while not os.path.exists(os.path.join(sys.argv[1], "end" + os.environ.get("RANK", "0"))): time.sleep(0.02)
provloom.end_run(wait=False)
`

const often = ['--sample-interval-seconds', '0.1'] as const

/** A session in its spool: what it has told of its watch, and whether it has measured its machine. */
interface Seen {
  readonly session: string
  readonly rank: number
  readonly pid: number
  readonly watch: readonly { readonly edge: string; readonly hostId: string; readonly shared: number }[]
  readonly measures: boolean
}

/** Sessions whose folders are there: records that are in the journal stay in an open segment. */
function sessionsIn(spoolRoot: string): Seen[] {
  return below(below([spoolRoot]).map((tree) => path.join(tree, 'sessions'))).flatMap((session) => {
    const [facts] = textsOf([path.join(session, 'session.json')]).map((text) => JSON.parse(text) as Facts)
    if (facts === undefined) return []
    const streams = below([path.join(session, 'streams')]).filter((one) =>
      path.basename(one).startsWith('agent-'),
    )
    const text = textsOf(below(streams)).join('')
    const told = [...text.matchAll(/\{"time":\d+,"type":"watch"[^}]*\}/g)]
    const watch = told.map(([one]) => JSON.parse(one) as Seen['watch'][number])
    const rank = Number(facts.environment.RANK ?? 0)
    return [{ session, rank, pid: facts.pid, watch, measures: text.includes('"measures":"host"') }]
  })
}

interface Facts {
  readonly pid: number
  readonly environment: { readonly RANK?: string }
}

function below(folders: readonly string[]): string[] {
  const shown = (name: string): boolean => !name.startsWith('.')
  return folders.flatMap((folder) =>
    namesIn(folder)
      .filter(shown)
      .map((name) => path.join(folder, name)),
  )
}

/** Of those that are there at this moment. */
function textsOf(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    try {
      return [fs.readFileSync(file, 'latin1')]
    } catch {
      return []
    }
  })
}

/** Resolves with the first session that holds. */
async function seen(spoolRoot: string, holds: (one: Seen) => boolean): Promise<Seen> {
  const look = (): Seen | undefined => sessionsIn(spoolRoot).find(holds)
  await until(() => look() !== undefined)
  return look() ?? seen(spoolRoot, holds)
}

const watchesNow = ({ watch, measures }: Seen): boolean => watch.at(-1)?.edge === 'start' && measures

/** Of one machine and key: by whom it was measured, one after the other. */
function turns(rows: readonly Row[], source: string): number[] {
  const own = rows.filter((row) => row.source === source).sort((a, b) => Number(a.time) - Number(b.time))
  return own.map(({ rank }) => rank).filter((rank, i, all) => rank !== all[i - 1])
}

const machinesOf = (rows: readonly Row[]): string[] => [
  ...new Set(rows.flatMap(({ source }) => (source?.startsWith('host-') === true ? [source] : []))),
]

/** An aggregator that stays until it is told to go, and ranks with an agent each, as a launcher starts them. */
class Job {
  readonly here: Site = site()
  readonly ends = folder()
  readonly #shared = ['--provenance-save-dir', this.here.saveDir, '--job-key', 'watched'] as const
  readonly #file = this.here.script('t.py', script)

  async aggregator(): Promise<Started> {
    const args = ['aggregator', ...this.#shared, '--collect-all-processes', '--exit-when-done', '--json']
    const started = startProvloom(args, { env: this.here.env })
    await started.seen(/listening/)
    return started
  }

  rank(rank: number, size: number, front: readonly string[] = []): Started {
    const [command, ...words] = front
    const args = [
      ...words,
      ...(command === undefined ? [] : ['provloom']),
      'agent',
      ...this.#shared,
      ...often,
      '--',
      'python3',
      this.#file,
      this.ends,
    ]
    return this.here.start(command ?? 'provloom', args, {
      env: { ...this.here.env, RANK: String(rank), LOCAL_RANK: String(rank), WORLD_SIZE: String(size) },
    })
  }

  /** Who watches when both ranks are in: rank 0 does so unasked where its aggregator is slow, until it is told otherwise. */
  async watcher(aggregator: Started): Promise<Seen> {
    await aggregator.seen(/"rank-admitted".*"rank-admitted"/s)
    const watching = (): readonly Seen[] => sessionsIn(this.here.spoolRoot).filter(watchesNow)
    await until(() => watching().length === 1)
    return watching()[0] ?? this.watcher(aggregator)
  }

  end(...ranks: readonly number[]): void {
    for (const rank of ranks) fs.writeFileSync(path.join(this.ends, `end${rank}`), '')
  }

  rows(): Promise<Row[]> {
    return rowsOf(onlyRun(this.here.saveDir), 'memory_bytes')
  }
}

test('of two ranks under provloom run one measures the machine, and the other one when that has ended', async () => {
  const here = site()
  const ends = folder()
  const run = here.wrapped(
    [here.script('t.py', script), ends],
    '-n',
    '2',
    '--collect-all-processes',
    ...often,
  )
  const elected = await seen(here.spoolRoot, watchesNow)
  await until(() => sessionsIn(here.spoolRoot).length === 2)
  fs.writeFileSync(path.join(ends, `end${elected.rank}`), '')
  const other = await seen(here.spoolRoot, (one) => one.session !== elected.session && watchesNow(one))
  fs.writeFileSync(path.join(ends, `end${other.rank}`), '')
  expect((await run.ended).code).toBe(0)
  const rows = await rowsOf(onlyRun(here.saveDir), 'memory_bytes')
  const [machine, ...more] = machinesOf(rows)
  expect([machine, more]).toEqual([`host-${elected.watch[0]!.hostId.slice(0, 8)}`, []])
  expect(turns(rows, machine!)).toEqual([elected.rank, other.rank])
  const graph = new Graph(onlyRun(here.saveDir))
  expect(graph.each(graph.ofType('HostWatch'), 'electedRank')).toEqual(['0', '1'])
  const measured = graph
    .labelled('memory_bytes')
    .filter((one) => one.id?.local.endsWith(`${machine!.slice(5)}.memory_bytes`) === true)
  expect(graph.each(measured, 'rows')).toEqual([
    String(rows.filter(({ source }) => source === machine).length),
  ])
  expect(new Set(rows.filter(({ source }) => source === 'worker').map(({ rank }) => rank)).size).toBe(2)
})

test('where the rank that measures the machine is killed another one goes on', async () => {
  const job = new Job()
  const aggregator = await job.aggregator()
  const agents = [job.rank(0, 2), job.rank(1, 2)]
  const { pid, rank, session } = await job.watcher(aggregator)
  const killedMs = Date.now()
  process.kill(pid, 'SIGKILL')
  await seen(job.here.spoolRoot, (one) => one.session !== session && watchesNow(one))
  job.end(1 - rank)
  for (const one of [...agents, aggregator]) await one.ended
  const rows = await job.rows()
  const behind = rows.filter(({ rank: by, time }) => by === rank || Number(time) > killedMs)
  expect(machinesOf(rows).map((one) => turns(behind, one))).toEqual([[rank, 1 - rank]])
})

test('of two trees of one machine one measures it, through a restart of their aggregator too', async () => {
  const job = new Job()
  const first = await job.aggregator()
  const agents = [job.rank(0, 2), job.rank(1, 2)]
  const { rank } = await job.watcher(first)
  const killedMs = Date.now()
  first.child.kill('SIGKILL')
  await first.ended
  const second = await job.aggregator()
  await second.seen(/"rank-admitted".*"rank-admitted"/s)
  // Whoever does not watch ends first, and would have measured by then.
  job.end(1 - rank)
  expect((await agents[1 - rank]!.ended).code).toBe(0)
  job.end(rank)
  for (const one of [...agents, second]) expect((await one.ended).code).toBe(0)
  const rows = await job.rows()
  expect(machinesOf(rows)).toHaveLength(1)
  const behind = rows.filter(({ time }) => Number(time) > killedMs)
  expect(turns(behind, machinesOf(rows)[0]!)).toEqual([rank])
})

const machine2 = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const asAnother = 'mount --bind "$BOOT" /proc/sys/kernel/random/boot_id && exec "$@"'

test.skipIf(!works('unshare', ['-m', 'true']))(
  named(
    'each of two machines is measured by a rank of its own',
    works('unshare', ['-m', 'true']),
    'no unshare',
  ),
  async () => {
    const job = new Job()
    const boot = path.join(job.ends, 'boot_id')
    fs.writeFileSync(boot, `${machine2}\n`)
    const aggregator = await job.aggregator()
    const there = ['env', `BOOT=${boot}`, 'unshare', '-m', 'sh', '-c', asAnother, 'sh']
    const agents = [job.rank(0, 2), job.rank(1, 2, there)]
    await until(() => sessionsIn(job.here.spoolRoot).filter(watchesNow).length === 2)
    job.end(0, 1)
    for (const one of [...agents, aggregator]) expect((await one.ended).code).toBe(0)
    const rows = await job.rows()
    expect(machinesOf(rows)).toContain('host-aaaaaaaa')
    const measured = new Set(machinesOf(rows).map((one) => turns(rows, one).join()))
    expect(measured).toEqual(new Set(['0', '1']))
  },
)

test('two runs at once on one machine measure it each, and tell that they share it', async () => {
  const here = site()
  const ends = [folder(), folder()]
  const file = here.script('t.py', script)
  const scripts = ends.map((one) => here.wrapped([file, one], ...often))
  await until(() => {
    const all = sessionsIn(here.spoolRoot).filter(watchesNow)
    return all.length === 2 && all.every(({ watch }) => watch.at(-1)?.shared === 2)
  })
  for (const one of ends) fs.writeFileSync(path.join(one, 'end0'), '')
  for (const one of scripts) expect((await one.ended).code).toBe(0)
  expect(fs.existsSync(path.join(here.spoolRoot, 'watching'))).toBe(false)
  for (const { runDir, graph } of here.runs()) {
    expect(machinesOf(await rowsOf(runDir, 'memory_bytes'))).toHaveLength(1)
    expect(graph.each(graph.ofType('HostWatch'), 'shared')).toEqual(['2'])
  }
})

test('a lone run that no aggregator has heard of measures its machine, once, when it is handed in', async () => {
  const here = site()
  const ends = folder()
  const args = ['agent', '--provenance-save-dir', here.saveDir, ...often, '--', 'python3']
  const agent = here.start('provloom', [...args, here.script('t.py', script), ends], { env: here.env })
  const { session, watch } = await seen(here.spoolRoot, watchesNow)
  expect(watch).toMatchObject([{ edge: 'start', shared: 1 }])
  fs.writeFileSync(path.join(ends, 'end0'), '')
  await agent.ended
  const imported = startProvloom(['import', '--provenance-save-dir', here.saveDir, session], {
    env: here.env,
  })
  expect((await imported.ended).code).toBe(0)
  const rows = await rowsOf(onlyRun(here.saveDir), 'memory_bytes')
  expect(machinesOf(rows).map((one) => turns(rows, one))).toEqual([[0]])
})
