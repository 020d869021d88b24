import fs from 'node:fs'
import path from 'node:path'
import type { Event } from '@provloom/shared'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestHouse, readJson } from '../support/house.ts'
import { points, rankEnd, rankStart, series } from '../support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

const gone = 'it is not in the run directory any more'
const modelOf = (name: string, version: number): Event => ({
  type: 'artifact',
  time: 1,
  name,
  kind: 'checkpoint',
  role: 'output',
  model: 'm',
  version,
  spooled: name,
  copy: true,
})
const storedAt = (number: number, stored: string): Event => ({
  type: 'artifact.stored',
  time: 2,
  stream: 'w',
  number,
  size: 1,
  sha256: 'ab',
  stored,
})

/** What is said of the entity of this label, in the document on disk. */
function facts(runDir: string, label: string): Readonly<Record<string, unknown>> {
  const { entity } = JSON.parse(fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8')) as {
    entity: Record<string, Record<string, unknown>>
  }
  return Object.values(entity).find((one) => one['prov:label'] === label) ?? {}
}

const names = ['m_0.pt', 'm_1.pt', 't.py']

test('of what somebody has removed while the run went on its document names no place, and says so', async () => {
  const { connection } = await house.started()
  const peer = house.peer(connection)
  const { runDir } = await peer.welcome()
  const script: Event = {
    type: 'artifact',
    time: 1,
    name: 't.py',
    kind: 'script',
    role: 'input',
    path: '/w/t.py',
  }
  await peer.store('w', [modelOf('m_0.pt', 0), modelOf('m_1.pt', 1), script, rankStart()])
  const places = ['artifacts/rank0/m_0.pt', 'artifacts/rank0/m_1.pt', 'code/t.py']
  for (const place of places) {
    fs.mkdirSync(path.dirname(path.join(runDir, place)), { recursive: true })
    fs.writeFileSync(path.join(runDir, place), 'x')
  }
  await peer.store(
    'a',
    places.map((place, n) => storedAt(n, place)),
  )
  fs.rmSync(path.join(runDir, 'artifacts/rank0/m_0.pt'))
  fs.rmSync(path.join(runDir, 'code'), { recursive: true })
  await peer.store('w', [series(1, 'loss')], points(1, 0, 3))
  await peer.store('w', [rankEnd()])
  await peer.bye()
  const { summary } = await house.status('run-finished')
  const [removed, left] = names.map((name) => facts(runDir, name))
  expect(removed).toMatchObject({ 'schema:sha256': 'ab', 'provloom:size': 1, 'provloom:problem': gone })
  expect(removed).not.toHaveProperty(['prov:location'])
  expect(removed).not.toHaveProperty(['schema:contentUrl'])
  expect(left).toMatchObject({ 'prov:location': places[1], 'schema:contentUrl': places[1] })
  expect(left).not.toHaveProperty(['provloom:problem'])
  const copy = facts(runDir, 'copy of t.py')
  expect(copy).toMatchObject({ 'schema:sha256': 'ab', 'provloom:problem': gone })
  expect(copy).not.toHaveProperty(['schema:contentUrl'])
  expect(facts(runDir, 't.py')).toMatchObject({ 'prov:location': '/w/t.py' })
  expect(facts(runDir, 'metrics/part-000000000000.parquet')).not.toHaveProperty(['provloom:problem'])
  expect(summary).toMatchObject({ status: 'completed', problemKinds: [{ code: 'FILE_GONE', count: 2 }] })
  expect(readJson(path.join(runDir, 'run.json'))).toMatchObject({
    head: { outputs: { shown: [{ stored: places[1] }, expect.not.objectContaining({ stored: places[0] })] } },
  })
})

test('what is there again when the run ends anew has its place again', async () => {
  const { connection } = await house.started({ collectAllProcesses: true })
  const one = house.peer(connection, { hello: { restartsMax: 1, restarts: 'all' } })
  const { runDir } = await one.welcome()
  await one.store('w', [modelOf('m_0.pt', 0), storedAt(0, 'artifacts/rank0/m_0.pt'), rankStart(), rankEnd()])
  await one.bye()
  await house.status('run-ended')
  expect(facts(runDir, 'm_0.pt')).toMatchObject({ 'provloom:problem': gone })
  fs.mkdirSync(path.join(runDir, 'artifacts/rank0'), { recursive: true })
  fs.writeFileSync(path.join(runDir, 'artifacts/rank0/m_0.pt'), 'x')
  const other = house.peer(connection, { attempt: 1, hello: { restartsMax: 1, restarts: 'all' } })
  await other.welcome()
  await other.store('w', [rankStart(), rankEnd()])
  await other.bye()
  await house.status('run-ended', ({ summary }) => summary.ranks.length === 2 && summary.problems === 0)
  expect(facts(runDir, 'm_0.pt')).toMatchObject({ 'prov:location': 'artifacts/rank0/m_0.pt' })
  expect(facts(runDir, 'm_0.pt')).not.toHaveProperty(['provloom:problem'])
})
