import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import { limits } from '@provloom/shared'
import { folder, makeRun } from '../../reader/test/support/runs.ts'
import { ask, bodyOf, firstPacked, serve, stream } from './support/server.ts'

const hostile = '<img src=x onerror=alert(1)>'

it('answers as the reader does', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0', params: { lr: 0.5 }, metrics: { accuracy: 0.8, loss: 'NaN' } })
  await makeRun(dir, { name: 'digits_1', params: { lr: 1 }, metrics: { accuracy: 0.9 }, status: 'failed' })
  await makeRun(dir, { name: hostile, experiment: hostile })
  const [ui, reader] = [await serve(dir), openReader(dir)]
  const same = async (address: string, answer: unknown): Promise<void> => {
    const response = await ask(ui, address)
    expect(response.headers['content-type'], address).toContain('application/json')
    expect(bodyOf(response), address).toEqual(JSON.parse(JSON.stringify(answer)))
  }
  await same('/api/runs', await reader.runs())
  await same(
    '/api/runs?query=status:completed&sort=-accuracy&limit=1',
    await reader.runs({ query: 'status:completed', sort: '-accuracy', limit: 1 }),
  )
  await same('/api/runs?size=1', await reader.runs({ size: true }))
  await same('/api/runs/digits_0', await reader.run('digits_0'))
  await same(
    '/api/runs/digits_0?prefix=acc&limit=1',
    await reader.run('digits_0', { prefix: 'acc', limit: 1 }),
  )
  await same(`/api/runs/${encodeURIComponent(hostile)}`, await reader.run(hostile))
  await same(
    '/api/runs/digits_0/ranks?sort=-rank&limit=1',
    await reader.ranks('digits_0', { sort: '-rank', limit: 1 }),
  )
  await same('/api/runs/digits_1/why', await reader.why('digits_1'))
  await same('/api/diff?a=digits_0&b=digits_1', await reader.diff(['digits_0', 'digits_1']))
  await same('/api/lineage?sha256=0123456789', await reader.lineage({ sha256: '0123456789' }))
  await same(
    '/api/changes?run=digits_0&watch=head',
    await reader.changes('digits_0', { head: true, ranks: false, events: false, curves: {} }),
  )
})

it('says what is wrong with a question, with the code and the hint of the reader', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0' })
  const ui = await serve(dir)
  const cases: [address: string, status: number, code: string][] = [
    ['/api/runs/none', 404, 'RUN_UNKNOWN'],
    ['/api/runs/digits_0/curve?metric=none', 404, 'METRIC_UNKNOWN'],
    ['/api/runs/digits_0/curve', 400, 'BAD_QUERY'],
    ['/api/runs/digits_0/curve?metric=a&buckets=many', 400, 'BAD_QUERY'],
    ['/api/runs/digits_0/curve?metric=a&by=hour', 400, 'BAD_QUERY'],
    ['/api/runs/digits_0/curve?metric=a&ranks=first', 400, 'BAD_QUERY'],
    ['/api/runs?limit=-1', 400, 'BAD_QUERY'],
    ['/api/runs?limit=0', 400, 'BAD_QUERY'],
    ['/api/runs/digits_0/matrix?cols=0', 400, 'BAD_QUERY'],
    ['/api/runs/digits_0/matrix?rows=0', 400, 'BAD_QUERY'],
    ['/api/runs/digits_0/file?path=.', 404, 'ADDRESS_UNKNOWN'],
    ['/api/runs?nonsense=1', 400, 'BAD_QUERY'],
    ['/api/runs?query=%22', 400, 'BAD_QUERY'],
    ['/api/live?run=digits_0&watch=weather', 400, 'BAD_QUERY'],
    ['/api/live?run=digits_0&watch=curve:a:ribbon:x-y', 400, 'BAD_QUERY'],
    ['/api/lineage', 400, 'BAD_QUERY'],
    ['/api/diff?a=digits_0', 400, 'BAD_QUERY'],
    ['/api/nothing', 404, 'ADDRESS_UNKNOWN'],
    ['/..%2f..%2fetc%2fpasswd', 404, 'ADDRESS_UNKNOWN'],
  ]
  for (const [address, status, code] of cases) {
    const answer = await ask(ui, address)
    expect([answer.status, bodyOf(answer)], address).toMatchObject([status, { error: { code } }])
    expect(bodyOf(answer), address).toMatchObject({
      error: { message: expect.any(String) as string, hint: expect.any(String) as string },
    })
  }
})

it('reads nothing that has no end, leads nowhere or is no file', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0' })
  const run = path.join(dir, 'digits_0')
  execFileSync('mkfifo', [path.join(run, 'pipe')])
  fs.symlinkSync('itself', path.join(run, 'itself'))
  fs.symlinkSync('/dev/zero', path.join(run, 'zero'))
  fs.mkdirSync(path.join(run, 'artifacts'))
  const ui = await serve(dir)
  for (const name of ['pipe', 'itself', 'artifacts', 'a'.repeat(300)])
    for (const way of ['verify', 'file'])
      expect((await ask(ui, `/api/runs/digits_0/${way}?path=${name}`)).status, `${way} ${name}`).toBe(404)
  expect((await ask(ui, '/api/runs/digits_0/file?path=zero')).status).toBe(403)
  fs.rmSync(path.join(run, 'prov.json'), { force: true })
  execFileSync('mkfifo', [path.join(run, 'prov.json')])
  expect((await ask(ui, '/api/runs/digits_0/graph')).status).toBe(422)
})

it('hashes a file when it is asked whether it is whole', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0' })
  fs.writeFileSync(path.join(dir, 'digits_0/model.pkl'), 'weights')
  const ui = await serve(dir)
  const sha256 = createHash('sha256').update('weights').digest('hex')
  expect(bodyOf(await ask(ui, '/api/runs/digits_0/verify?path=model.pkl'))).toEqual({
    path: 'model.pkl',
    size: 7,
    sha256,
  })
})

it('tells what is new as events whose ids are cursors, and goes on behind the last one a browser has', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0', status: 'running' })
  const ui = await serve(dir)
  const first = await ask(ui, '/api/live?run=digits_0&watch=head,ranks', {
    until: /event: changes\n.*\n.*\n\n/s,
  })
  expect(first.headers['content-type']).toContain('text/event-stream')
  const id = /^id: (.+)$/m.exec(first.text)![1]!
  expect(/^data: (.+)$/m.exec(first.text)![1]).toContain('"status":"running"')
  await makeRun(dir, { name: 'digits_0', status: 'completed' })
  const second = await ask(ui, '/api/live?run=digits_0&watch=head', {
    headers: { 'last-event-id': id },
    until: /event: changes\n.*\n.*\n\n/s,
  })
  expect(JSON.parse(/^data: (.+)$/m.exec(second.text)![1]!)).toMatchObject({
    head: { status: 'completed' },
    ended: true,
  })
  const known = /^id: (.+)$/m.exec(second.text)![1]!
  const polled = await ask(ui, `/api/changes?run=digits_0&watch=head&since=${encodeURIComponent(known)}`)
  expect(bodyOf(polled)).toMatchObject({ cursor: known, changed: false })
})

it('writes nothing, and reads a folder that nobody may write', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0', metrics: { loss: 1 } })
  const before = names(dir)
  fs.chmodSync(path.join(dir, 'digits_0'), 0o555)
  fs.chmodSync(dir, 0o555)
  const ui = await serve(dir)
  for (const address of [
    '/api/runs',
    '/api/runs/digits_0',
    '/api/runs/digits_0/ranks',
    '/api/changes?run=digits_0',
  ])
    expect((await ask(ui, address)).status, address).toBe(200)
  expect(names(dir)).toEqual(before)
  fs.chmodSync(dir, 0o755)
  fs.chmodSync(path.join(dir, 'digits_0'), 0o755)
})

it('answers of a folder that is not there, or is no more', async () => {
  const dir = path.join(folder(), 'prov')
  const ui = await serve(dir)
  expect(bodyOf(await ask(ui, '/api/runs'))).toMatchObject({ total: 0, runs: [] })
  await makeRun(dir, { name: 'digits_0' })
  expect(bodyOf(await ask(ui, '/api/runs'))).toMatchObject({ total: 1 })
  fs.rmSync(dir, { recursive: true })
  expect(bodyOf(await ask(ui, '/api/runs'))).toMatchObject({ total: 0 })
})

function names(dir: string): string[] {
  return fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()
}

it('packs live views for who takes that, and tells each change at once', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0', status: 'running' })
  const ui = await serve(dir)
  const { data, bytes } = await firstPacked(ui, '/api/live?run=digits_0&watch=head')
  const told = JSON.parse(data) as { readonly head: { readonly run: string } }
  expect(told.head.run).toBe('digits_0')
  expect(bytes).toBeLessThan(data.length)
})

it('has no more live views than uiStreamsMax', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0', status: 'running' })
  const ui = await serve(dir)
  const open = await Promise.all(
    Array.from({ length: limits.uiStreamsMax }, (_, i) =>
      stream(ui, '/api/live?run=digits_0&watch=head', {
        'accept-encoding': i % 2 === 0 ? 'gzip' : 'identity',
      }),
    ),
  )
  const more = await ask(ui, '/api/live?run=digits_0')
  expect([more.status, bodyOf(more)]).toMatchObject([503, { error: { code: 'STREAMS_FULL' } }])
  expect((await ask(ui, '/api/changes?run=digits_0')).status).toBe(200)
  // A packed one.
  open[0]!.destroy()
  await expect
    .poll(async () => (await ask(ui, '/api/live?run=digits_0', { until: /begun/ })).status)
    .toBe(200)
  for (const one of open) one.destroy()
})
