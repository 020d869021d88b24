import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bin, folder, provloom, repository, start } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { Graph } from '../support/graph.ts'
import { mlflowServer } from '../support/mlflow-server.ts'
import { hasMlflow, judgePython, named } from '../support/needs.ts'
import { freePorts } from '../support/ports.ts'

interface Seen {
  readonly experiments: string[]
  readonly runs: {
    id: string
    name: string
    experiment: string
    status: string
    params: Record<string, string>
    tags: Record<string, string>
    metrics: Record<string, [number, string, number][]>
    files: Record<string, string>
    datasets: string[]
    outputs: string[]
  }[]
  readonly models: { id: string; name: string; status: string; run: string }[]
  readonly versions: [string, string, string][]
}

/** What a server has, read by MLflow's own client. */
async function seen(uri: string): Promise<Seen> {
  const look = path.join(repository, 'test/support/mlflow-look.py')
  const { code, stdout, stderr } = await start(judgePython!, [look], {
    env: { MLFLOW_TRACKING_URI: uri, MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false' },
  }).ended
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as Seen
}

interface Job {
  readonly work: string
  readonly started: Started
}

/** A script below `provloom run --mlflow`, in folders of its own. */
function job(script: string, options: readonly string[], env: Readonly<Record<string, string>> = {}): Job {
  const work = folder()
  fs.writeFileSync(path.join(work, 'train.py'), script)
  const own = ['--spool-root', path.join(work, 'spools'), '--sample-interval-seconds', '0']
  const args = ['run', '--mlflow', ...own, ...options, '--', judgePython!, 'train.py']
  const started = start(bin, args, { cwd: work, env: { MLFLOW_DISABLE_TELEMETRY: 'true', ...env } })
  return { work, started }
}

const values = (steps: number): [number, string][] =>
  Array.from({ length: steps }, (_, step) => [
    step,
    String(step / 4 === Math.trunc(step / 4) ? `${step / 4}.0` : step / 4),
  ])

/** Says where it is, and goes on when it is told to. */
const training = (steps: number): string => `
import mlflow, sys, os, time
mlflow.set_experiment("forwarded")
def wait(name):
    print(name, flush=True)
    while not os.path.exists(name): time.sleep(0.05)
with mlflow.start_run(run_name="parent", tags={"team": "blue"}) as run:
    mlflow.log_params({"lr": 0.1, "layers": 3})
    for step in range(${steps}):
        mlflow.log_metric("loss", step / 4, step=step)
        if step in (${Math.floor(steps / 3)}, ${Math.floor((2 * steps) / 3)}): wait(f"at-{step}")
    mlflow.log_metric("odd", float("nan"), step=0)
    mlflow.log_text("a note", "notes/a note.txt")
    with mlflow.start_run(run_name="child", nested=True):
        mlflow.log_metrics({f"m{n}": n for n in range(1200)}, step=1)
sys.exit(3)
`

function judge({ runs, experiments }: Seen, steps: number): void {
  expect(experiments).toContain('forwarded')
  expect(runs.map(({ name }) => name).sort()).toEqual(['child', 'parent'])
  const parent = runs.find(({ name }) => name === 'parent')!
  const child = runs.find(({ name }) => name === 'child')!
  expect(parent).toMatchObject({
    experiment: 'forwarded',
    status: 'FINISHED',
    params: { lr: '0.1', layers: '3' },
  })
  expect(parent.tags['team']).toBe('blue')
  expect(parent.files).toEqual({ 'notes/a note.txt': 'a note' })
  expect(parent.metrics['loss']!.map(([step, value]) => [step, value])).toEqual(values(steps))
  expect(parent.metrics['odd']!.map(([step, value]) => [step, value])).toEqual([[0, 'nan']])
  expect(child.tags['mlflow.parentRunId']).toBe(parent.id)
  expect(Object.keys(child.metrics)).toHaveLength(1200)
  for (const [name, points] of Object.entries(child.metrics))
    expect(points.map(([step, value]) => [step, value])).toEqual([[1, `${name.slice(1)}.0`]])
}

describe.skipIf(!hasMlflow)(
  named('a real MLflow server', hasMlflow, 'needs mlflow in PROVLOOM_TEST_PYTHON'),
  () => {
    it('that is killed and started again in the middle has every value once, and its script never waits', async () => {
      const server = await mlflowServer()
      await server.start()
      const { work, started } = job(training(300), ['--mlflow-forward', server.uri])
      await started.seen(/at-100/)
      server.kill()
      fs.writeFileSync(path.join(work, 'at-100'), '')
      // It logs a hundred values while nobody is there.
      await started.seen(/at-200/)
      await server.start()
      fs.writeFileSync(path.join(work, 'at-200'), '')
      const { code, stderr } = await started.ended
      expect(code, stderr).toBe(3)
      expect(stderr).toMatch(/handed on to http\S+: 2 runs, 1501 values, 1 files/)
      const now = await seen(server.uri)
      judge(now, 300)
      const parent = now.runs.find(({ name }) => name === 'parent')!
      const graph = new Graph(path.join(work, 'prov/forwarded_0'))
      const pages = graph.labelled('mlflow.forwardedTo').map((one) => graph.value(one, 'value'))
      expect(pages).toEqual([
        expect.stringMatching(new RegExp(`^${server.uri}/#/experiments/\\d+/runs/${parent.id}$`)),
      ])
      expect(fs.existsSync(path.join(work, 'spools/mlflow-forward'))).toBe(false)
    }, 240_000)

    it('that is not there until the command has ended is told, costs its exit little, and gets all of it by provloom mlflow-forward', async () => {
      const server = await mlflowServer()
      const { work, started } = job(training(60), [], { MLFLOW_TRACKING_URI: server.uri })
      for (const name of ['at-20', 'at-40']) fs.writeFileSync(path.join(work, name), '')
      const { code, stderr } = await started.ended
      expect(code, stderr).toBe(3)
      expect(stderr).toContain(`recorded here, and handed on to ${server.uri}`)
      expect(stderr).toMatch(/takes nothing now \(connect ECONNREFUSED/)
      expect(stderr).toMatch(/\d+ more are kept .*Hand them on: provloom mlflow-forward/)
      const root = ['--spool-root', path.join(work, 'spools')]
      const listed = await provloom(['spools', ...root], { cwd: work })
      expect(listed.stdout).toContain(`for the MLflow server at ${server.uri}`)
      const without = await provloom(['mlflow-forward', ...root], { cwd: work })
      expect(without.code, without.stderr).toBe(3)
      await server.start()
      const handed = await provloom(['mlflow-forward', ...root, '--json'], { cwd: work })
      expect(handed.code, handed.stderr).toBe(0)
      expect(JSON.parse(handed.stdout)).toMatchObject({
        handedOn: [{ runs: 2, values: 1261, files: 1, left: 0 }],
      })
      judge(await seen(server.uri), 60)
      expect((await provloom(['mlflow-forward', ...root], { cwd: work })).stdout).toContain('nothing is kept')
    }, 240_000)

    it('has scikit-learn’s autologging as if it had been asked itself: model, its files, its run, a registered version', async () => {
      const server = await mlflowServer()
      await server.start()
      const script = `
import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
mlflow.set_experiment("sk")
mlflow.sklearn.autolog()
X, y = load_iris(return_X_y=True, as_frame=True)
with mlflow.start_run(run_name="fit"):
    model = LogisticRegression(max_iter=200).fit(X, y)
    mlflow.sklearn.log_model(model, name="extra", registered_model_name="iris")
`
      const { work, started } = job(script, ['--mlflow-forward', server.uri])
      const { code, stderr } = await started.ended
      expect(code, stderr).toBe(0)
      const { runs, models, versions } = await seen(server.uri)
      expect(runs).toHaveLength(1)
      const [run] = runs
      expect(run!.params).toMatchObject({ max_iter: '200' })
      expect(Object.keys(run!.metrics)).toContain('training_score')
      expect(run!.datasets.length).toBeGreaterThan(0)
      expect(models.map(({ status, run: of }) => [status, of])).toEqual(models.map(() => ['READY', run!.id]))
      expect(models.map(({ name }) => name).sort()).toEqual(['extra', 'model'])
      expect(run!.outputs.sort()).toEqual(models.map(({ id }) => id).sort())
      expect(versions).toEqual([['iris', '1', run!.id]])
      // It is loaded from there, and does what it did.
      const load = `
import mlflow
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True, as_frame=True)
for uri in ("models:/${models.find(({ name }) => name === 'extra')!.id}", "models:/iris/1"):
    assert (mlflow.sklearn.load_model(uri).predict(X) == y).mean() > 0.9
`
      fs.writeFileSync(path.join(work, 'load.py'), load)
      const loaded = await start(judgePython!, ['load.py'], {
        cwd: work,
        env: { MLFLOW_TRACKING_URI: server.uri },
      }).ended
      expect(loaded.code, loaded.stderr).toBe(0)
    }, 240_000)
  },
)

it('an address that is no server is told, and what the command logs is recorded all the same', async () => {
  const work = folder()
  const [port = 0] = await freePorts(1)
  const own = ['--spool-root', path.join(work, 'spools'), '--sample-interval-seconds', '0']
  for (const [uri, told] of [
    ['sqlite:///mlflow.db', 'MLFLOW_TRACKING_URI names no server'],
    [`http://ada:secret@127.0.0.1:${port}/mlflow`, `handed on to http://127.0.0.1:${port}/mlflow`],
  ] as const) {
    const { code, stderr } = await provloom(['run', '--mlflow', ...own, '--', 'true'], {
      cwd: work,
      env: { MLFLOW_TRACKING_URI: uri },
    })
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(told)
    expect(stderr).not.toContain('secret')
  }
})
