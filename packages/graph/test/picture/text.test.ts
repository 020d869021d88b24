import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seedOf, tries } from '../../../../test/support/effort.ts'
import { clean, fitted, widthOf } from '../../src/picture/text.ts'
import { apart, bytes, duration, number, plural, ranks } from '../../src/picture/words.ts'

it('cuts what is too wide in the middle, so that its begin and its end are seen', () => {
  const path = '/home/ada/experiments/digits/checkpoints/softmax_0001.pkl'
  const cut = fitted(path, 150, 12)
  expect(cut).toMatch(/^\/home.*….*\.pkl$/)
  expect(widthOf(cut, 12)).toBeLessThanOrEqual(150)
  expect(fitted('short', 150, 12)).toBe('short')
})

it('counts Chinese, Japanese and Korean letters as wide, and marks on letters as nothing', () => {
  expect(widthOf('数字识别', 10)).toBeGreaterThanOrEqual(40)
  expect(widthOf('e\u0301', 10)).toBe(widthOf('e', 10))
  expect(widthOf('é', 10)).toBe(widthOf('e', 10))
  expect(widthOf('iiii', 10)).toBeLessThan(widthOf('mmmm', 10))
})

it('never cuts a letter into halves', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 200 }), (words, room) => {
      const cut = fitted(clean(words), room, 12)
      expect(cut).not.toMatch(/\p{Surrogate}/u)
      if (room > 12) expect(widthOf(cut, 12)).toBeLessThanOrEqual(room)
    }),
    { numRuns: tries(300), seed: seedOf(20_261_128) },
  )
})

it('leaves of any text one line that XML can hold', () => {
  expect(clean('a\u0000b\u001b[2J\u202ec\ud800\n\n d\ufffe')).toBe('a b [2J c d')
  expect(clean('x'.repeat(1000))).toHaveLength(400)
})

it('writes numbers, sizes, times and ranks as people read them', () => {
  expect([2.3046, 0.0000123, 1234567.5, 1024, 0, NaN, -Infinity].map((one) => number(one))).toEqual([
    '2.30',
    '1.23e-5',
    '1.23e+6',
    '1,024',
    '0',
    'NaN',
    '-∞',
  ])
  expect(apart(0.99812, 0.99849)).toEqual(['0.9981', '0.9985'])
  expect([999, 1000, 999_960, 21_387_202].map(bytes)).toEqual(['999 B', '1.0 kB', '1.0 MB', '21.4 MB'])
  const from = '2026-11-28T10:00:00.000000Z'
  expect(duration(from, '2026-11-28T10:00:03.700000Z')).toBe('3.7 s')
  expect(duration(from, '2026-11-28T10:01:54.000000Z')).toBe('1 min 54 s')
  expect(duration(from, '2026-11-29T12:00:00.000000Z')).toBe('1 d 2 h')
  expect(duration(from, undefined)).toBeUndefined()
  expect(ranks([3, 1, 2, 0, 7])).toBe('ranks 0–3, 7')
  expect(ranks([5])).toBe('rank 5')
  expect(ranks([1, 3, 5, 7, 9, 11])).toBe('ranks 1, 3, 5, 7, … (6)')
  expect([plural(1, 'recovery'), plural(2, 'recovery'), plural(2, 'stored copy')]).toEqual([
    '1 recovery',
    '2 recoveries',
    '2 stored copies',
  ])
})
