import { describe, expect, test } from 'vitest'
import {
  anyUri,
  bool,
  dateTime,
  double,
  int,
  name,
  prov,
  qname,
  sameName,
  text,
  typed,
  valueKey,
  xsd,
  type Value,
} from '@provloom/prov'

test('an integer of any size is exact, and gets the narrowest of int, long and integer', () => {
  expect([2147483647, -2147483648, 2147483648, 2n ** 63n - 1n, 2n ** 63n, '007'].map(int)).toEqual([
    typed('2147483647', xsd('int')),
    typed('-2147483648', xsd('int')),
    typed('2147483648', xsd('long')),
    typed('9223372036854775807', xsd('long')),
    typed('9223372036854775808', xsd('integer')),
    typed('7', xsd('int')),
  ])
  expect(() => int(1.5)).toThrow(RangeError)
})

test('a double keeps what JSON cannot say', () => {
  const written = [0.1, 1, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, 5e-324]
  expect(written.map((number) => double(number).lexical)).toEqual([
    '0.1',
    '1.0',
    '-0.0',
    'NaN',
    'INF',
    '-INF',
    '1e+21',
    '5e-324',
  ])
})

describe('two values', () => {
  const same: readonly (readonly [Value, Value])[] = [
    [typed('+007', xsd('int')), int(7)],
    [typed('-0', xsd('int')), int(0)],
    [typed('1.50', xsd('double')), typed('15e-1', xsd('double'))],
    [typed(' 1.0 ', xsd('float')), typed('1', xsd('float'))],
    [typed('1', xsd('boolean')), bool(true)],
    [dateTime('2026-01-01T01:00:00+01:00'), dateTime('2026-01-01T00:00:00Z')],
    [text('a', 'EN'), text('a', 'en')],
    [typed('a', xsd('string')), text('a')],
    [name(qname('x', 'http://www.w3.org/ns/prov#', 'Plan')), name(prov('Plan'))],
  ]
  test.each(same)('%o and %o are one', (a, b) => expect(valueKey(a)).toBe(valueKey(b)))

  const apart: readonly (readonly [Value, Value])[] = [
    [double(0), double(-0)],
    [int(1), typed('1', xsd('long'))],
    [int(9007199254740992), int(9007199254740993n)],
    [typed('1e400', xsd('double')), double(Number.POSITIVE_INFINITY)],
    [text('a'), text('a', 'en')],
    [text('prov:Plan'), name(prov('Plan'))],
    [text('http://example.org/'), anyUri('http://example.org/')],
    [typed('1.0', xsd('decimal')), typed('1', xsd('decimal'))],
  ]
  test.each(apart)('%o and %o are two', (a, b) => expect(valueKey(a)).not.toBe(valueKey(b)))
})

test('a name is its IRI, wherever namespace and local part meet', () => {
  expect(sameName(qname('a', 'http://x/', 'y/z'), qname('b', 'http://x/y/', 'z'))).toBe(true)
  expect(sameName(qname('a', 'http://x/', 'y'), qname('a', 'http://x/', 'z'))).toBe(false)
})
