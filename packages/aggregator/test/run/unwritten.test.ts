import { expect, test } from 'vitest'
import { Unwritten } from '../../src/run/unwritten.ts'

const of = (session: string, end: number, bytes: number) => ({ session, stream: 'w', end, bytes })

test('a short entry that fits says nothing of an envelope that did not', () => {
  const unwritten = new Unwritten()
  unwritten.failed([of('a', 100, 5_000)])
  expect(unwritten.written([{ bytes: 60 }])).toBe(false)
  expect(unwritten.written([of('a', 10, 500)])).toBe(false)
  expect(unwritten.written([of('b', 900, 9_000)])).toBe(false)
  expect(unwritten.written([of('a', 100, 400)])).toBe(true)
})

test('what nobody sends again counts as written when something as large is', () => {
  const unwritten = new Unwritten()
  unwritten.failed([of('a', 100, 5_000), { bytes: 300 }])
  unwritten.forget('a')
  expect(unwritten.written([{ bytes: 300 }])).toBe(false)
  expect(unwritten.written([of('b', 900, 5_000)])).toBe(true)
})
