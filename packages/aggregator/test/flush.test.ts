import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readJson as readProv } from '@provloom/prov'
import { TestHouse, readJson } from './support/house.ts'
import { params, points, series } from './support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

test('writes prov.json at every n-th log, each time with all logs so far', async () => {
  const aggregator = await house.started({ saveAfterNLogs: 100 })
  const peer = house.peer(aggregator.connection)
  const { runDir } = await peer.welcome()
  const file = path.join(runDir, 'prov.json')
  for (let logs = 10; logs <= 1_000; logs += 10) {
    await peer.store('w', params(logs - 10, 10))
    if (logs % 100 !== 0) continue
    await house.status('flushed', (one) => one.logs === logs)
    const document = fs.readFileSync(file, 'utf8')
    expect(document).toContain(`"p${logs - 1}"`)
    expect(document).not.toContain(`"p${logs}"`)
    expect(readJson(path.join(runDir, 'run.json'))).toMatchObject({ logs, finished: false })
  }
  const renewals = house.told.filter((one) => one.kind === 'flushed' && one.logs > 0)
  expect(renewals).toHaveLength(10)
})

test('counts points and artifacts, and not what declares or ends something', async () => {
  const aggregator = await house.started({ saveAfterNLogs: 12 })
  const peer = house.peer(aggregator.connection)
  await peer.welcome()
  await peer.store('w', [series(1, 'loss')], points(1, 0, 11))
  await peer.store('w', [
    { type: 'context', time: 1, name: 'training' },
    { type: 'artifact', time: 1, name: 'a', kind: 'artifact', role: 'output', path: '/a' },
  ])
  expect((await house.status('flushed', (one) => one.logs > 0)).logs).toBe(12)
})

test('has a whole document on disk from the first moment on', async () => {
  const aggregator = await house.started({ saveAfterNLogs: 50 })
  const peer = house.peer(aggregator.connection)
  const { runDir } = await peer.welcome()
  await house.status('flushed')
  let reads = 0
  const watcher = setImmediate(function read() {
    readProv(fs.readFileSync(path.join(runDir, 'prov.json'), 'utf8'))
    if (++reads < 50) setImmediate(read)
  })
  for (let i = 0; i < 40; i++) await peer.store('w', params(i * 50, 50))
  clearImmediate(watcher)
  expect(reads).toBeGreaterThan(10)
  await peer.bye()
  await house.status('run-finished')
  expect(fs.readdirSync(runDir).filter((name) => name.endsWith('.tmp'))).toEqual([])
})
