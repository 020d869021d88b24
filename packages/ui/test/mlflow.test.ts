import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import { limits } from '@provloom/shared'
import type { Ui } from '@provloom/ui'
import { libraryOver } from '../src/mlflow/library.ts'
import { folder, makeRun } from '../../reader/test/support/runs.ts'
import { givePoints } from '../../reader/test/support/points.ts'
import { ask, serve } from './support/server.ts'

const base = '/api/2.0/mlflow'

interface Run {
  readonly info: { readonly run_id: string; readonly run_name: string; readonly status: string }
  readonly data: { readonly params: unknown }
}

interface Body {
  readonly experiments: { readonly name: string; readonly experiment_id: string }[]
  readonly runs: Run[]
  readonly run: Run
  readonly metrics: { readonly step: number; readonly value: number }[]
  readonly files: unknown
  readonly next_page_token?: string
}

async function asked(ui: Ui, address: string, body?: object): Promise<{ status: number; body: Body }> {
  const { status, text } = await ask(ui, `${base}${address}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { body }),
  })
  return { status, body: JSON.parse(text) as Body }
}

it('runs of a folder are searched as MLflow does, its default experiment standing for all of them', async () => {
  const dir = folder()
  await makeRun(dir, {
    name: 'digits_0',
    experiment: 'digits',
    params: { lr: 0.5 },
    metrics: { accuracy: 0.8, loss: 'NaN' },
  })
  await makeRun(dir, {
    name: 'digits_1',
    experiment: 'digits',
    params: { lr: 1 },
    metrics: { accuracy: 0.9 },
    status: 'failed',
  })
  await makeRun(dir, { name: 'other_0', experiment: 'other', metrics: { accuracy: 0.7 } })
  const ui = await serve(dir)
  const { body } = await asked(ui, '/experiments/search', { max_results: 10, order_by: ['name'] })
  expect(body.experiments.map((one) => one.name)).toEqual(['Default', 'digits', 'other'])
  const [, digits] = body.experiments
  const namesOf = async (query: object): Promise<string[]> =>
    (await asked(ui, '/runs/search', query)).body.runs.map(({ info }) => info.run_name)
  expect((await namesOf({ experiment_ids: ['0'] })).sort()).toEqual(['digits_0', 'digits_1', 'other_0'])
  const order = { experiment_ids: [digits!.experiment_id], order_by: ['metrics.accuracy DESC'] }
  expect(await namesOf(order)).toEqual(['digits_1', 'digits_0'])
  expect(await namesOf({ ...order, filter: "params.lr = '0.5' and attributes.status = 'FINISHED'" })).toEqual(
    ['digits_0'],
  )
  expect(await namesOf({ experiment_ids: ['1'] })).toEqual([])
  const first = await asked(ui, '/runs/search', { ...order, max_results: 1 })
  expect(first.body.next_page_token).toBe('1')
  const [run] = first.body.runs
  const alone = await asked(ui, `/runs/get?run_id=${run!.info.run_id}`)
  expect(alone.body.run.data.params).toEqual([{ key: 'lr', value: '1' }])
  expect(alone.body.run.info.status).toBe('FAILED')
})

it('what writes is refused in MLflow’s own words, and nothing of the folder is changed', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0' })
  const names = (): string[] => fs.readdirSync(dir, { recursive: true }).map(String).toSorted()
  const before = names()
  const ui = await serve(dir)
  for (const [method, address] of [
    ['POST', `${base}/runs/create`],
    ['POST', `${base}/runs/log-batch`],
    ['POST', `${base}/runs/delete`],
    ['POST', `${base}/experiments/create`],
    ['PATCH', `${base}/logged-models/m-1`],
    ['POST', `${base}/registered-models/create`],
    ['PUT', '/api/2.0/mlflow-artifacts/artifacts/digits_0/a'],
    ['DELETE', '/api/2.0/mlflow-artifacts/artifacts/digits_0/a'],
  ] as const) {
    const { status, text } = await ask(ui, address, { method, ...(method === 'DELETE' ? {} : { body: {} }) })
    expect(status, address).toBe(403)
    expect(JSON.parse(text), address).toMatchObject({ error_code: 'PERMISSION_DENIED' })
  }
  expect(names()).toEqual(before)
})

it('MLflow’s client needs the token as its own: a browser’s cookie is none, nor is a strange name of this machine', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0' })
  const ui = await serve(dir)
  const address = `${base}/experiments/search`
  const statusOf = async (headers: Record<string, string>): Promise<[number, string]> => {
    const { status, text } = await ask(ui, address, { method: 'POST', bare: true, headers, body: {} })
    return [status, JSON.parse(text).error_code]
  }
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  const [cookie = ''] = (await ask(ui, `/?token=${ui.token}`, { bare: true })).headers['set-cookie'] ?? []
  expect(await statusOf({})).toEqual([401, 'UNAUTHENTICATED'])
  expect(await statusOf({ cookie: cookie.split(';')[0]! })).toEqual([401, 'UNAUTHENTICATED'])
  expect(await statusOf({ authorization: `Bearer ${'0'.repeat(32)}` })).toEqual([401, 'UNAUTHENTICATED'])
  expect(await statusOf({ authorization: basic(`ada:${ui.token}`) })).toEqual([200, undefined])
  expect(await statusOf({ authorization: `Bearer ${ui.token}`, host: 'evil.example' })).toEqual([
    403,
    'PERMISSION_DENIED',
  ])
  // The page's own addresses are asked by GET alone, as before.
  expect((await ask(ui, '/api/runs', { method: 'POST' })).status).toBe(405)
})

it('files of a run are those of its first rank by the names they were logged by; no path leads out of artifacts/', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0' })
  const artifacts = path.join(dir, 'digits_0/artifacts')
  for (const [name, text] of [
    ['rank0/notes/a b.txt', 'of rank 0'],
    ['rank0/own.txt', '0'],
    ['rank3/own.txt', '3'],
  ] as const) {
    fs.mkdirSync(path.dirname(path.join(artifacts, name)), { recursive: true })
    fs.writeFileSync(path.join(artifacts, name), text)
  }
  fs.symlinkSync('/etc/passwd', path.join(artifacts, 'rank0/link'))
  const ui = await serve(dir)
  const { runs } = (await asked(ui, '/runs/search', {})).body
  const { run_id: id } = runs[0]!.info
  const listed = async (below: string): Promise<unknown> =>
    (await asked(ui, `/artifacts/list?run_id=${id}${below}`)).body.files
  expect(await listed('')).toEqual([
    { path: 'notes', is_dir: true },
    { path: 'own.txt', is_dir: false, file_size: 1 },
    { path: 'rank3', is_dir: true },
  ])
  expect(await listed('&path=notes')).toEqual([{ path: 'notes/a b.txt', is_dir: false, file_size: 9 }])
  const file = (name: string): Promise<{ status: number; text: string }> =>
    ask(ui, `/api/2.0/mlflow-artifacts/artifacts/digits_0/${name}`)
  expect(await file('notes/a%20b.txt')).toMatchObject({ status: 200, text: 'of rank 0' })
  expect(await file('rank3/own.txt')).toMatchObject({ status: 200, text: '3' })
  for (const name of ['link', '..%2f..%2frun.json', '%2e%2e/run.json', 'nothing'])
    expect([400, 404], name).toContain((await file(name)).status)
  expect((await ask(ui, '/api/2.0/mlflow-artifacts/artifacts/..%2f..%2fetc/passwd')).status).toBe(404)
})

it('the last value of a metric of several ranks is MLflow’s; of more values than mlflowPointsReadMax it is the record’s', async () => {
  const dir = folder()
  const told = { ranks: 2, points: 6, first: 0, last: 0.5, firstStep: 0, lastStep: 2 }
  const id = await makeRun(dir, {
    name: 'digits_0',
    head: { metrics: { shown: [{ ...told, key: 'loss', context: 'training' }], more: 0 } },
  })
  const points = [0, 1].flatMap((rank) => [0, 1, 2].map((step) => ({ rank, step, value: step + rank / 10 })))
  givePoints(path.join(dir, 'digits_0'), points)
  const lastIn = async (pointsMax: number): Promise<number[]> => {
    const { last } = await libraryOver(openReader(dir), pointsMax).run(id)
    return [...last.values()].map(({ value }) => value)
  }
  expect(await lastIn(limits.mlflowPointsReadMax)).toEqual([2.1])
  expect(await lastIn(points.length - 1)).toEqual([0.5])
  const ui = await serve(dir)
  const { body } = await asked(ui, `/metrics/get-history?run_id=${id}&metric_key=training.loss`)
  expect(body.metrics.map(({ step, value }) => [step, value])).toEqual([
    [0, 0],
    [0, 0.1],
    [1, 1],
    [1, 1.1],
    [2, 2],
    [2, 2.1],
  ])
  const page = await asked(
    ui,
    `/metrics/get-history?run_id=${id}&metric_key=training.loss&max_results=4&page_token=4`,
  )
  expect(page.body.metrics).toHaveLength(2)
  expect(page.body.next_page_token).toBeUndefined()
})
