import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestHouse, readJson } from './support/house.ts'
import { params, points, rankEnd, rankStart, series } from './support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

test('takes a run from hello to a finished directory', async () => {
  const aggregator = await house.started({ saveAfterNLogs: 10 })
  const peer = house.peer(aggregator.connection)
  const welcome = await peer.welcome()
  expect(welcome.runDir).toBe(house.runDir())
  expect(readJson(path.join(welcome.runDir, 'run.json'))).toMatchObject({
    runId: welcome.runId,
    finished: false,
  })
  await peer.store('worker-1', [rankStart(), ...params(0, 25), series(1, 'loss')], points(1, 0, 100))
  await peer.store('worker-1', [rankEnd()])
  await peer.bye()
  const finished = await house.status('run-finished')
  expect(finished.summary).toMatchObject({
    status: 'completed',
    logs: 125,
    total: { sent: 128, stored: 128, dropped: 0 },
  })
  expect(fs.readdirSync(welcome.runDir).sort()).toEqual(['artifacts', 'metrics', 'prov.json', 'run.json'])
  expect(readJson(path.join(welcome.runDir, 'run.json'))).toMatchObject({
    finished: true,
    status: 'completed',
  })
  expect(fs.readFileSync(path.join(welcome.runDir, 'prov.json'), 'utf8')).toContain('p24')
  await aggregator.done
})
