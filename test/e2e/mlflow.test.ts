import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, repository, start } from '../support/cli.ts'
import { dataPath } from '../support/data.ts'
import { Graph } from '../support/graph.ts'
import { client, mlflow, script } from '../support/mlflow-job.ts'
import { hasJudges, hasMlflow, judgePython, named } from '../support/needs.ts'
import { rowsOf } from '../support/parquet.ts'

const replayer = path.join(repository, 'test/support/mlflow-replay.mjs')
const recordings = fs
  .readdirSync(dataPath('mlflow'))
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => dataPath(`mlflow/${name}`))

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

it('ranks below one agent, as torchrun starts them, make one run, and each reads what it has said itself', async () => {
  const text = `
    const run = await begin('below')
    await call('/runs/log-parameter', { run_id: run, key: 'seed', value: RANK })
    await metric(run, 'rank', Number(RANK), 0)
    const { params } = (await call('/runs/get?run_id=' + run)).run.data
    if (params.length !== 1 || params[0].value !== RANK) process.exit(9)
    await end(run)
    console.log('run ' + run)
  `
  const rank = folder()
  const file = path.join(rank, 'rank.mjs')
  fs.writeFileSync(file, client + text)
  const started = [0, 1, 2].map((n) => `RANK=${n} ${process.execPath} ${file} & p${n}=$!`).join('\n')
  const shell = `export WORLD_SIZE=3 MASTER_ADDR=127.0.0.1 MASTER_PORT=29517\n${started}\nwait $p0 && wait $p1 && wait $p2`
  const ran = await mlflow(['sh', '-c', shell], { options: ['--collect-all-processes'] })
  expect(ran.code, ran.stderr).toBe(0)
  expect(ran.stderr).not.toContain('PARAM_CHANGED')
  expect(ran.runs).toHaveLength(1)
  const rows = await rowsOf(ran.runs[0]!, 'rank')
  expect(rows.map((one) => [one.rank, one.value]).sort(([a = 0], [b = 0]) => a - b)).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ])
})

it('the next job goes on with a run that MLFLOW_RUN_ID names: a run that follows from it, one to its script', async () => {
  const first = await mlflow(
    script(`
      const run = await begin('named')
      await call('/runs/log-parameter', { run_id: run, key: 'lr', value: '0.1' })
      await call('/runs/set-tag', { run_id: run, key: 'team', value: 'blue' })
      await metric(run, 'loss', 0.5, 7)
      await end(run)
      console.log(run)
    `),
  )
  expect(first.code, first.stderr).toBe(0)
  const id = first.stdout.trim()
  const second = await mlflow(
    script(`
      const run = process.env.MLFLOW_RUN_ID
      const { data, info } = (await call('/runs/get?run_id=' + run)).run
      await call('/runs/update', { run_id: run, status: 'RUNNING' })
      await metric(run, 'loss', 0.25, 8)
      await end(run)
      console.log(JSON.stringify({ data, status: info.status, unknown: (await call('/runs/get?run_id=' + '0'.repeat(32))).status }))
    `),
    { env: { MLFLOW_RUN_ID: id, PROVLOOM_PROVENANCE_SAVE_DIR: first.saveDir } },
  )
  expect(second.code, second.stderr).toBe(0)
  expect(JSON.parse(second.stdout)).toMatchObject({
    data: {
      params: [{ key: 'lr', value: '0.1' }],
      metrics: [{ key: 'loss', value: 0.5, step: 7 }],
      tags: expect.arrayContaining([{ key: 'team', value: 'blue' }]) as unknown,
    },
    status: 'FINISHED',
    unknown: 404,
  })
  const runs = fs.readdirSync(first.saveDir).filter((name) => name.startsWith('named_'))
  expect(runs.sort()).toEqual(['named_0', 'named_1'])
  const next = new Graph(path.join(first.saveDir, 'named_1'))
  expect(next.labelled('the run before').map((one) => next.value(one, 'runId')?.replaceAll('-', ''))).toEqual(
    [id],
  )
})

it('an aggregator that is killed in the middle costs the script nothing, and its exit code is its own', async () => {
  const text = `
    import fs from 'node:fs'
    const run = await begin('killed')
    for (let step = 0; step < 40; step++) {
      await metric(run, 'x', step, step)
      if (step !== 20) continue
      for (const pid of fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name))) {
        let [words, at] = ['', '']
        try { words = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8'); at = fs.readlinkSync('/proc/' + pid + '/cwd') } catch {}
        if (words.includes('\\0aggregator\\0') && at === process.cwd()) process.kill(Number(pid), 'SIGKILL')
      }
    }
    await end(run)
    process.exitCode = 7
  `
  const ran = await mlflow(script(text))
  expect(ran.code, ran.stderr).toBe(7)
  expect(ran.stderr).toContain('killed (SIGKILL)')
  const steps = (await rowsOf(ran.runs[0]!, 'x')).map(({ value }) => value)
  expect(steps.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, step) => step))
})

it('the token is in no record', async () => {
  const ran = await mlflow(script(`await end(await begin('token')); console.log(token)`))
  const token = ran.stdout.trim()
  expect(token).toMatch(/^[0-9a-f]{32}$/)
  const files = fs.readdirSync(path.dirname(ran.saveDir), { recursive: true, withFileTypes: true })
  for (const one of files.filter((entry) => entry.isFile())) {
    const file = path.join(one.parentPath, one.name)
    expect(fs.readFileSync(file).includes(token), file).toBe(false)
  }
})

const training = `
import mlflow, sys
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
mlflow.set_experiment("sk")
mlflow.sklearn.autolog()
X, y = load_iris(return_X_y=True, as_frame=True)
with mlflow.start_run(run_name="fit") as run:
    model = LogisticRegression(max_iter=200).fit(X, y)
    predicted = model.predict(X)
    mlflow.log_text("a note", "notes/note.txt")
    mlflow.sklearn.log_model(model, "extra", registered_model_name="iris")
loaded = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/extra")
assert (loaded.predict(X) == predicted).all()
found = mlflow.search_runs(filter_string="params.max_iter = '200' and metrics.training_score > 0.5")
assert list(found["run_id"]) == [run.info.run_id], found
sys.exit(5)
`

it.skipIf(!hasMlflow)(
  named(
    'the real client: scikit-learn’s autologging, models that are loaded again, a registered one, searches',
    hasMlflow,
    'needs mlflow and sklearn in PROVLOOM_TEST_PYTHON',
  ),
  async () => {
    const file = path.join(folder(), 'fit.py')
    fs.writeFileSync(file, training)
    const ran = await mlflow([judgePython!, file])
    expect(ran.code, ran.stderr).toBe(5)
    // Autologging names the data that the loaded model saw behind the run's end: that is a run of its own, which follows.
    const [run = ''] = ran.runs.toSorted()
    expect(ran.runs.map((one) => path.basename(one).replace(/\d+$/, ''))).toEqual(ran.runs.map(() => 'sk_'))
    const graph = new Graph(run)
    expect(graph.violations()).toEqual([])
    const model = graph.labelled('extra').find((one) => graph.values(one, 'type').includes('Model'))
    expect(graph.values(model!, 'flavor')).toEqual(['python_function', 'sklearn'])
    const note = graph.labelled('notes/note.txt')[0]!
    expect(fs.readFileSync(path.join(run, graph.value(note, 'location')!), 'utf8')).toBe('a note')
    expect(graph.each(graph.ofType('Dataset'), 'split')).toContain('train')
    expect((await rowsOf(run, 'training_score')).map(({ step }) => step)).toEqual([0n])
  },
  120_000,
)
