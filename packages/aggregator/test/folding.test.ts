import fs from 'node:fs'
import path from 'node:path'
import { openRun } from '@provloom/rundir'
import { randomFrom } from '../../../test/support/random.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestHouse } from './support/house.ts'
import { points, series } from './support/peer.ts'

let house: TestHouse

beforeEach(() => {
  house = new TestHouse()
})

afterEach(() => house.clear())

/** Values that cannot be told in fewer bytes: curves are a share of the bytes of their parts. */
function noisy(rows: ReturnType<typeof points>): ReturnType<typeof points> {
  const random = randomFrom(1)
  for (let i = 0; i < rows.value.length; i++) rows.value[i] = i + random.unit()
  return rows
}

/** A run of one rank with enough points for a curve, that has ended. */
async function endedRun(): Promise<string> {
  const aggregator = await house.started()
  const peer = house.peer(aggregator.connection)
  const { runDir } = await peer.welcome()
  await peer.store('w', [series(1, 'loss')], noisy(points(1, 0, 20_000)))
  await peer.bye()
  await house.status('run-finished')
  await aggregator.done
  return runDir
}

const namesIn = (runDir: string): string[] => fs.readdirSync(path.join(runDir, 'curves'))

test('an aggregator whose run has ended stays until its curves are folded', async () => {
  const runDir = await endedRun()
  expect(namesIn(runDir)).toContain('all.parquet')
  const { curves } = await openRun(runDir).ribbon({
    metric: { context: 'training', source: null, key: 'loss' },
  })
  expect(curves.points.reduce((sum, one) => sum + one, 0)).toBe(20_000)
  expect([curves.minStep[0], curves.maxStep[curves.count - 1]]).toEqual([0, 19_999])
})
