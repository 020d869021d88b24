import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bucketOf, bucketsOf, lowerMedian, ribbonOf } from '@provloom/rundir/curve'
import { columnsOf, said } from './naive.ts'
import type { Point } from './naive.ts'

/** Seeds that are kept: each found something, or is the first one tried. */
const seeds = [1, 20261128]

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -400, max: 400 }).map((n) => n / 16) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
)
const point: fc.Arbitrary<Point> = fc.record({
  step: fc.integer({ min: -20, max: 200 }),
  time: fc.integer({ min: 0, max: 2 ** 50 }),
  value,
})
/** Of some ranks, some of them more than once: attempts, or parts. */
const pieces = fc.array(
  fc.record({
    rank: fc.integer({ min: 0, max: 5 }),
    points: fc.array(point, { minLength: 1, maxLength: 60 }),
    exponent: fc.integer({ min: 0, max: 4 }),
  }),
  { maxLength: 12 },
)

/** A ribbon's buckets as its definition says. */
function naive(all: readonly { rank: number; points: readonly Point[] }[], exponent: number): unknown[] {
  const points = all.flatMap(({ rank, points: own }) => own.map((one) => ({ rank, ...one })))
  const ids = [...new Set(points.map(({ step }) => bucketOf(step, exponent)))].sort((a, b) => a - b)
  return ids.map((id) => {
    const inside = points.filter(({ step }) => bucketOf(step, exponent) === id)
    const finite = inside.filter((one) => Number.isFinite(one.value))
    const { sum: _sum, last: _last, ...whole } = said(inside)
    const means = [...new Set(finite.map(({ rank }) => rank))].map((rank) => {
      const own = finite.filter((one) => one.rank === rank)
      return own.reduce((sum, one) => sum + one.value, 0) / own.length
    })
    const byRank = finite.toSorted((a, b) => a.step - b.step || a.rank - b.rank)
    return {
      ...whole,
      minRank: byRank.find((one) => one.value === whole['min'])?.rank ?? NaN,
      maxRank: byRank.find((one) => one.value === whole['max'])?.rank ?? NaN,
      median: means.sort((a, b) => a - b)[Math.ceil(means.length / 2) - 1] ?? NaN,
      ranks: new Set(inside.map(({ rank }) => rank)).size,
    }
  })
}

it.each(seeds)('a ribbon is the lower median of means, in a band that names its ranks (seed %i)', (seed) => {
  fc.assert(
    fc.property(pieces, (all) => {
      const ribbon = ribbonOf(
        all.map(({ rank, points, exponent }) => ({
          rank,
          buckets: bucketsOf(columnsOf(points), { exponent }),
        })),
      )
      const { count, exponent, ...columns } = ribbon
      const rows = Array.from({ length: count }, (_, at) =>
        Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[at]])),
      )
      expect(rows).toEqual(naive(all, exponent))
    }),
    { seed, numRuns: 300 },
  )
})

it('the lower median of four is the second, and of nothing there is none', () => {
  expect(lowerMedian([4, 1, 3, 2])).toBe(2)
  expect(lowerMedian([])).toBeNaN()
})
