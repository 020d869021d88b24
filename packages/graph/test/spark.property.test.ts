import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Sparks } from '../src/spark.ts'

/** Means of stretches of `width` steps, in order. */
function meansOf(points: readonly (readonly [step: number, value: number])[], width: number): number[] {
  const stretches = new Map<number, number[]>()
  for (const [step, value] of points) {
    const stretch = Math.floor(step / width)
    stretches.set(stretch, [...(stretches.get(stretch) ?? []), value])
  }
  return [...stretches]
    .sort(([a], [b]) => a - b)
    .map(([, values]) => values.reduce((sum, value) => sum + value, 0) / values.length)
}

const steps = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: -5_000, max: 100_000 }),
  fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
  // Nanoseconds since 1970, and the most that a record holds: doubles have gaps there.
  fc.bigInt({ min: 1_700_000_000_000_000_000n, max: 1_700_000_000_000_001_000n }).map(Number),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(Number),
)

it('a spark is the means of equally long stretches of steps, at most 32, however steps come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(steps, fc.integer({ min: -1_000, max: 1_000 })), { minLength: 1, maxLength: 300 }),
      (points) => {
        const sparks = new Sparks()
        for (const [step, value] of points) sparks.take(3, step, value)
        const values = sparks.values(3)
        expect(values.length).toBeLessThanOrEqual(32)
        const all = points.map(([step]) => step)
        const [least, most] = [Math.min(...all), Math.max(...all)]
        // The narrowest stretches of a power of two that are 32 at most; wider ones only where 64 had been too few before.
        let width = 1
        while (Math.floor(most / width) - Math.floor(least / width) >= 32) width *= 2
        const candidates = [width, width * 2].map((one) => meansOf(points, one))
        const near = candidates.some(
          (means) =>
            means.length === values.length && means.every((mean, i) => Math.abs(mean - values[i]!) < 1e-6),
        )
        expect(near, JSON.stringify({ width, values, candidates })).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})

it('a spark goes on from what was saved as if it had not been saved, and metrics do not touch each other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), steps, fc.double({ noNaN: true, min: -1, max: 1 }))),
      fc.nat(),
      (points, at) => {
        const whole = new Sparks()
        let saved = new Sparks()
        for (const [i, [metric, step, value]] of points.entries()) {
          whole.take(metric, step, value)
          if (i === at % points.length) saved = new Sparks(saved.save())
          saved.take(metric, step, value)
        }
        for (const metric of [0, 1, 2]) {
          const alone = new Sparks()
          for (const [one, step, value] of points) if (one === metric) alone.take(metric, step, value)
          expect(saved.values(metric)).toEqual(whole.values(metric))
          expect(whole.values(metric)).toEqual(alone.values(metric))
        }
      },
    ),
    { numRuns: 100 },
  )
})
