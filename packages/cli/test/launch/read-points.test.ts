import path from 'node:path'
import { expect, it } from 'vitest'
import { limits } from '@provloom/shared'
import { givePoints } from '../../../reader/test/support/points.ts'
import { folder, makeRun } from '../../../reader/test/support/runs.ts'
import { readPoints } from '../../src/launch/read-points.ts'

it('of more values than mlflowFormerPointsMax the last ones are given, in the order of their time', async () => {
  const dir = folder()
  await makeRun(dir, { name: 'digits_0' })
  const runDir = path.join(dir, 'digits_0')
  const of = (source: string | null, rank: number, value: number): Parameters<typeof givePoints>[1] =>
    Array.from({ length: 40 }, (_, step) => ({ rank, step, value: value + step, source, context: null }))
  givePoints(runDir, [
    ...of(null, 0, 0),
    ...of('a data set', 0, 0.5),
    ...of(null, 1, 100),
    ...of('worker', 0, 7000),
  ])
  const valuesOf = async (rank: number | undefined, most: number): Promise<number[]> =>
    (await readPoints(runDir, 'loss', rank, most)).map(({ value }) => value)
  // What was measured on a data set is the metric's too; what an agent measures is not.
  expect(await valuesOf(0, 5)).toEqual([37, 38.5, 38, 39.5, 39])
  expect(await valuesOf(1, limits.mlflowFormerPointsMax)).toEqual(
    Array.from({ length: 40 }, (_, step) => 100 + step),
  )
  expect(await valuesOf(undefined, limits.mlflowFormerPointsMax)).toHaveLength(120)
})
