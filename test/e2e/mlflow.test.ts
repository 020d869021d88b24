import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, provloom, repository, start } from '../support/cli.ts'
import type { Result } from '../support/cli.ts'
import { dataPath } from '../support/data.ts'
import { Graph } from '../support/graph.ts'
import { hasJudges, hasMlflow, judgePython, named } from '../support/needs.ts'
import { rowsOf } from '../support/parquet.ts'
import { describeOnSmallDisk, smallDisk } from '../support/small-disk.ts'

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
const put = (artifacts, name, body) =>
  fetch(uri + '/api/2.0/mlflow-artifacts/artifacts' + artifacts.replace('mlflow-artifacts:', '') + '/' + name, {
    method: 'PUT', body, headers: { authorization: 'Bearer ' + token },
  })
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

it('a run that three jobs go on with has one history under its id: every value of each, in order', async () => {
  const logs = (from: number): string => `
    for (let step = ${from}; step < ${from} + 30; step++) await metric(run, 'loss', step / 8, step)
    await call('/runs/log-parameter', { run_id: run, key: 'from${from}', value: '${from}' })
    await end(run)
  `
  const first = await mlflow(script(`const run = await begin('long'); ${logs(0)} console.log(run)`))
  expect(first.code, first.stderr).toBe(0)
  const env = { MLFLOW_RUN_ID: first.stdout.trim(), PROVLOOM_PROVENANCE_SAVE_DIR: first.saveDir }
  for (const [n, from] of [30, 60].entries()) {
    const text = `
      const run = process.env.MLFLOW_RUN_ID
      const { data } = (await call('/runs/get?run_id=' + run)).run
      await call('/runs/update', { run_id: run, status: 'RUNNING' })
      const history = async () => (await call('/metrics/get-history?run_id=' + run + '&metric_key=loss')).metrics
      const before = await history()
      ${logs(from)}
      const after = await history()
      const { metrics: page } = await call('/metrics/get-history?run_id=' + run + '&metric_key=loss&max_results=7&page_token=${from - 3}')
      console.log(JSON.stringify({ data, before, after, page }))
    `
    const { code, stdout, stderr } = await mlflow(script(text), { env })
    expect(code, stderr).toBe(0)
    const said = JSON.parse(stdout) as Record<string, { step: number; value: number }[]> & {
      data: { params: { key: string }[]; metrics: { value: number }[] }
    }
    const values = (points: { step: number; value: number }[] = []): number[][] =>
      points.map(({ step, value }) => [step, value])
    const expected = (count: number): number[][] =>
      Array.from({ length: count }, (_, step) => [step, step / 8])
    expect(values(said['before']), `job ${n}`).toEqual(expected(from))
    expect(values(said['after'])).toEqual(expected(from + 30))
    expect(values(said['page'])).toEqual(expected(from + 4).slice(-7))
    expect(said.data.metrics.map(({ value }) => value)).toEqual([(from - 1) / 8])
    expect(said.data.params.map(({ key }) => key)).toEqual([0, 30].slice(0, n + 1).map((one) => `from${one}`))
  }
  expect(fs.readdirSync(first.saveDir).filter((name) => name.startsWith('long_'))).toHaveLength(3)
}, 60_000)

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

it('files and tags of a client whose agent is killed are in the record when its session is handed in', async () => {
  const work = folder()
  const root = ['--spool-root', path.join(work, 'spools')]
  const text = `
    import fs from 'node:fs'
    import path from 'node:path'
    import { fileURLToPath } from 'node:url'
    const run = await begin('killed', [{ key: 'team', value: 'blue' }])
    await metric(run, 'x', 1, 0)
    const { info } = (await call('/runs/get?run_id=' + run)).run
    // As MLflow's client does, below the artifact URI that it was told: a file, or where there is little room it is sent.
    if (info.artifact_uri.startsWith('file:')) {
      const note = path.join(fileURLToPath(info.artifact_uri), 'notes', 'note.txt')
      fs.mkdirSync(path.dirname(note), { recursive: true })
      fs.writeFileSync(note, 'stored')
    } else await put(info.artifact_uri, 'notes/note.txt', 'stored')
    await call('/runs/set-tag', { run_id: run, key: 'late', value: '7' })
    const agent = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).find((pid) => {
      try {
        return fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes('\\0agent\\0') && fs.readlinkSync('/proc/' + pid + '/cwd') === process.cwd()
      } catch { return false }
    })
    process.kill(Number(agent), 'SIGKILL')
  `
  const args = ['run', '--mlflow', ...root, '--sample-interval-seconds', '0', '--', ...script(text)]
  const { stderr } = await provloom(args, { cwd: work })
  expect(stderr).toMatch(/agent was killed/)
  const handed = await provloom(['import', ...root], { cwd: work })
  expect(handed.code, handed.stderr).toBe(0)
  // Into its run, or one of its own where that was finished meanwhile.
  const run = fs
    .readdirSync(path.join(work, 'prov'))
    .map((name) => path.join(work, 'prov', name))
    .find((one) => fs.existsSync(path.join(one, 'artifacts')))!
  const graph = new Graph(run)
  expect(graph.violations()).toEqual([])
  const [note] = graph.labelled('notes/note.txt')
  expect(fs.readFileSync(path.join(run, graph.value(note!, 'location')!), 'utf8')).toBe('stored')
  for (const [tag, value] of [
    ['team', 'blue'],
    ['late', '7'],
  ] as const)
    expect(graph.labelled(tag).map((one) => graph.value(one, 'value'))).toEqual([value])
  expect((await rowsOf(run, 'x')).map(({ value }) => value)).toEqual([1])
  expect(fs.existsSync(path.join(work, 'spools')) ? fs.readdirSync(path.join(work, 'spools')) : []).toEqual(
    [],
  )
})

it('with --mlflow-http-artifacts a client sends its files by HTTP, and reads them back', async () => {
  const text = `
    const run = await begin('sent')
    const { artifact_uri: at } = (await call('/runs/get?run_id=' + run)).run.info
    const address = uri + '/api/2.0/mlflow-artifacts/artifacts' + at.replace('mlflow-artifacts:', '') + '/a%20b.txt'
    const headers = { authorization: 'Bearer ' + token }
    await fetch(address, { method: 'PUT', headers, body: 'by HTTP' })
    const back = await (await fetch(address, { headers })).text()
    await end(run)
    console.log(at.split(':')[0] + ' ' + back)
  `
  const ran = await mlflow(script(text), { options: ['--mlflow-http-artifacts'] })
  expect(ran.code, ran.stderr).toBe(0)
  expect(ran.stdout.trim()).toBe('mlflow-artifacts by HTTP')
  const graph = new Graph(ran.runs[0]!)
  const [file] = graph.labelled('a b.txt')
  expect(fs.readFileSync(path.join(ran.runs[0]!, graph.value(file!, 'location')!), 'utf8')).toBe('by HTTP')
})

describeOnSmallDisk('files that find no room on the spool’s disk', () => {
  it('are told once and not kept, and the script goes on', async () => {
    const disk = smallDisk(24 * 1024)
    const text = `
      const run = await begin('full')
      const { artifact_uri: at } = (await call('/runs/get?run_id=' + run)).run.info
      const statuses = []
      for (const name of ['a.bin', 'b.bin']) statuses.push((await put(at, name, Buffer.alloc(40 * 2 ** 20))).status)
      statuses.push((await put(at, 'small.txt', 'small')).status, (await metric(run, 'x', 1, 0)).status)
      await end(run)
      console.log(at.split(':')[0] + ' ' + statuses)
      process.exitCode = 4
    `
    const ran = await mlflow(script(text), { options: ['--spool-root', path.join(disk.root, 'spools')] })
    expect(ran.code, ran.stderr).toBe(4)
    expect(ran.stdout.trim()).toBe('mlflow-artifacts 200,200,200,200')
    expect(ran.stderr.match(/a\.bin: .*ENOSPC/g)).toHaveLength(1)
    expect(ran.stderr.match(/b\.bin: .*ENOSPC/g)).toHaveLength(1)
    const graph = new Graph(ran.runs[0]!)
    expect(graph.labelled('small.txt')).toHaveLength(1)
    expect(graph.labelled('a.bin')).toHaveLength(0)
    expect((await rowsOf(ran.runs[0]!, 'x')).map(({ value }) => value)).toEqual([1])
  })
})
