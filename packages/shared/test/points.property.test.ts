import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pointBytes, writePoint } from '../src/points.ts'

test('a point has the same bytes whether its whole numbers come as number or as bigint', () => {
  const whole = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -0, -1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1))
  fc.assert(
    fc.property(whole, whole, fc.double(), (step, time, value) => {
      const [plain, big] = [Buffer.alloc(pointBytes), Buffer.alloc(pointBytes)]
      writePoint(plain, 3, step, time, value)
      writePoint(big, 3, BigInt(step), BigInt(time), value)
      expect(plain.equals(big)).toBe(true)
    }),
    { seed: 41 },
  )
})
