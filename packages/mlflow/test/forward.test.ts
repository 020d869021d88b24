import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { limits } from '@provloom/shared'
import { expect, it, onTestFinished } from 'vitest'
import { Forwarder, createMlflow, handOnKept, keptForServers, openServer, outboxesOf } from '../src/index.ts'
import type { HandedOn, Metric, Recorder, Said } from '../src/index.ts'

function folderOf(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-forward-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

interface Answer {
  readonly runs?: {
    readonly info: { readonly run_id: string; readonly run_name: string }
    readonly data: { readonly params: unknown; readonly tags: readonly { key: string; value: string }[] }
  }[]
  readonly metrics?: { readonly step: number; readonly timestamp: number; readonly value: unknown }[]
  readonly files?: unknown
}

/** A tracking server that keeps whatever it is told as often as it is: our own door. */
async function tracking(): Promise<{
  readonly uri: string
  ask(address: string, body?: object): Promise<Answer>
}> {
  let count = 0
  const nothing = (): void => {}
  const recorder: Recorder = {
    begin: () => (++count).toString(16).padStart(32, 'f'),
    former: () => undefined,
    began: nothing,
    resume: nothing,
    param: nothing,
    metrics: nothing,
    dataset: nothing,
    model: nothing,
    modelFile: nothing,
    end: nothing,
    said: nothing,
    tell: nothing,
  }
  const server = await createMlflow({ of: () => recorder }, { folder: folderOf(), artifacts: 'http' })
  onTestFinished(() => server.close())
  const uri = server.uri.replace('//', `//any:${server.token}@`)
  return {
    uri,
    async ask(address, body) {
      const answer = await fetch(`${server.uri}/api/2.0/mlflow${address}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: { authorization: `Bearer ${server.token}` },
      })
      return (await answer.json()) as Answer
    },
  }
}

type Fate = 'passes' | 'never arrives' | 'is not answered' | 'fails' | 'is broken'

/** A way to a server on which requests are lost, or their answers: by what `fate` says of each. */
async function lossy(uri: string, fate: (address: string) => Fate): Promise<string> {
  const { port, username, password } = new URL(uri)
  const between = http.createServer((request, response) => {
    const now = fate(request.url ?? '')
    if (now === 'never arrives') return void request.socket.destroy()
    if (now === 'is broken')
      return void request.resume().on('end', () => response.writeHead(500).end('a bug'))
    if (now === 'fails') return void request.resume().on('end', () => response.writeHead(503).end('too much'))
    const on = http.request(
      { port, host: '127.0.0.1', path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        if (now === 'is not answered') return void answer.resume().on('end', () => request.socket.destroy())
        response.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(response)
      },
    )
    request.pipe(on)
  })
  await once(between.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    between.closeAllConnections()
    between.close()
  })
  const address = between.address()
  return `http://${username}:${password}@127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

const run = (runId: string, name: string): Said => ({
  kind: 'run',
  runId,
  experiment: { id: '123', name: 'digits' },
  runName: name,
  userId: 'ada',
  startTime: 1_000,
  artifactUri: `file:///ours/${runId}/artifacts`,
  tags: [{ key: 'team', value: 'blue' }],
})
const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(32))
const values = (runId: string, from: number, count: number): Said => ({
  kind: 'metrics',
  runId,
  metrics: Array.from({ length: count }, (_, k): Metric => {
    const step = from + k
    return {
      key: step % 3 === 0 ? 'loss' : 'accuracy',
      value: step % 7 === 0 ? NaN : step / 10,
      step,
      timestamp: 5_000 + step,
    }
  }),
})

function say(forwarder: Forwarder, stepsAtOnce: number, file: string): void {
  for (const id of ids) forwarder.said(0, run(id, `run ${id[0]}`), undefined)
  for (let step = 0; step < 300; step += stepsAtOnce)
    for (const id of ids) forwarder.said(0, values(id, step, stepsAtOnce), undefined)
  for (const id of ids) {
    forwarder.said(0, { kind: 'params', runId: id, params: [{ key: 'lr', value: '0.1' }] }, undefined)
    forwarder.said(
      0,
      { kind: 'tags', runId: id, tags: [{ key: 'mlflow.parentRunId', value: ids[0]! }] },
      undefined,
    )
    forwarder.file(0, { runId: id }, 'notes/a note.txt', file)
    forwarder.said(0, { kind: 'update', runId: id, status: 'FINISHED', endTime: 9_000 }, undefined)
  }
}

function forwarding(
  folder: string,
  uri: string,
  tell: (message: string) => void = () => {},
  bytesMax?: number,
): Forwarder {
  return new Forwarder({
    folder,
    server: openServer(uri, {}),
    tell,
    againMs: 1,
    ...(bytesMax === undefined ? {} : { bytesMax }),
  })
}

/** What the server has: of each run its values, each as often as it is there. */
async function found(server: Awaited<ReturnType<typeof tracking>>): Promise<Record<string, string[]>> {
  const { runs = [] } = await server.ask('/runs/search', { experiment_ids: [], max_results: 1000 })
  const all: Record<string, string[]> = {}
  for (const { info, data } of runs) {
    expect(info).toMatchObject({ status: 'FINISHED', end_time: 9_000, user_id: 'ada' })
    expect(data.params).toEqual([{ key: 'lr', value: '0.1' }])
    const points: string[] = []
    for (const key of ['loss', 'accuracy']) {
      const { metrics } = await server.ask(`/metrics/get-history?run_id=${info.run_id}&metric_key=${key}`)
      for (const one of metrics ?? []) points.push(`${key} ${one.step} ${one.timestamp} ${String(one.value)}`)
    }
    all[info.run_name] = points.sort()
  }
  return all
}

const expected = Array.from({ length: 300 }, (_, step) => {
  const value = step % 7 === 0 ? 'NaN' : String(step / 10)
  return `${step % 3 === 0 ? 'loss' : 'accuracy'} ${step} ${5_000 + step} ${value}`
}).sort()
const whole = Object.fromEntries(ids.map((id) => [`run ${id[0]}`, expected]))

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

it.each([1, 2, 3, 4, 5, 6])(
  'every value is there once, whatever requests and answers are lost on the way and whenever it is begun anew (seed %i)',
  async (seed) => {
    const server = await tracking()
    const random = randomOf(seed)
    const fates: readonly Fate[] = ['passes', 'passes', 'passes', 'never arrives', 'is not answered', 'fails']
    const uri = await lossy(server.uri, () => fates[Math.floor(random() * fates.length)]!)
    const root = folderOf()
    const folder = path.join(outboxesOf(root), 'one')
    const note = path.join(root, 'note.txt')
    fs.writeFileSync(note, 'a note')
    const first = forwarding(folder, uri)
    say(first, [1, 10, 100][seed % 3]!, note)
    fs.rmSync(note)
    // What is left then is what another process finds.
    let handed = await first.finish(20 * seed)
    for (let n = 0; handed.left > 0 && n < 50; n++)
      handed = await forwarding(folder, uri).finish(n < 5 ? 30 : 60_000)
    expect(handed.left).toBe(0)
    expect(await found(server)).toEqual(whole)
    const { runs = [] } = await server.ask('/runs/search', { experiment_ids: [] })
    for (const { info, data } of runs) {
      const { files } = await server.ask(`/artifacts/list?run_id=${info.run_id}&path=notes`)
      expect(files).toEqual([{ path: 'notes/a note.txt', is_dir: false, file_size: 6 }])
      const parent = data.tags.find(({ key }) => key === 'mlflow.parentRunId')?.value
      expect(runs.find((one) => one.info.run_id === parent)?.info.run_name).toBe('run a')
    }
    expect(fs.existsSync(outboxesOf(root))).toBe(false)
  },
)

it('of a server that is not there all is kept, told once, and handed on by whoever comes later', async () => {
  const server = await tracking()
  const root = folderOf()
  const note = path.join(root, 'note.txt')
  fs.writeFileSync(note, 'a note')
  const told: string[] = []
  const gone = new URL(server.uri)
  const forwarder = forwarding(path.join(outboxesOf(root), 'one'), 'http://127.0.0.1:9', (message) =>
    told.push(message),
  )
  say(forwarder, 50, note)
  const { left, reason } = await forwarder.finish(60_000, 50)
  expect(left).toBe(33)
  expect(reason).toContain('ECONNREFUSED')
  expect(new Set(told).size).toBe(1)
  const [kept] = keptForServers([root])
  expect(kept).toMatchObject({ uri: 'http://127.0.0.1:9', isOwned: false })
  const variables = { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: gone.password }
  const handed: HandedOn = await handOnKept(kept!, variables, () => {}, `http://127.0.0.1:${gone.port}`)
  expect(handed).toMatchObject({ left: 0, runs: 3, values: 900, files: 3 })
  expect(await found(server)).toEqual(whole)
  expect(keptForServers([root])).toEqual([])
})

it('what a process hands on no other does at the same time', async () => {
  const root = folderOf()
  const folder = path.join(outboxesOf(root), 'one')
  const forwarder = forwarding(folder, 'http://127.0.0.1:9')
  expect(keptForServers([root])).toMatchObject([{ isOwned: true }])
  expect(() => forwarding(folder, 'http://127.0.0.1:9')).toThrow('another process')
  await forwarder.finish(0)
})

it('of a request that is refused all but what is wrong in it is there', async () => {
  const server = await tracking()
  const root = folderOf()
  const told: string[] = []
  const forwarder = forwarding(path.join(root, 'one'), server.uri, (message) => told.push(message))
  forwarder.said(0, run(ids[0]!, 'run a'), undefined)
  const { metrics } = values(ids[0]!, 0, 40) as Extract<Said, { kind: 'metrics' }>
  const wrong = { key: '', value: 1, step: 0, timestamp: 0 }
  forwarder.said(
    0,
    { kind: 'metrics', runId: ids[0]!, metrics: [...metrics.slice(0, 20), wrong, ...metrics.slice(20)] },
    undefined,
  )
  const handed = await forwarder.finish()
  expect(handed).toMatchObject({ left: 0, refused: 1 })
  expect(told).toEqual([expect.stringContaining("Missing value for required parameter 'key'")])
  const { runs = [] } = await server.ask('/runs/search', { experiment_ids: [] })
  const { metrics: loss } = await server.ask(
    `/metrics/get-history?run_id=${runs[0]!.info.run_id}&metric_key=loss`,
  )
  expect(loss).toHaveLength(14)
})

it('of more than mlflowForwardBytesMax that waits what comes later is not handed on, and told', async () => {
  expect(limits.mlflowForwardBytesMax).toBeGreaterThan(2 ** 29)
  const told: string[] = []
  const forwarder = forwarding(
    path.join(folderOf(), 'one'),
    'http://127.0.0.1:9',
    (message) => told.push(message),
    4_000,
  )
  forwarder.said(0, run(ids[0]!, 'run a'), undefined)
  for (let step = 0; step < 100; step += 10) forwarder.said(0, values(ids[0]!, step, 10), undefined)
  const { dropped, left } = await forwarder.finish(60_000, 20)
  expect(left).toBeGreaterThan(2)
  expect(left + dropped).toBe(11)
  expect(told).toContainEqual(expect.stringContaining('more than 4000 bytes wait'))
})

it('a request that a server fails at mlflowForwardTriesMax times holds up no other', async () => {
  const server = await tracking()
  let asked = 0
  const broken = await lossy(server.uri, (address) => {
    if (!address.includes('/runs/delete-tag')) return 'passes'
    asked++
    return 'is broken'
  })
  const told: string[] = []
  const forwarder = forwarding(path.join(folderOf(), 'one'), broken, (message) => told.push(message))
  forwarder.said(0, run(ids[0]!, 'run a'), undefined)
  forwarder.said(0, { kind: 'tag-gone', runId: ids[0]!, key: 'team' }, undefined)
  forwarder.said(0, values(ids[0]!, 0, 10), undefined)
  expect(await forwarder.finish()).toMatchObject({ left: 0, refused: 1, values: 10 })
  expect(asked).toBe(limits.mlflowForwardTriesMax)
  expect(told).toContainEqual(expect.stringContaining('it answers 500'))
})

it('a server that takes its time is given up after mlflowForwardEndMs, and what is left is kept', async () => {
  expect(limits.mlflowForwardEndMs).toBeLessThanOrEqual(60_000)
  const silent = http.createServer(() => {})
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    silent.closeAllConnections()
    silent.close()
  })
  const address = silent.address()
  const uri = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const folder = path.join(folderOf(), 'one')
  const forwarder = forwarding(folder, uri)
  forwarder.said(0, run(ids[0]!, 'run a'), undefined)
  expect(await forwarder.finish(200, 60_000)).toMatchObject({ left: 1, runs: 0 })
  expect(fs.existsSync(folder)).toBe(true)
})

it('a rank that is not collected is not handed on', async () => {
  const server = await tracking()
  const forwarder = new Forwarder({
    folder: path.join(folderOf(), 'one'),
    server: openServer(server.uri, {}),
    tell: () => {},
    isWanted: (rank) => rank === 0,
  })
  for (const rank of [0, 1]) {
    forwarder.said(rank, run(ids[0]!, `rank ${rank}`), undefined)
    forwarder.said(rank, values(ids[0]!, 0, 10), undefined)
  }
  expect(await forwarder.finish()).toMatchObject({ runs: 1, values: 10, left: 0 })
})
