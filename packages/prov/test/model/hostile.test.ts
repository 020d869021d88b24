import { expect, test } from 'vitest'
import { DocumentBuilder, isDateTime, qname, text, timeKey, typed, valueKey, xsd } from '@provloom/prov'
import { readXml, writeXml } from '@provloom/prov/xml'

/** Long enough for anything quadratic to run into the test's time limit. */
const length = 1_000_000

test('long lexical forms cost time in proportion to their length', () => {
  const zeros = '0'.repeat(length)
  expect(valueKey(typed(`${zeros}x`, xsd('integer')))).toContain('x')
  expect(valueKey(typed(`${zeros}7`, xsd('integer')))).toMatch(/integer\^7$/)
  expect(valueKey(typed(`${'1'.repeat(length)}x`, xsd('double')))).toContain('x')
  expect(isDateTime(`2026-01-01T00:00:00.${zeros}1Z`)).toBe(true)
  expect(timeKey(`2026-01-01T00:00:00.${zeros}Z`)).toBe(timeKey('2026-01-01T00:00:00Z'))
})

test('a long name is parted for XML in proportion to its length', () => {
  const attribute = qname('ex', 'http://example.org/', `${'a'.repeat(length)}/b`)
  const document = new DocumentBuilder().entity(attribute, [[attribute, text('x')]]).build()
  expect(readXml(writeXml(document)).records).toHaveLength(1)
})
