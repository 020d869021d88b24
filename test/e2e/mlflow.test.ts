import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, provloom, repository, start } from '../support/cli.ts'
import type { Result } from '../support/cli.ts'
import { dataPath } from '../support/data.ts'
import { Graph } from '../support/graph.ts'
import { hasJudges, judgePython, named } from '../support/needs.ts'
import { rowsOf } from '../support/parquet.ts'

const replayer = path.join(repository, 'test/support/mlflow-replay.mjs')
const recordings = fs
  .readdirSync(dataPath('mlflow'))
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => dataPath(`mlflow/${name}`))

interface Ran extends Result {
  readonly saveDir: string
  readonly runs: readonly string[]
}

/** A command below `provloom run --mlflow`, in folders of its own. */
async function mlflow(
  command: readonly string[],
  more: { readonly options?: readonly string[]; readonly env?: Record<string, string> } = {},
): Promise<Ran> {
  const work = folder()
  const saveDir = path.join(work, 'prov')
  const options = ['--spool-root', path.join(work, 'spools'), '--sample-interval-seconds', '0']
  const result = await provloom(['run', '--mlflow', ...options, ...(more.options ?? []), '--', ...command], {
    cwd: work,
    ...(more.env === undefined ? {} : { env: more.env }),
  })
  const runs = fs.existsSync(saveDir)
    ? fs
        .readdirSync(saveDir)
        .filter((name) => /_\d+$/.test(name))
        .map((name) => path.join(saveDir, name))
    : []
  return { ...result, saveDir, runs }
}

/** A client in a few lines: `call` asks as MLflow's does. */
const client = `
const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, RANK } = process.env
const call = async (path, body) => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const answer = await fetch(uri + '/api/2.0/mlflow' + path, { ...init, headers: { authorization: 'Bearer ' + token } })
  return { status: answer.status, ...(await answer.json()) }
}
const begin = async (name, tags = []) => {
  const { experiment_id } = await call('/experiments/create', { name })
  return (await call('/runs/create', { experiment_id, start_time: Date.now(), tags })).run.info.run_id
}
const metric = (run_id, key, value, step) =>
  call('/runs/log-metric', { run_id, key, value, step, timestamp: Date.now() })
const end = (run_id, status = 'FINISHED') => call('/runs/update', { run_id, status, end_time: Date.now() })
`

function script(text: string): string[] {
  return [process.execPath, '--input-type=module', '-e', client + text]
}

const idOf = (runDir: string): string => {
  const { runId } = JSON.parse(fs.readFileSync(path.join(runDir, 'run.json'), 'utf8')) as { runId: string }
  return runId.replaceAll('-', '')
}

describe('what MLflow’s client 3.17.2 once said', () => {
  it(
    named(
      'is answered as its client needs it, and all of it is in the graphs: by Python’s prov and pyarrow',
      hasJudges,
      'the second half needs PROVLOOM_TEST_PYTHON, see CONTRIBUTING.md',
    ),
    async () => {
      const ran = await mlflow([process.execPath, replayer, ...recordings])
      expect(ran.code, ran.stderr).toBe(0)
      const { wrong, runs } = JSON.parse(ran.stdout) as { wrong: string[]; runs: string[] }
      expect(wrong).toEqual([])
      // One goes on after its end, and that is a run of its own.
      expect(ran.runs).toHaveLength(runs.length + 1)
      expect(ran.runs.map((run) => idOf(run))).toEqual(expect.arrayContaining(runs))
      for (const run of ran.runs) expect(new Graph(run).violations(), run).toEqual([])
      if (!hasJudges) return
      const judge = path.join(repository, 'test/support/mlflow-judge.py')
      const judged = await start(judgePython!, [judge, ran.saveDir, ...recordings]).ended
      expect(judged.code, judged.stderr).toBe(0)
      const nothing = { points: [], params: [], files: 0, datasets: [], models: [] }
      expect(JSON.parse(judged.stdout)).toEqual(nothing)
    },
    60_000,
  )
})

it('ranks of a job that do the same make one run, each with its own points, and the id that they are told is the run’s', async () => {
  const text = `
    const run = await begin('together')
    for (let step = 0; step < 50; step++) await metric(run, 'loss', Number(RANK) + step / 100, step)
    await call('/runs/log-parameter', { run_id: run, key: 'seed', value: RANK })
    await end(run)
    console.log('run ' + run)
  `
  const ran = await mlflow(script(text), { options: ['-n', '4', '--collect-all-processes'] })
  expect(ran.code, ran.stderr).toBe(0)
  expect(ran.runs).toHaveLength(1)
  const [run = ''] = ran.runs
  expect([...ran.stdout.matchAll(/^run (\w+)$/gm)].map(([, id]) => id)).toEqual(Array(4).fill(idOf(run)))
  const rows = await rowsOf(run, 'loss')
  const expected = [0, 1, 2, 3].flatMap((rank) => Array.from({ length: 50 }, (_, step) => rank + step / 100))
  expect(rows.map(({ value }) => value).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b))
  for (const { rank, value } of rows) expect(Math.floor(value)).toBe(rank)
  const graph = new Graph(run)
  expect(graph.violations()).toEqual([])
  const seeds = graph.ofType('HyperParameterSetting').filter((one) => graph.value(one, 'conflict') === 'true')
  expect(seeds).toHaveLength(4)
})

it('nested runs, and one that goes on after its end, are runs of their own that follow from theirs', async () => {
  const text = `
    const run = await begin('nested')
    const child = await begin('nested', [{ key: 'mlflow.parentRunId', value: run }])
    await metric(child, 'c', 1, 0)
    await end(child)
    await end(run, 'KILLED')
    await call('/runs/update', { run_id: run, status: 'RUNNING' })
    await metric(run, 'again', 2, 0)
    await end(run)
    console.log(JSON.stringify([run, child]))
  `
  const ran = await mlflow(script(text))
  expect(ran.code, ran.stderr).toBe(0)
  const [run = '', child = ''] = JSON.parse(ran.stdout) as string[]
  const byId = new Map(ran.runs.map((one) => [idOf(one), new Graph(one)]))
  expect(byId.size).toBe(3)
  const [, first = ''] = /^(.{8})/.exec(run) ?? []
  for (const [id, graph] of byId) {
    expect(graph.violations()).toEqual([])
    const others = graph
      .relations('wasInformedBy')
      .filter((one) => graph.ends(one).some((iri) => iri.includes(first)))
    // Its own records are all of that id.
    if (id !== run) expect(others, id === child ? 'nested' : 'resumed').toHaveLength(1)
  }
  // Nothing of it looks like ranks that nobody can tell.
  expect(ran.stderr).not.toContain('NO_RANK')
})
