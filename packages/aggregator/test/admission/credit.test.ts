import { expect, test } from 'vitest'
import { limits } from '@provloom/shared'
import { creditFor, envelopeAgeFor } from '../../src/admission/credit.ts'

test('many ranks are asked to fill their envelopes for longer, so that together they send no more', () => {
  expect(envelopeAgeFor(limits.envelopeAgeMs)).toBe(limits.envelopeAgeMs)
  for (const ranks of [250, 500, 1_000, 2_000]) {
    expect((ranks / envelopeAgeFor(ranks)) * 1000).toBeLessThanOrEqual(limits.envelopesPerSecond)
  }
  expect(envelopeAgeFor(100_000)).toBe(limits.envelopeAgeMsMax)
})

test('ranks share what may be in flight, and none gets less than the least or more than the most', () => {
  for (const ranks of [1, 8, 100, 1_024]) {
    expect(creditFor(ranks) * ranks).toBeLessThanOrEqual(limits.inFlightBytesMax)
    expect(creditFor(ranks)).toBeLessThanOrEqual(limits.creditBytes)
  }
  expect(creditFor(100_000)).toBe(limits.creditBytesMin)
})
