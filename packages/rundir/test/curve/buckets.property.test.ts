import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CurveMaker, bucketsMaxFor, bucketsOf, exponentMax, merged } from '@provloom/rundir/curve'
import { columnsOf, naiveBuckets, rowsOf } from './naive.ts'
import type { Point } from './naive.ts'

/** Seeds that are kept: each found something, or is the first one tried. */
const seeds = [1, 20261128]

const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -300, max: 3_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 2 ** 63, -(2 ** 63), 2 ** 53) },
)
/** Of sixteenths, so that sums are exact in any order. */
const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -4_000, max: 4_000 }).map((n) => n / 16) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, -0) },
)
const point: fc.Arbitrary<Point> = fc.record({ step, time: fc.integer({ min: 0, max: 2 ** 50 }), value })
const points = fc.array(point, { minLength: 1, maxLength: 400 })
/** As training logs: steps that grow. */
const grown = points.map((all) => all.map((one, i) => ({ ...one, step: i * 3 })))
const anyPoints = fc.oneof(points, grown)

/** NaN is NaN, and zero is zero, whichever its sign. */
function plain(rows: Record<string, number>[]): Record<string, number>[] {
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, x]) => [name, x === 0 ? 0 : x])),
  )
}

it.each(seeds)('buckets say what their points are, whatever they are (seed %i)', (seed) => {
  fc.assert(
    fc.property(anyPoints, fc.integer({ min: 1, max: 40 }), (all, perSeriesMax) => {
      const buckets = bucketsOf(columnsOf(all), { perSeriesMax })
      expect(plain(rowsOf(buckets))).toEqual(plain(naiveBuckets(all, buckets.exponent)))
      expect(buckets.count <= perSeriesMax || buckets.exponent === exponentMax).toBe(true)
      // No wider than need be.
      if (buckets.exponent > 0)
        expect(naiveBuckets(all, buckets.exponent - 1).length).toBeGreaterThan(perSeriesMax)
    }),
    { seed, numRuns: 300 },
  )
})

it.each(seeds)('buckets of pieces, of whatever widths, are those of the whole (seed %i)', (seed) => {
  fc.assert(
    fc.property(fc.array(anyPoints, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (pieces, max) => {
      const each = pieces.map((one) => bucketsOf(columnsOf(one), { perSeriesMax: max }))
      const whole = merged(each)
      expect(whole.exponent).toBe(Math.max(0, ...each.map(({ exponent }) => exponent)))
      expect(plain(rowsOf(whole))).toEqual(plain(naiveBuckets(pieces.flat(), whole.exponent)))
    }),
    { seed, numRuns: 200 },
  )
})

it.each(seeds)('series of one metric have buckets of one width, few for their points (seed %i)', (seed) => {
  fc.assert(
    fc.property(fc.array(anyPoints, { minLength: 1, maxLength: 8 }), (series) => {
      const max = bucketsMaxFor(series.length, series.flat().length)
      const maker = new CurveMaker({ max })
      for (const one of series) {
        maker.begin()
        maker.rows(columnsOf(one))
      }
      const made = maker.finish()
      const [exponent] = new Set(made.map((one) => one.exponent))
      expect(made.map((one) => plain(rowsOf(one)))).toEqual(
        series.map((one) => plain(naiveBuckets(one, exponent!))),
      )
      const count = made.reduce((sum, one) => sum + one.count, 0)
      expect(count <= max || exponent === exponentMax).toBe(true)
    }),
    { seed, numRuns: 200 },
  )
})

it('a border is the same for all, on both sides of zero', () => {
  const at = (step: number): Point => ({ step, time: step, value: step })
  const buckets = bucketsOf(columnsOf([-9, -8, -1, 0, 7, 8].map(at)), { exponent: 3 })
  expect([...buckets.firstStep]).toEqual([-9, -8, 0, 8])
  expect([...buckets.lastStep]).toEqual([-9, -1, 7, 8])
})
