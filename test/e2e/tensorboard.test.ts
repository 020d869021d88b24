import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { folder, provloom, repository, start, startProvloom } from '../support/cli.ts'
import { dataPath } from '../support/data.ts'
import { Graph } from '../support/graph.ts'
import { hasJudges, hasTorchWriter, judgePython, named, tensorboardPython } from '../support/needs.ts'

const support = (name: string): string => path.join(repository, 'test/support', name)
const needs = 'needs .cache/tensorboard and PROVLOOM_TEST_PYTHON, see .ci/run'
const canJudge = hasJudges && tensorboardPython !== undefined

type Point = readonly [tag: string, step: number, us: number, bits: string]
interface Read {
  readonly points: readonly Point[]
  readonly params: Readonly<Record<string, unknown>>
  readonly files: number
}
interface Rows {
  readonly points: readonly (readonly [rank: number, context: string | null, ...Point])[]
  readonly params: readonly (readonly [string, unknown])[]
  readonly files: readonly (readonly [place: string, told: string, is: string, step: number])[]
}

async function asked<T>(python: string | undefined, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await start(python!, args).ended
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T
}

/** What TensorBoard reads of a folder's runs, by the paths of their folders from there. */
async function readByTensorboard(logs: string): Promise<Map<string, Read>> {
  const told = await asked<Record<string, Read>>(tensorboardPython, support('tensorboard-judge.py'), logs)
  return new Map(Object.entries(told).map(([place, read]) => [path.relative(logs, place), read]))
}

const rowsOf = (run: string): Promise<Rows> => asked(judgePython, support('tensorboard-rows.py'), run)

function sorted<T>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** A folder for a command, and the options that keep all in it. */
function place(): {
  readonly work: string
  readonly logs: string
  readonly options: string[]
  readonly go: string
} {
  const work = folder()
  const options = ['--spool-root', path.join(work, 'spools'), '--sample-interval-seconds', '0']
  return { work, options, logs: path.join(work, 'logs'), go: path.join(work, 'go') }
}

const runsIn = (work: string): string[] =>
  fs
    .readdirSync(path.join(work, 'prov'))
    .filter((name) => /_\d+$/.test(name))
    .sort()
    .map((name) => path.join(work, 'prov', name))

/** How far the event files are recorded, by what the agent notes of each. */
function recordedBytes(work: string): number {
  const spools = path.join(work, 'spools')
  const trees = fs.existsSync(spools) ? fs.readdirSync(spools) : []
  const notes = trees.flatMap((tree) => {
    const states = path.join(spools, tree, 'tensorboard')
    return fs.existsSync(states) ? fs.readdirSync(states).map((name) => path.join(states, name)) : []
  })
  return notes
    .filter((note) => note.endsWith('.json'))
    .map(
      (note) =>
        JSON.parse(fs.readFileSync(note, 'utf8')) as { readonly offset: number; readonly next: number },
    )
    .reduce((sum, { offset, next }) => sum + (next > 0 ? offset : 0), 0)
}

/** As the folders of the writers are called here. */
const contextOf = (run: string): string | null =>
  run === '' || /^\d+\.\d+$/.test(run) ? null : run === 'train' ? 'training' : run

const writers = [
  ['torch', 'torch.utils.tensorboard', hasTorchWriter],
  ['tensorboardX', 'tensorboardX', true],
  [`replay:${dataPath('tensorboard')}`, 'tf.summary', true],
] as const

it.skipIf(!canJudge).each(writers)(
  '%s: what it writes is recorded as TensorBoard reads it, while it is written and to its end',
  async (writer, _, isThere) => {
    if (!isThere) return
    const { work, logs, options, go } = place()
    const command = [tensorboardPython!, support('tensorboard-write.py'), writer, logs, '60', go]
    const env = { PROVLOOM_TEST_SESSION: 'both' }
    const running = startProvloom(['run', ...options, '--tensorboard', 'logs', '--', ...command], {
      cwd: work,
      env,
    })
    await expect.poll(() => recordedBytes(work), { timeout: 60_000 }).toBeGreaterThan(100)
    fs.writeFileSync(go, '')
    const { code, stderr } = await running.ended
    expect(code, stderr).toBe(0)
    const [run = '', ...others] = runsIn(work)
    expect(others).toEqual([])
    expect(new Graph(run).violations()).toEqual([])
    const read = await readByTensorboard(logs)
    const rows = await rowsOf(run)
    const expected = [...read].flatMap(([of, { points }]) => points.map((one) => [0, contextOf(of), ...one]))
    expect(sorted(rows.points)).toEqual(sorted(expected))
    const params = [...read.values()].flatMap((one) => Object.entries(one.params))
    const kept = rows.params.filter(([name]) => name !== 'hparam_metrics')
    expect(sorted(kept.map(([name, value]) => [name, String(value).toLowerCase()]))).toEqual(
      sorted(params.map(([name, value]) => [name, String(value).toLowerCase()])),
    )
    // Each a file in the run, as its checksum says.
    expect(rows.files).toHaveLength([...read.values()].reduce((sum, { files }) => sum + files, 0))
    for (const [file, told, is] of rows.files) expect(told, file).toBe(is)
  },
  120_000,
)

it.skipIf(!canJudge)(
  named('four ranks that write into one folder have each its own values', canJudge, needs),
  async () => {
    const { work, logs, options } = place()
    // Without a session of theirs: one is begun for each.
    const command = [
      tensorboardPython!,
      support('tensorboard-write.py'),
      hasTorchWriter ? 'torch' : 'tensorboardX',
      logs,
    ]
    const ran = await provloom(
      ['run', '-n', '4', '--collect-all-processes', ...options, '--tensorboard', 'logs', '--', ...command],
      { cwd: work },
    )
    expect(ran.code, ran.stderr).toBe(0)
    const [run = '', ...others] = runsIn(work)
    expect(others).toEqual([])
    expect(new Graph(run).violations()).toEqual([])
    const { points } = await rowsOf(run)
    const losses = points.filter(([, , key]) => key === 'loss')
    expect(losses).toHaveLength(4 * 40)
    for (const [rank, , , step, , bits] of losses)
      expect(Buffer.from(bits, 'hex').readDoubleLE()).toBe(Math.fround(1 / (step + 1) + rank))
    const read = [...(await readByTensorboard(logs)).values()].flatMap((one) => one.points)
    expect(sorted(points.map(([, , ...point]) => point))).toEqual(sorted(read))
  },
  120_000,
)

const canRank = canJudge && hasTorchWriter

it.skipIf(!canRank)(
  named('ranks below one agent that begin no session make one run, each with its own values', canRank, needs),
  async () => {
    const { work, options } = place()
    const script = path.join(work, 'launch.sh')
    const write = `${tensorboardPython} ${support('tensorboard-write.py')} torch logs`
    const started = [0, 1].map((n) => `RANK=${n} ${write} & p${n}=$!`).join('\n')
    fs.writeFileSync(
      script,
      `export WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=29517\n${started}\nwait $p0 && wait $p1\n`,
    )
    const flags = ['--collect-all-processes', '--tensorboard', 'logs']
    const ran = await provloom(['run', ...options, ...flags, '--', 'sh', script], { cwd: work })
    expect(ran.code, ran.stderr).toBe(0)
    const [run = '', ...others] = runsIn(work)
    expect(others).toEqual([])
    const { status } = JSON.parse(fs.readFileSync(path.join(run, 'run.json'), 'utf8')) as { status: string }
    expect(status).toBe('completed')
    const losses = (await rowsOf(run)).points.filter(([, , key]) => key === 'loss')
    expect(losses).toHaveLength(2 * 40)
    for (const [rank, , , step, , bits] of losses)
      expect(Buffer.from(bits, 'hex').readDoubleLE()).toBe(Math.fround(1 / (step + 1) + rank))
  },
  120_000,
)

it.skipIf(!canJudge)(
  named(
    'an agent that is killed in the middle loses nothing and doubles nothing: the next goes on',
    canJudge,
    needs,
  ),
  async () => {
    const { work, logs, options, go } = place()
    const command = [tensorboardPython!, support('tensorboard-write.py'), 'tensorboardX', logs, '400', go]
    const saved = ['--provenance-save-dir', path.join(work, 'prov'), '--tensorboard', logs]
    const env = { PROVLOOM_TEST_SESSION: 'open' }
    const first = startProvloom(['agent', '--with-aggregator', ...options, ...saved, '--', ...command], {
      cwd: work,
      env,
    })
    await expect.poll(() => recordedBytes(work), { timeout: 60_000 }).toBeGreaterThan(1_000)
    first.child.kill('SIGKILL')
    fs.writeFileSync(go, '')
    // The command has its streams, and writes on without any agent.
    await first.ended
    const [tree = ''] = fs.readdirSync(path.join(work, 'spools')).filter((name) => name.startsWith('local-'))
    const second = await provloom(['agent', '--tree', path.join(work, 'spools', tree), ...saved], {
      cwd: work,
    })
    expect(second.code, second.stderr).toBe(0)
    const [run = ''] = runsIn(work)
    await expect
      .poll(() => fs.readFileSync(path.join(run, 'run.json'), 'utf8'), { timeout: 30_000 })
      .toContain('"finished": true')
    const read = [...(await readByTensorboard(logs)).values()].flatMap((one) => one.points)
    const { points } = await rowsOf(run)
    expect(read.length).toBeGreaterThan(800)
    expect(sorted(points.map(([, , ...point]) => point))).toEqual(sorted(read))
  },
  120_000,
)

it.skipIf(!canJudge)(
  named('what is written behind end_run is a run of its own, which follows from the first', canJudge, needs),
  async () => {
    const { work, logs, options, go } = place()
    const command = [tensorboardPython!, support('tensorboard-write.py'), 'tensorboardX', logs, '40', go]
    fs.writeFileSync(go, '')
    const env = { PROVLOOM_TEST_SESSION: 'late' }
    const ran = await provloom(['run', ...options, '--tensorboard', 'logs', '--', ...command], {
      cwd: work,
      env,
    })
    expect(ran.code, ran.stderr).toBe(0)
    const [first = '', second = '', ...others] = runsIn(work)
    expect(others).toEqual([])
    expect(ran.stderr).toContain('close it before end_run')
    const idOf = (run: string): string =>
      (JSON.parse(fs.readFileSync(path.join(run, 'run.json'), 'utf8')) as { runId: string }).runId
    const informed = new Graph(second)
      .relations('wasInformedBy')
      .filter((one) => JSON.stringify(one).includes(idOf(first)))
    expect(informed).toHaveLength(1)
    const all = [...(await rowsOf(first)).points, ...(await rowsOf(second)).points]
    const read = [...(await readByTensorboard(logs)).values()].flatMap((one) => one.points)
    expect(sorted(all.map(([, , ...point]) => point))).toEqual(sorted(read))
  },
  120_000,
)

it.skipIf(!canJudge)(
  named('with --disable-tensorboard nothing of them is recorded', canJudge, needs),
  async () => {
    const { work, logs, options } = place()
    const command = [tensorboardPython!, support('tensorboard-write.py'), 'tensorboardX', logs]
    const flags = ['--tensorboard', 'logs', '--disable-tensorboard']
    const ran = await provloom(['run', ...options, ...flags, '--', ...command], { cwd: work })
    expect(ran.code, ran.stderr).toBe(0)
    expect(fs.readFileSync(path.join(runsIn(work)[0]!, 'prov.json'), 'utf8')).not.toMatch(
      /"provloom:source": ?"tensorboard"/,
    )
  },
  120_000,
)
