import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { MatrixAnswer, Reader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { givePoints } from './support/points.ts'
import type { Point } from './support/points.ts'
import { folder, makeRun } from './support/runs.ts'

const all = 1024
const stepCount = 40
const key = 'compute_time'

/** Rank 613 of 1,024 takes twice the time from step 20 on, and rank 288 is lost after step 9. */
let trained: Reader

beforeAll(async () => {
  const saveDir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-reader-'))
  const points: Point[] = []
  for (let rank = 0; rank < all; rank++)
    for (let step = 0; step < (rank === 288 ? 10 : stepCount); step++)
      points.push({ rank, step, key, value: rank === 613 && step >= 20 ? 2 : 1 + (rank % 3) / 100 })
  await makeRun(saveDir, {
    name: 'llm_0',
    ranks: all,
    metrics: { [`training.${key}`]: 1 },
    of: (rank) => ({
      host: `n${Math.floor(rank / 8)}`,
      lastStep: rank === 288 ? 9 : stepCount - 1,
      ...(rank === 288 ? { status: 'lost' as const } : {}),
    }),
  })
  givePoints(path.join(saveDir, 'llm_0'), points)
  trained = openReader(saveDir)
  return () => removeFolder(saveDir)
})

/** Ratio by row and column; 0 where no point is. */
function ratios({ cells, rows, cols, scale }: MatrixAnswer): number[][] {
  if (scale.kind !== 'log2') throw new Error('no ratios')
  const bytes = Buffer.from(cells, 'base64')
  expect(bytes).toHaveLength(rows * cols)
  return Array.from({ length: rows }, (_, row) =>
    Array.from(bytes.subarray(row * cols, (row + 1) * cols), (byte) =>
      byte === 0 ? 0 : 2 ** ((byte - scale.zero) / scale.perOctave),
    ),
  )
}

describe('the matrix of ranks and steps', () => {
  it('has two columns at least where steps are before 0 and behind it, and none of no columns', async () => {
    const saveDir = folder()
    await makeRun(saveDir, { name: 'odd_0', metrics: { 'training.loss': 1 } })
    givePoints(
      path.join(saveDir, 'odd_0'),
      [-5, -1, 0, 7].map((step) => ({ rank: 0, key: 'loss', step, value: step })),
    )
    const reader = openReader(saveDir)
    const { cols, stepsPerCol, from } = await reader.matrix(undefined, {
      metric: 'loss',
      show: 'value',
      cols: 1,
    })
    expect({ cols, stepsPerCol, from }).toEqual({ cols: 2, stepsPerCol: 8, from: -8 })
    for (const none of [{ cols: 0 }, { rows: 0 }, { cols: 1.5 }, { cols: -1 }, { cols: NaN }])
      await expect(reader.matrix(undefined, { metric: 'loss', ...none })).rejects.toMatchObject({
        code: 'BAD_QUERY',
      })
  })

  it('shows one slow rank of 1,024, two to a row, and nothing of what is as it should be', async () => {
    const matrix = await trained.matrix(undefined, { rows: 512, cols: 64 })
    expect(matrix).toMatchObject({
      rows: 512,
      cols: stepCount,
      ranksPerRow: 2,
      stepsPerCol: 1,
      from: 0,
      to: 39,
    })
    const found = ratios(matrix)
    const stands = found.flatMap((row, i) => (row.some((ratio) => ratio > 1.1) ? [i] : []))
    expect(stands).toEqual([306])
    expect(matrix.ranks[306]).toEqual([612, 613])
    expect(found[306]!.slice(0, 20).every((ratio) => ratio < 1.1)).toBe(true)
    expect(found[306]!.slice(20).every((ratio) => ratio > 1.9 && ratio < 2.1)).toBe(true)
  })

  it('says where a rank was lost', async () => {
    const matrix = await trained.matrix(undefined, { rows: all })
    expect(ratios(matrix)[288]!.map((ratio) => ratio > 0)).toEqual(
      Array.from({ length: stepCount }, (_, step) => step < 10),
    )
    expect(matrix.states).toContainEqual({
      state: 'lost',
      row: 288,
      rank: 288,
      from: 10,
      to: stepCount,
      text: '288 lost, step 9',
    })
  })

  it('is ordered by who is slowest, and widens its columns to what is asked for', async () => {
    const matrix = await trained.matrix(undefined, { order: 'slowest', cols: 10 })
    expect(matrix.ranks[0]).toContain(613)
    expect([matrix.cols, matrix.stepsPerCol]).toEqual([10, 4])
    const values = await trained.matrix(undefined, { show: 'value', from: 0, to: 19 })
    expect(values.scale).toEqual({ kind: 'linear', min: 1, max: 1.02 })
  })

  it('is of no metric where none tells who computes how long', async () => {
    const saveDir = folder()
    await makeRun(saveDir, { name: 'digits_0', metrics: { 'training.loss': 1 } })
    await expect(openReader(saveDir).matrix()).rejects.toMatchObject({ code: 'METRIC_UNKNOWN' })
  })
})

describe('the table of ranks', () => {
  it('has those that stand out first, with their ratio to the median of the last steps', async () => {
    const { columns, odd, ratioOf, total, statuses } = await trained.ranks(undefined, { limit: 3 })
    expect(columns.rank).toEqual([288, 613, 0])
    expect(columns.host).toEqual(['n36', 'n76', 'n0'])
    expect(columns.status).toEqual(['lost', 'completed', 'completed'])
    expect(columns.lastStep).toEqual([9, 39, 39])
    expect(odd['ratio']).toEqual({ nan: [0] })
    expect(columns.ratio[1]).toBeCloseTo(2 / 1.01, 9)
    expect(ratioOf).toEqual({ metric: 'training/compute_time', fromStep: 20, toStep: 39 })
    expect([total, statuses]).toEqual([all, { completed: all - 1, lost: 1 }])
  })

  it.each([
    ['status:lost', undefined, [288]],
    ['host:n2', undefined, [16, 17, 18, 19, 20, 21, 22, 23]],
    ['host:n76 ratio>1.5', undefined, [613]],
    ['rank>=1022', '-rank', [1023, 1022]],
    ['lastStep<20', undefined, [288]],
  ])('finds %s, sorted by %s', async (where, sort, found) => {
    const { columns } = await trained.ranks(undefined, { where, ...(sort === undefined ? {} : { sort }) })
    expect(columns.rank).toEqual(found)
  })

  it.each([{ where: 'nobody:1' }, { where: 'lost' }, { sort: '-nothing' }])(
    'does not guess %j',
    async (query) => {
      const saveDir = folder()
      await makeRun(saveDir, { name: 'digits_0' })
      await expect(openReader(saveDir).ranks(undefined, query)).rejects.toMatchObject({ code: 'BAD_QUERY' })
    },
  )
})
