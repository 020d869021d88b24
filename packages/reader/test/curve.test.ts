import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { CurveQuery, RankCurvesAnswer, Reader, RibbonAnswer } from '@provloom/reader'
import { limits } from '@provloom/shared'
import { givePoints, startUs } from './support/points.ts'
import type { Point } from './support/points.ts'
import { folder, makeRun } from './support/runs.ts'

async function readerOf(points: readonly Point[]): Promise<Reader> {
  const saveDir = folder()
  await makeRun(saveDir, { name: 'digits_0', metrics: { 'training.loss': 1 } })
  givePoints(path.join(saveDir, 'digits_0'), points)
  return openReader(saveDir)
}

async function ribbon(reader: Reader, query: Partial<CurveQuery> = {}): Promise<RibbonAnswer> {
  const answer = await reader.curve(undefined, { metric: 'loss', ...query })
  if (answer.kind !== 'ribbon') throw new Error('no ribbon')
  return answer
}

async function curves(reader: Reader, query: Partial<CurveQuery>): Promise<RankCurvesAnswer> {
  const answer = await reader.curve(undefined, { metric: 'loss', ...query })
  if (answer.kind !== 'ranks') throw new Error('no curves of ranks')
  return answer
}

const steps = (count: number): number[] => Array.from({ length: count }, (_, step) => step)

describe('a curve', () => {
  it('is the lower median of ranks and the least and most of their points, with rank and step', async () => {
    const reader = await readerOf(
      steps(4).flatMap((step) => [0, 1, 2, 3].map((rank) => ({ rank, step, value: rank * 10 + step }))),
    )
    const { columns, width, exact, first, last, rankCount } = await ribbon(reader, { buckets: 2 })
    expect({ width, exact, first, last, rankCount }).toEqual({
      width: 2,
      exact: true,
      first: 0,
      last: 3,
      rankCount: 4,
    })
    expect(columns).toEqual({
      x: [0, 2],
      min: [0, 2],
      minRank: [0, 0],
      minStep: [0, 2],
      median: [10.5, 12.5],
      max: [31, 33],
      maxRank: [3, 3],
      maxStep: [1, 3],
      count: [8, 8],
      nan: [0, 0],
      infinite: [0, 0],
      ranks: [4, 4],
    })
  })

  it('tells NaN by index and never as null', async () => {
    const values = [1, NaN, Infinity, -Infinity]
    const reader = await readerOf(values.map((value, step) => ({ rank: 0, step, value })))
    const { columns, odd } = await ribbon(reader)
    expect(columns.nan).toEqual([0, 1, 0, 0])
    expect(columns.median).toEqual([1, 0, 0, 0])
    expect(odd['median']).toEqual({ nan: [1, 2, 3] })
    const [own] = (await curves(reader, { ranks: 'all' })).curves
    expect(own!.odd['last']).toEqual({ nan: [1], positiveInfinity: [2], negativeInfinity: [3] })
    expect(JSON.stringify(await ribbon(reader))).not.toContain('null')
  })

  it('is of a part of the steps, and says how far all of it goes', async () => {
    const reader = await readerOf(steps(21).map((step) => ({ rank: 0, step, value: step })))
    const { columns, first, last } = await ribbon(reader, { from: 5, to: 7 })
    expect([columns.x, first, last]).toEqual([[5, 6, 7], 0, 20])
  })

  it('by time has microseconds for its axis', async () => {
    const reader = await readerOf(steps(4).map((step) => ({ rank: 0, step, value: step })))
    const { columns, first, last, width } = await ribbon(reader, { by: 'time' })
    expect([first, last]).toEqual([startUs, startUs + 3_000_000])
    expect(columns.x.map((x) => Math.floor(x / width))).toEqual(
      steps(4).map((step) => Math.floor((startUs + step * 1e6) / width)),
    )
  })

  it('of each rank is told for curvesShownMax of them, and the others are counted', async () => {
    const all = limits.curvesShownMax + 3
    const reader = await readerOf(steps(all).map((rank) => ({ rank, step: 0, value: rank })))
    const answer = await curves(reader, { ranks: 'all' })
    expect(answer.curves.map(({ rank }) => rank)).toEqual(steps(limits.curvesShownMax))
    expect(answer.more).toBe(3)
    const two = await curves(reader, { ranks: [66, 2] })
    expect(two.curves.map(({ rank, mean }) => [rank, mean[0]])).toEqual([
      [2, 2],
      [66, 66],
    ])
  })

  it.each([
    [{ metric: 'loss' }, 1],
    [{ metric: 'training.loss' }, 1],
    [{ metric: 'training/loss' }, 1],
    [{ metric: 'validation/loss' }, 'METRIC_UNKNOWN'],
    [{ metric: '' }, 'METRIC_UNKNOWN'],
    [{ metric: 'loss', buckets: 0 }, 'BAD_QUERY'],
    [{ metric: 'loss', from: 2, to: 1 }, 'BAD_QUERY'],
  ] as const)('is asked for by %j', async (query, expected) => {
    const reader = await readerOf([{ rank: 0, step: 0, value: 1 }])
    const asked = reader.curve(undefined, query).then(
      (answer) => (answer.kind === 'ribbon' ? answer.columns.count[0] : undefined),
      (error: { readonly code: string }) => error.code,
    )
    expect(await asked).toBe(expected)
  })

  it('whose part is gone is an error with its code', async () => {
    const saveDir = folder()
    await makeRun(saveDir, { name: 'digits_0', metrics: { 'training.loss': 1 } })
    givePoints(path.join(saveDir, 'digits_0'), [{ rank: 0, step: 0, value: 1 }])
    fs.rmSync(path.join(saveDir, 'digits_0/metrics'), { recursive: true })
    await expect(openReader(saveDir).curve(undefined, { metric: 'loss' })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    })
  })

  it('of what agents measure is of the worker of each rank, and of all machines whichever rank has written', async () => {
    const saveDir = folder()
    const measured = {
      unit: '%',
      measured: true as const,
      ranks: 2,
      points: 4,
      first: 1,
      last: 4,
      firstStep: 0,
      lastStep: 1,
      seconds: 1,
    }
    await makeRun(saveDir, {
      name: 'digits_0',
      head: {
        metrics: {
          shown: [
            { key: 'cpu_usage', source: 'worker', ...measured },
            { key: 'cpu_usage', source: 'host', ...measured },
          ],
          more: 0,
        },
      },
    })
    const row = { key: 'cpu_usage', context: null }
    givePoints(
      path.join(saveDir, 'digits_0'),
      [0, 1].flatMap((rank) =>
        [0, 1].flatMap((step) => [
          { ...row, source: 'worker', rank, step, value: 10 * rank + step },
          { ...row, source: `host-0000000${rank}`, rank, step, value: 100 * rank + step },
        ]),
      ),
    )
    const reader = openReader(saveDir)
    for (const [metric, times] of [
      ['/cpu_usage@worker', 10],
      ['/cpu_usage@host', 100],
    ] as const) {
      const { columns, rankCount } = await ribbon(reader, { metric, from: 0, to: 1 })
      expect({ rankCount, max: columns.max, median: columns.median }).toEqual({
        rankCount: 2,
        max: [times, times + 1],
        median: [0, 1],
      })
    }
  })
})
