import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import { startUi } from '@provloom/ui'
import { folder, provloom, repository, start } from '../support/cli.ts'
import { hasDuckDb, hasMlflow, judgePython, named } from '../support/needs.ts'

const training = `
import mlflow, os, sys, time
rank = int(os.environ.get("RANK", 0))
mlflow.set_experiment("judged")
with mlflow.start_run(tags={"team": "blue"}) as run:
    mlflow.log_params({"lr": 0.1 * (rank + 1), "layers": 3})
    for step in range(200):
        mlflow.log_metric("loss", (200 - step) / 7 + rank, step=step)
        mlflow.log_metric("odd", [float("nan"), float("inf"), -1.5][step % 3], step=step // 2)
    mlflow.log_metrics({f"m{n}": n / 3 for n in range(120)}, step=1)
    mlflow.log_text("a note", "notes/note.txt")
if rank == 0 and len(sys.argv) > 1:
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    mlflow.set_experiment("sk")
    mlflow.sklearn.autolog()
    X, y = load_iris(return_X_y=True, as_frame=True)
    with mlflow.start_run(): LogisticRegression(max_iter=200).fit(X, y)
`

interface Notebook {
  readonly columns: string[]
  readonly rows: number
  readonly runs: Record<
    string,
    {
      params: Record<string, string>
      last: Record<string, string>
      history: Record<string, [number, string, number][]>
      datasets: string[]
      files: string[]
    }
  >
  readonly best: number[]
  readonly experiments: string[]
  readonly models: [string, string][]
  readonly [more: string]: unknown
}

const works = hasMlflow && hasDuckDb

it.skipIf(!works)(
  named(
    'the real client reads a folder’s runs from provloom ui as DuckDB reads their metrics: every value, in a frame, by filter and order',
    works,
    'needs mlflow, sklearn and duckdb in PROVLOOM_TEST_PYTHON',
  ),
  async () => {
    const work = folder()
    fs.writeFileSync(path.join(work, 'train.py'), training)
    const own = ['--spool-root', path.join(work, 'spools'), '--sample-interval-seconds', '0']
    const env = { MLFLOW_DISABLE_TELEMETRY: 'true' }
    for (const more of [
      ['-n', '1', '--', judgePython!, 'train.py', 'model'],
      ['-n', '2', '--collect-all-processes', '--', judgePython!, 'train.py'],
    ]) {
      const { code, stderr } = await provloom(['run', '--mlflow', ...own, ...more], { cwd: work, env })
      expect(code, stderr).toBe(0)
    }
    const saveDir = path.join(work, 'prov')
    const ui = await startUi({ reader: openReader(saveDir), port: 0 })
    const look = await start(judgePython!, [path.join(repository, 'test/support/mlflow-notebook.py')], {
      env: {
        ...env,
        MLFLOW_TRACKING_URI: `http://127.0.0.1:${ui.port}`,
        MLFLOW_TRACKING_TOKEN: ui.token,
        MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false',
      },
    }).ended
    await ui.close()
    expect(look.code, look.stderr).toBe(0)
    const seen = JSON.parse(look.stdout) as Notebook
    expect(Object.keys(seen.runs).sort()).toEqual(['judged_0', 'judged_1', 'sk_0'])
    expect(seen).toMatchObject({
      rows: 3,
      experiments: ['Default', 'judged', 'sk'],
      note: 'a note',
      model: 'LogisticRegression',
      refused: ['PERMISSION_DENIED', 'PERMISSION_DENIED'],
      registered: 0,
    })
    expect(seen.columns).toEqual(
      expect.arrayContaining(['metrics.loss', 'metrics.m119', 'params.lr', 'tags.team']),
    )
    expect(seen.models.map(([name]) => name)).toEqual(['model'])
    expect(seen.runs['judged_0']).toMatchObject({ params: { lr: '0.1', layers: '3' }, files: ['notes'] })
    expect(seen.runs['sk_0']!.datasets).toEqual(['dataset'])
    const judge = path.join(repository, 'test/support/mlflow-duckdb.py')
    const runs = ['judged_0', 'judged_1'].map((name) => path.join(saveDir, name))
    const judged = await start(judgePython!, [judge, ...runs]).ended
    expect(judged.code, judged.stderr).toBe(0)
    const values = JSON.parse(judged.stdout) as Record<string, Record<string, [number, string, number][]>>
    // MLflow's rule: of the highest step that of the latest time, and of those the largest.
    const lastOf = (points: [number, string, number][]): number =>
      Number(points.toSorted((a, b) => b[0] - a[0] || b[2] - a[2] || Number(b[1]) - Number(a[1]))[0]![1])
    const losses = Object.values(values).map(({ loss = [] }) => lastOf(loss))
    expect(seen.best).toEqual(losses.sort((a, b) => a - b))
    const sorted = (points: [number, string, number][]): string[] => points.map(String).sort()
    for (const [run, keys] of Object.entries(values)) {
      const { history } = seen.runs[run]!
      expect(
        Object.keys(history)
          .filter((key) => !key.startsWith('system/'))
          .sort(),
      ).toEqual(Object.keys(keys).sort())
      for (const [key, points] of Object.entries(keys))
        expect(sorted(history[key]!), key).toEqual(sorted(points))
    }
    expect(values['judged_1']!['loss']).toHaveLength(400)
  },
  240_000,
)
