import { describe, expect, test } from 'vitest'
import { firstBytes, firstUnits, limits, nameWithin, shortened, wellFormed } from '../src/index.ts'

const clef = '\u{1d11e}'

describe('no character is cut in two', () => {
  test.each([
    ['a', 'units', firstUnits(`ab${clef}`, 3), 'ab'],
    ['a', 'bytes', firstBytes(`ab${clef}`, 5), 'ab'],
    ['a', 'bytes', firstBytes(`ab${clef}`, 6), `ab${clef}`],
    ['no', 'bytes', firstBytes('é', 1), ''],
    ['no', 'bytes', firstBytes('é', -3), ''],
    ['a', 'words for people', shortened(`abc${clef}defg`, 7), 'abc...'],
  ])('%s place in %s', (_, _what, cut, expected) => {
    expect(cut).toBe(expected)
  })
})

test('words for people are as long as they may be at most, and say that they are cut', () => {
  expect(shortened('abcdefgh', 8)).toBe('abcdefgh')
  expect(shortened('abcdefghi', 8)).toBe('abcde...')
})

test('names that differ stay different when they are cut', () => {
  const [one, other] = [nameWithin(`${'x'.repeat(600)}1`), nameWithin(`${'x'.repeat(600)}2`)]
  expect([one.length, other.length]).toEqual([limits.nameLengthMax, limits.nameLengthMax])
  expect(one).not.toBe(other)
  expect(nameWithin('loss')).toBe('loss')
  expect(nameWithin('\ud800')).toMatch(/^\\ud800~[0-9a-f]{8}$/)
  expect(wellFormed(`a${clef}\udd1e`)).toBe(String.raw`a${clef}\udd1e`.replace('${clef}', clef))
})
