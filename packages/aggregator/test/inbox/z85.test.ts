import { expect, test } from 'vitest'
import { decodeZ85 } from '../../src/inbox/zeromq/z85.ts'

// The test vector of ZeroMQ RFC 32.
test('decodes the example of the specification', () => {
  expect(decodeZ85('HelloWorld').toString('hex')).toBe('864fd26fb559f75b')
})

test.each(['abcd', 'ab"de', '%nSc1'])('refuses what is no Z85: %s', (text) => {
  expect(() => decodeZ85(text)).toThrow(RangeError)
})
