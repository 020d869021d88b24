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

/** Two turns of a job that is started once with `world`, all of whose ranks fail in the second. */
async function brokenOff(world: number) {
  const { connection } = await house.started({ collectAllProcesses: true })
  /** Enters a run and, where an end is told, ends there. */
  const enter = async (
    place: { rank: number; worldSize: number; attempt?: number; worker: string; ordinal: number },
    status?: 'completed' | 'failed',
  ): Promise<string> => {
    const { worker, ordinal, ...rest } = place
    const peer = house.peer(connection, { ...rest, hello: { worker, ordinal, restarts: 'all' } })
    const welcome = await peer.welcome()
    if (status !== undefined) {
      await peer.store('w', [rankEnd(status)])
      await peer.bye()
    }
    return `${welcome.ordinal} ${welcome.attempt}`
  }
  for (const [ordinal, status] of [
    [0, 'completed'],
    [1, 'failed'],
  ] as const)
    for (let rank = 0; rank < world; rank++)
      await enter({ rank, worldSize: world, worker: `first-${rank}`, ordinal }, status)
  return enter
}

test('ranks that are started again are one attempt, though one of them counts none and the other is over already', async () => {
  const enter = await brokenOff(2)
  const again = async (rank: number, attempt: number): Promise<string[]> => {
    const place = { rank, attempt, worldSize: 2, worker: `again-${rank}` }
    return [
      await enter({ ...place, ordinal: 0 }, 'completed'),
      await enter({ ...place, ordinal: 1 }, 'completed'),
    ]
  }
  expect(await again(1, 1)).toEqual(['0 1', '1 1'])
  expect(await again(0, 0)).toEqual(['0 1', '1 1'])
})

test.each([
  ['the one that was there comes first', [0, 1]],
  ['the new one comes first', [1, 0]],
])('a job that grows starts again from its first run, and counts nothing: %s', async (_, order) => {
  const enter = await brokenOff(1)
  for (const rank of order) {
    const place = { rank, worldSize: 2, worker: `again-${rank}` }
    expect(await enter({ ...place, ordinal: 0 }, 'completed')).toBe('0 1')
    expect(await enter({ ...place, ordinal: 1 }, 'completed')).toBe('1 1')
  }
})

test('a job that has completed and is started anew under its key has runs of its own', async () => {
  const { connection } = await house.started({ collectAllProcesses: true })
  for (const worker of ['first', 'second']) {
    const hello = { worker, restarts: 'all' } as const
    const peer = house.peer(connection, { worldSize: 2, hello })
    expect((await peer.welcome()).ordinal).toBe(worker === 'first' ? 0 : 1)
    await peer.store('w', [rankEnd('completed')])
    await peer.bye()
  }
})
