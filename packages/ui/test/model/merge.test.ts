import { expect, it } from 'vitest'
import type { CurveChange, CurveColumns, RibbonAnswer, RunMetric } from '@provloom/reader'
import { mergedCurve, mergedMetrics } from '../../page/model/merge.ts'

function columns(x: readonly number[], value: number): CurveColumns {
  const all = x.map(() => value)
  return {
    x,
    min: all,
    minRank: all,
    minStep: x,
    median: all,
    max: all,
    maxRank: all,
    maxStep: x,
    count: all,
    nan: all,
    infinite: all,
    ranks: all,
  }
}

const known: RibbonAnswer = {
  kind: 'ribbon',
  metric: 'training/loss',
  by: 'step',
  cursor: '1',
  width: 4,
  exact: true,
  first: 0,
  last: 11,
  rankCount: 2,
  columns: columns([0, 4, 8], 1),
  odd: { median: { nan: [0, 2] } },
}

function change(x: readonly number[], width: number): CurveChange {
  return {
    fromX: x[0]!,
    width,
    exact: true,
    last: 20,
    columns: columns(x, 2),
    odd: { max: { positiveInfinity: [0] } },
  }
}

it('buckets of a change take the place of those from its first on, and nothing is there twice', () => {
  const merged = mergedCurve(known, change([8, 12], 4))
  expect(merged).toMatchObject({ width: 4, last: 20 })
  if (merged.kind !== 'ribbon') throw new Error('no ribbon')
  expect(merged.columns.x).toEqual([0, 4, 8, 12])
  expect(merged.columns.median).toEqual([NaN, 1, 2, 2])
  expect(merged.columns.max).toEqual([1, 1, Infinity, 2])
})

it('the same change twice is as once', () => {
  const once = mergedCurve(known, change([8, 12], 4))
  expect(mergedCurve(once, change([8, 12], 4))).toEqual(once)
})

it('buckets that have become wider are all told anew', () => {
  const merged = mergedCurve(known, change([0, 8, 16], 8))
  expect(merged).toMatchObject({ width: 8, columns: { x: [0, 8, 16] } })
})

it('keeps metrics that are not told again behind those that are', () => {
  const metric = (id: string, points: number): RunMetric => ({ id, key: id, ranks: 1, points })
  const known = [metric('/loss', 1), metric('/accuracy', 1), metric('/norm', 1)]
  expect(mergedMetrics(known, [metric('/loss', 2), metric('/lr', 2)])).toEqual([
    metric('/loss', 2),
    metric('/lr', 2),
    metric('/accuracy', 1),
    metric('/norm', 1),
  ])
})
