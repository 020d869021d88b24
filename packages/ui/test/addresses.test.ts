import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { createHash } from 'node:crypto'
import os from 'node:os'
import { openReader } from '@provloom/reader'
import type { Reader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { startUi } from '@provloom/ui'
import type { Ui } from '@provloom/ui'
import { givePoints } from '../../reader/test/support/points.ts'
import { makeRun } from '../../reader/test/support/runs.ts'
import { ask, bodyOf } from './support/server.ts'

let dir: string
let ui: Ui
let reader: Reader

const model = 'weights'
const sha256 = createHash('sha256').update(model).digest('hex')
const golden = path.join(import.meta.dirname, '../../../test/data/golden/ended/prov/golden_0/prov.json')

/** Two runs with points, of which one has a graph and a file. */
beforeAll(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-addresses-'))
  const shown = [
    {
      key: 'loss',
      context: 'training',
      ranks: 4,
      points: 120,
      first: 1,
      last: 0,
      firstStep: 0,
      lastStep: 29,
    },
    {
      key: 'step_time',
      context: 'training',
      ranks: 4,
      points: 120,
      first: 1,
      last: 1,
      firstStep: 0,
      lastStep: 29,
    },
  ].map((one) => ({ ...one, seconds: 29 }))
  const outputs = [{ name: 'model.pkl', kind: 'model' as const, sha256, stored: 'artifacts/model.pkl' }]
  for (const name of ['digits_0', 'digits_1']) {
    await makeRun(dir, {
      name,
      ranks: 4,
      params: { lr: 0.5 },
      outputs,
      head: { metrics: { shown, more: 0 } },
    })
    givePoints(
      path.join(dir, name),
      ['loss', 'step_time'].flatMap((key) =>
        [0, 1, 2, 3].flatMap((rank) =>
          Array.from({ length: 30 }, (_, step) => ({
            rank,
            key,
            step,
            value: key === 'loss' ? (rank === 3 && step === 7 ? NaN : 1 / (step + 1)) : rank === 2 ? 2 : 1,
          })),
        ),
      ),
    )
  }
  const run = path.join(dir, 'digits_0')
  fs.mkdirSync(path.join(run, 'artifacts'))
  fs.writeFileSync(path.join(run, 'artifacts/model.pkl'), model)
  fs.copyFileSync(golden, path.join(run, 'prov.json'))
  reader = openReader(dir)
  ui = await startUi({ reader, port: 0 })
})

afterAll(async () => {
  await ui.close()
  removeFolder(dir)
})

const loss = { metric: 'training/loss' }
const given = `metric=${encodeURIComponent(loss.metric)}`

describe('each address, with each of its parameters, answers what the reader does', () => {
  it.each([
    [`curve?${given}`, () => reader.curve('digits_0', loss)],
    [`curve?metric=loss&ranks=ribbon&by=step`, () => reader.curve('digits_0', { metric: 'loss' })],
    [`curve?${given}&ranks=all`, () => reader.curve('digits_0', { ...loss, ranks: 'all' })],
    [`curve?${given}&ranks=3,1`, () => reader.curve('digits_0', { ...loss, ranks: [3, 1] })],
    [
      `curve?${given}&from=5&to=20&buckets=4`,
      () => reader.curve('digits_0', { ...loss, from: 5, to: 20, buckets: 4 }),
    ],
    [`curve?${given}&by=time&buckets=8`, () => reader.curve('digits_0', { ...loss, by: 'time', buckets: 8 })],
    [
      'ranks?where=rank:2&metric=step_time',
      () => reader.ranks('digits_0', { where: 'rank:2', metric: 'step_time' }),
    ],
    [
      'ranks?sort=-ratio&limit=2&offset=1',
      () => reader.ranks('digits_0', { sort: '-ratio', limit: 2, offset: 1 }),
    ],
    ['matrix', () => reader.matrix('digits_0')],
    [
      'matrix?metric=loss&show=value&from=4&to=19&rows=2&cols=8&order=slowest',
      () =>
        reader.matrix('digits_0', {
          metric: 'loss',
          show: 'value',
          from: 4,
          to: 19,
          rows: 2,
          cols: 8,
          order: 'slowest',
        }),
    ],
    ['graph', () => reader.graph('digits_0')],
    [
      'graph?at=model0.bin&up=all&down=1&fold=alike&machinery=0',
      () =>
        reader.graph('digits_0', { at: 'model0.bin', up: 'all', down: 1, fold: 'alike', machinery: false }),
    ],
    ['why?pace=step_time', () => reader.why('digits_0', { pace: 'step_time' })],
  ])('runs/digits_0/%s', async (address, answer) => {
    const response = await ask(ui, `/api/runs/digits_0/${address}`)
    expect(response.status, response.text).toBe(200)
    expect(bodyOf(response)).toEqual(JSON.parse(JSON.stringify(await answer())))
  })

  it('the graph as a picture, light and dark, and what is shown of it as PROV-JSON', async () => {
    for (const theme of ['light', 'dark'] as const) {
      const { headers, text } = await ask(ui, `/api/runs/digits_0/graph.svg?theme=${theme}&machinery=1`)
      expect(headers['content-type']).toContain('image/svg+xml')
      expect(text).toBe(await reader.drawing('digits_0', { theme, machinery: true }))
    }
    const { text } = await ask(ui, '/api/runs/digits_0/graph.json?at=model0.bin')
    expect(text).toBe(await reader.graphDocument('digits_0', { at: 'model0.bin' }))
    expect(text).toContain('run:rank-0.file.0')
  })

  it('lineage by a file inside the folder, which is hashed, and by its checksum: the same', async () => {
    const file = await ask(ui, '/api/lineage?file=digits_0/artifacts/model.pkl')
    expect(bodyOf(file)).toMatchObject({
      sha256,
      found: [{ run: 'digits_1', role: 'made' }, { run: 'digits_0' }],
    })
    const hash = await ask(ui, `/api/lineage?sha256=${sha256}`)
    expect(bodyOf(hash)).toMatchObject({ found: [{ run: 'digits_1' }, { run: 'digits_0' }] })
    expect((await ask(ui, '/api/lineage?file=../etc/passwd')).status).toBe(403)
  })

  it('about, a run page by page of its metrics, and eight runs against each other', async () => {
    expect(bodyOf(await ask(ui, '/api/about'))).toMatchObject({ directory: dir, host: os.hostname() })
    const page = bodyOf(await ask(ui, '/api/runs/digits_0?limit=1')) as { metricsCursor: string }
    const next = await ask(ui, `/api/runs/digits_0?limit=1&after=${encodeURIComponent(page.metricsCursor)}`)
    expect(bodyOf(next)).toMatchObject({ metrics: [{ key: 'step_time' }], metricsTotal: 2 })
    const runs = [
      'digits_0',
      'digits_1',
      'digits_0',
      'digits_1',
      'digits_0',
      'digits_1',
      'digits_0',
      'digits_1',
    ]
    const said = runs.map((run, at) => `${'abcdefgh'.charAt(at)}=${run}`).join('&')
    const diff = await ask(ui, `/api/diff?${said}`)
    expect(bodyOf(diff)).toEqual(JSON.parse(JSON.stringify(await reader.diff(runs))))
  })

  it('what is new of curves, ranks and events, by the words that they were asked with', async () => {
    const key = `curve:${loss.metric}:3+1:5-20:4:step`
    const watch = encodeURIComponent(`head,ranks,events,${key}`)
    const first = bodyOf(await ask(ui, `/api/changes?run=digits_0&watch=${watch}`)) as Record<string, unknown>
    const told = ['changed', 'cursor', 'curves', 'ended', 'events', 'head', 'ranks']
    expect(Object.keys(first).toSorted()).toEqual(told)
    expect(first['curves']).toMatchObject({ [key]: { width: 4, curves: [{ rank: 1 }, { rank: 3 }] } })
    const since = encodeURIComponent(String(first['cursor']))
    const next = await ask(ui, `/api/changes?run=digits_0&watch=${watch}&since=${since}`)
    expect(bodyOf(next)).toEqual({ cursor: first['cursor'], changed: false, ended: true })
  })
})
