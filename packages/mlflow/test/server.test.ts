import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { limits } from '@provloom/shared'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createMlflow } from '../src/index.ts'
import type { Mlflow, MlflowOptions, Recorder } from '../src/index.ts'

interface Answer {
  readonly status: number
  readonly body: Record<string, never> & { readonly [name: string]: unknown }
}

/** A server, and what it has told its recorder, call by call. */
async function serving(
  more: Partial<Recorder> = {},
  options: Partial<MlflowOptions> = {},
): Promise<{
  readonly server: Mlflow
  readonly told: unknown[][]
  readonly folder: string
  ask(method: string, address: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-mlflow-'))
  const told: unknown[][] = []
  const note =
    (call: string) =>
    (...given: unknown[]): void =>
      void told.push([call, ...given])
  let count = 0
  const recorder: Recorder = {
    begin: ({ connection: _connection, ...beginning }) => {
      note('begin')(beginning)
      return String(++count).padStart(32, '0')
    },
    former: () => undefined,
    began: () => {},
    resume: (run) => note('resume')(run),
    param: note('param'),
    metrics: note('metrics'),
    dataset: note('dataset'),
    model: note('model'),
    modelFile: note('modelFile'),
    end: note('end'),
    said: () => {},
    tell: note('tell'),
    ...more,
  }
  const server = await createMlflow({ of: () => recorder }, { folder, artifacts: 'http', ...options })
  onTestFinished(async () => {
    await server.close()
    fs.rmSync(folder, { recursive: true })
  })
  const ask = async (
    method: string,
    address: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${server.uri}${address}`, {
      method,
      headers: { authorization: `Bearer ${server.token}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : { text } }
  }
  return { server, told, folder, ask }
}

const api = '/api/2.0/mlflow'
const files = '/api/2.0/mlflow-artifacts/artifacts'

async function begunRun(ask: Awaited<ReturnType<typeof serving>>['ask']): Promise<string> {
  const { body } = await ask('POST', `${api}/runs/create`, { experiment_id: '0', start_time: '5' })
  return (body['run'] as unknown as { info: { run_id: string } }).info.run_id
}

describe('who may ask', () => {
  it('is whoever has the token, as a bearer or as a password', async () => {
    const { ask, server } = await serving()
    const basic = Buffer.from(`me:${server.token}`).toString('base64')
    expect((await ask('GET', '/version')).status).toBe(200)
    expect((await ask('GET', '/version', undefined, { authorization: `Basic ${basic}` })).status).toBe(200)
    for (const authorization of ['', 'Bearer x', 'Basic bWU6eA==', server.token]) {
      const { status, body } = await ask('GET', `${api}/runs/get?run_id=1`, undefined, { authorization })
      expect([status, body['error_code']]).toEqual([401, 'UNAUTHENTICATED'])
    }
  })

  it('asks by a name of this machine: a page elsewhere does not', async () => {
    const { server } = await serving()
    const { port } = new URL(server.uri)
    const status = await new Promise((resolve) => {
      const headers = { host: 'evil.example', authorization: `Bearer ${server.token}` }
      http.get({ host: '127.0.0.1', port, path: '/version', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
    })
    expect(status).toBe(403)
  })
})

it('has at most mlflowConnectionsMax connections at once', async () => {
  // In place of mlflowConnectionsMax.
  const { server } = await serving({}, { connectionsMax: 2 })
  const port = Number(new URL(server.uri).port)
  const opened = Array.from({ length: 3 }, () => net.connect(port, '127.0.0.1'))
  const [closed] = await Promise.race(opened.map(async (one) => [one, await once(one, 'close')] as const))
  expect(opened.filter((one) => one.destroyed)).toEqual([closed])
  for (const one of opened) one.destroy()
})

describe('a request', () => {
  it('of more than mlflowBodyBytesMax is refused, and one of nearly that is taken', async () => {
    const { ask, told } = await serving()
    const run = await begunRun(ask)
    const filler = (bytes: number): object => ({ run_id: run, key: 'k', value: 'x'.repeat(bytes) })
    expect((await ask('POST', `${api}/runs/set-tag`, filler(limits.mlflowBodyBytesMax - 200))).status).toBe(
      200,
    )
    expect((await ask('POST', `${api}/runs/set-tag`, filler(limits.mlflowBodyBytesMax))).status).toBe(413)
    expect(told.filter(([call]) => call === 'tell')).toEqual([])
  })

  it('that is no JSON, or names no run, is refused in MLflow’s words', async () => {
    const { ask } = await serving()
    expect((await ask('POST', `${api}/runs/log-metric`, '{"a":')).body['error_code']).toBe('BAD_REQUEST')
    expect((await ask('POST', `${api}/runs/log-metric`, {})).body['error_code']).toBe(
      'INVALID_PARAMETER_VALUE',
    )
    expect((await ask('GET', `${api}/runs/get?run_id=none`)).status).toBe(404)
    expect((await ask('GET', `${api}/nothing`)).body['error_code']).toBe('ENDPOINT_NOT_FOUND')
  })

  it('in which something of ours fails is answered all the same, and a person is told', async () => {
    const { ask, told } = await serving({
      param: () => {
        throw new Error('a bug')
      },
    })
    const run = await begunRun(ask)
    const answer = await ask('POST', `${api}/runs/log-parameter`, { run_id: run, key: 'a', value: '1' })
    expect(answer).toEqual({ status: 200, body: {} })
    expect(told.at(-1)).toEqual(['tell', expect.stringContaining('a bug')])
  })
})

it('NaN, infinities and integers as text come back as they were sent', async () => {
  const { ask, told } = await serving()
  const run = await begunRun(ask)
  const metrics = [
    { key: 'a', value: 'NaN', timestamp: '1700000000000', step: '3' },
    { key: 'b', value: '-Infinity', timestamp: 1, step: 0 },
    { key: 'c', value: 1e308, timestamp: 1, step: -1 },
  ]
  await ask('POST', `${api}/runs/log-batch`, { run_id: run, metrics })
  expect(told.at(-1)?.[2]).toEqual([
    { key: 'a', value: NaN, timestamp: 1700000000000, step: 3 },
    { key: 'b', value: -Infinity, timestamp: 1, step: 0 },
    { key: 'c', value: 1e308, timestamp: 1, step: -1 },
  ])
  const { body } = await ask('GET', `${api}/metrics/get-history?run_id=${run}&metric_key=a`)
  expect(body['metrics']).toEqual([
    { key: 'a', value: 'NaN', timestamp: 1700000000000, step: 3, run_id: run },
  ])
})

it('a history longer than memory holds comes back whole, and page by page', async () => {
  const { ask } = await serving()
  const run = await begunRun(ask)
  for (let batch = 0; batch < 9; batch++) {
    const metrics = Array.from({ length: 1000 }, (_, n) => {
      const step = batch * 1000 + n
      return { key: n % 2 === 0 ? 'even' : 'odd', value: step / 3, timestamp: step, step }
    })
    await ask('POST', `${api}/runs/log-batch`, { run_id: run, metrics })
  }
  const steps: number[] = []
  for (let token: string | undefined = ''; token !== undefined;) {
    const { body } = await ask(
      'GET',
      `${api}/metrics/get-history?run_id=${run}&metric_key=even&max_results=1000&page_token=${token}`,
    )
    steps.push(...(body['metrics'] as unknown as { step: number }[]).map(({ step }) => step))
    token = body['next_page_token'] as string | undefined
  }
  expect(steps).toEqual(Array.from({ length: 4500 }, (_, n) => n * 2))
})

it('a changed parameter is accepted, and its recorder told of both', async () => {
  const { ask, told } = await serving()
  const run = await begunRun(ask)
  for (const value of ['1', '1', '2'])
    expect((await ask('POST', `${api}/runs/log-parameter`, { run_id: run, key: 'lr', value })).status).toBe(
      200,
    )
  expect(told.filter(([call]) => call === 'param')).toEqual([
    ['param', run, { key: 'lr', value: '1' }, undefined],
    ['param', run, { key: 'lr', value: '2' }, '1'],
  ])
})

describe('an artifact by HTTP', () => {
  it('lies where its name says, is listed and comes back, with any letters in its name', async () => {
    const { ask, folder } = await serving()
    const name = 'images/a%25b c.txt'
    expect((await ask('PUT', `${files}/0/r/artifacts/${name}`, 'hello')).body).toEqual({})
    expect(fs.readFileSync(path.join(folder, 'artifacts/0/r/artifacts/images/a%b c.txt'), 'utf8')).toBe(
      'hello',
    )
    expect((await ask('GET', `${files}?path=0/r/artifacts/images`)).body).toEqual({
      files: [{ path: 'a%b c.txt', is_dir: false, file_size: 5 }],
    })
    expect((await ask('GET', `${files}/0/r/artifacts/${name}`)).body['text']).toBe('hello')
    expect((await ask('GET', `${files}?path=0/r/artifacts/none`)).body).toEqual({})
  })

  it.each(['/..%2f..%2fout', '/0/a%00b', '/0/link/out', '/0/..%5cout'])(
    'that would lie elsewhere is refused: %s',
    async (name) => {
      const { ask, folder } = await serving()
      fs.mkdirSync(path.join(folder, 'artifacts/0'), { recursive: true })
      fs.symlinkSync(os.tmpdir(), path.join(folder, 'artifacts/0/link'))
      const before = fs.readdirSync(path.dirname(folder))
      for (const method of ['PUT', 'GET', 'DELETE']) {
        const { status, body } = await ask(method, `${files}${name}`, method === 'PUT' ? 'x' : undefined)
        expect([status, body['error_code']]).toEqual([400, 'INVALID_PARAMETER_VALUE'])
      }
      expect(
        fs.readdirSync(path.dirname(folder)).filter((one) => !before.includes(one) && /out/.test(one)),
      ).toEqual([])
    },
  )
})

it('with less room than mlflowFileRoomBytes a client sends its files, and one that is not kept ends no script', async () => {
  let room: number = limits.mlflowFileRoomBytes
  const { ask, folder, told } = await serving({}, { artifacts: 'file', roomBytes: () => room })
  const run = await begunRun(ask)
  const uri = async (): Promise<string> => {
    const { body } = await ask('GET', `${api}/runs/get?run_id=${run}`)
    return (body['run'] as unknown as { info: { artifact_uri: string } }).info.artifact_uri
  }
  expect(await uri()).toBe(`file://${folder}/artifacts/0/0/${run}/artifacts`)
  room--
  expect(await uri()).toBe(`mlflow-artifacts:/0/0/${run}/artifacts`)
  expect((await ask('PUT', `${files}/0/0/${run}/artifacts/a.txt`, 'a')).body).toEqual({})
  expect(fs.readFileSync(`${folder}/artifacts/0/0/${run}/artifacts/a.txt`, 'utf8')).toBe('a')
  // What stands in its place is as good as a full disk.
  fs.mkdirSync(`${folder}/artifacts/0/0/${run}/artifacts/b.txt`)
  expect(await ask('PUT', `${files}/0/0/${run}/artifacts/b.txt`, 'b')).toEqual({ status: 200, body: {} })
  expect(told.at(-1)).toEqual(['tell', expect.stringContaining('is not kept')])
})
