import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestHouse, readJson } from './support/house.ts'
import { params, rankEnd } from './support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

test('an elastic restart from four ranks to two that complete is completed, of two ranks, in summary, run.json and graph', async () => {
  const { connection } = await house.started({ collectAllProcesses: true })
  const start = async (attempt: number, worldSize: number, status: 'completed' | 'failed'): Promise<void> => {
    for (let rank = 0; rank < worldSize; rank++) {
      const peer = house.peer(connection, { rank, attempt, worldSize, hello: { restartsMax: 1 } })
      await peer.welcome()
      await peer.store('w', [...params(attempt * 10 + rank, 1), rankEnd(status)])
      await peer.bye()
    }
  }
  await start(0, 4, 'failed')
  await start(1, 2, 'completed')
  const { summary, runDir } = await house.status('run-finished')
  expect(summary).toMatchObject({ status: 'completed', worldSize: 2, logs: 6 })
  expect(readJson(path.join(runDir, 'run.json'))).toMatchObject({
    status: 'completed',
    worldSize: 2,
    logs: 6,
  })
  const { activity } = readJson(path.join(runDir, 'prov.json')) as { activity: Record<string, object> }
  const run = Object.entries(activity).find(([, facts]) => 'provloom:worldSize' in facts)?.[1]
  expect(run).toMatchObject({ 'provloom:status': 'completed', 'provloom:worldSize': 2 })
})
