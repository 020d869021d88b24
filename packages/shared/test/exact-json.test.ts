import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactJson, parseExactJson } from '@provloom/shared'

test('writes a bigint with all its digits, and reads it back', () => {
  const text = exactJson({ sum: 2n ** 60n, less: -(2n ** 60n), few: 3, text: 'a "1152921504606846976", 5' })
  expect(text).toBe(
    String.raw`{"sum":1152921504606846976,"less":-1152921504606846976,"few":3,"text":"a \"1152921504606846976\", 5"}`,
  )
  expect(parseExactJson(text)).toEqual({
    sum: 2n ** 60n,
    less: -(2n ** 60n),
    few: 3,
    text: 'a "1152921504606846976", 5',
  })
})

test('reads everything else as JSON is read', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = exactJson(value, indent)
      expect(text).toBe(JSON.stringify(value, null, indent))
      const large = /(?<![.\d])\d{16,}(?![.\d])/.test(text)
      if (!large) expect(parseExactJson(text)).toEqual(JSON.parse(text))
    }),
    { numRuns: 500, seed: 20_261_127 },
  )
  expect(() => parseExactJson('{')).toThrow(SyntaxError)
  expect(parseExactJson('[0.0000000000000000001, 1e300, -2.5]')).toEqual([1e-19, 1e300, -2.5])
})
