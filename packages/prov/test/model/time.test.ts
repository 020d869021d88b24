import { describe, expect, test } from 'vitest'
import { isDateTime, timeKey } from '@provloom/prov'

describe('an xsd:dateTime', () => {
  test.each([
    '2026-01-31T12:00:00',
    '2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00.123456789+14:00',
    '2024-02-29T23:59:59-00:30',
    '2026-12-31T24:00:00',
    '12026-01-01T00:00:00Z',
    '-0044-03-15T00:00:00',
  ])('%s is one', (written) => expect(isDateTime(written)).toBe(true))

  test.each([
    '2026-01-31',
    '2026-01-31 12:00:00',
    '2026-1-31T12:00:00',
    '2025-02-29T00:00:00',
    '2026-04-31T00:00:00',
    '2026-00-01T00:00:00',
    '2026-01-01T24:00:01',
    '2026-01-01T00:60:00',
    '2026-01-01T00:00:60',
    '2026-01-01T00:00:00+14:01',
    '2026-01-01T00:00:00^^xsd:dateTime',
    '',
  ])('%s is none', (written) => expect(isDateTime(written)).toBe(false))
})

describe('two times', () => {
  test.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T13:00:00+01:00'],
    ['2026-01-31T12:00:00.10', '2026-01-31T12:00:00.1'],
    ['2026-12-31T24:00:00Z', '2027-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00.000Z', '2025-12-31T23:00:00-01:00'],
  ])('%s and %s are one instant', (a, b) => expect(timeKey(a)).toBe(timeKey(b)))

  test.each([
    ['2026-01-31T12:00:00', '2026-01-31T12:00:00Z'],
    ['2026-01-31T12:00:00.1234567890Z', '2026-01-31T12:00:00.1234567891Z'],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:01Z'],
    ['yesterday', 'today'],
  ])('%s and %s are two', (a, b) => expect(timeKey(a)).not.toBe(timeKey(b)))
})
