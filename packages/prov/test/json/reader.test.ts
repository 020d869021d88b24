import { describe, expect, test } from 'vitest'
import { equalDocuments, readJson, text, typed, valueKey, writeJson, xsd, type Value } from '@provloom/prov'

function valueOf(json: string): Value {
  const document = readJson(
    `{"prefix": {"ex": "http://example.org/"}, "entity": {"ex:e": {"ex:x": ${json}}}}`,
  )
  const again = readJson(writeJson(document))
  expect(equalDocuments(document, again)).toBe(true)
  const value = again.records[0]?.attributes[0]?.[1]
  expect(document.records[0]?.attributes[0]?.[1]).toEqual(value)
  return value!
}

describe('numbers keep their digits', () => {
  test.each([
    ['9007199254740993', 'long'],
    ['-2147483648', 'int'],
    ['2147483648', 'long'],
    ['9223372036854775807', 'long'],
    ['9223372036854775808', 'integer'],
    ['123456789012345678901234567890', 'integer'],
    ['-0', 'double'],
    ['-0.0', 'double'],
    ['1e400', 'double'],
    ['0.1', 'double'],
    ['1E+2', 'double'],
  ])('%s is an xsd:%s', (digits, datatype) => {
    expect(valueOf(digits)).toEqual(typed(digits, xsd(datatype)))
  })

  test('0 and -0 are two values, and so are 1e400 and INF', () => {
    expect(valueKey(valueOf('-0.0'))).not.toBe(valueKey(valueOf('0.0')))
    expect(valueKey(valueOf('1e400'))).not.toBe(valueKey(valueOf('{"$": "INF", "type": "xsd:double"}')))
  })

  test('a number under "$" is what older writers wrote', () => {
    expect(valueOf('{"$": 9007199254740993, "type": "xsd:long"}')).toEqual(
      typed('9007199254740993', xsd('long')),
    )
  })
})

test('an xsd:string is plain text and a prov:InternationalizedString is text with a language', () => {
  expect(valueOf('{"$": "a", "type": "xsd:string"}')).toEqual(text('a'))
  expect(valueOf('{"$": "a", "type": "prov:InternationalizedString", "lang": "fr"}')).toEqual(text('a', 'fr'))
  expect(valueOf('{"$": "a", "lang": "fr"}')).toEqual(text('a', 'fr'))
})

test('names are values as prov:QUALIFIED_NAME and as xsd:QName', () => {
  const expected = { type: 'name', name: { prefix: 'ex', namespace: 'http://example.org/', local: 'a:b' } }
  expect(valueOf('{"$": "ex:a:b", "type": "prov:QUALIFIED_NAME"}')).toEqual(expected)
  expect(valueOf('{"$": "ex:a:b", "type": "xsd:QName"}')).toEqual(expected)
})

test('a bundle sees the namespaces of its document and may hide them, also for its own name', () => {
  const document = readJson(`{
    "bundle": {"ex:b": {"prefix": {"ex": "urn:inner:"}, "entity": {"ex:e": {}, "up:e": {}, "e": {}}}},
    "prefix": {"ex": "urn:outer:", "up": "urn:up:", "default": "urn:default:"}}`)
  const [bundle] = document.bundles
  expect(bundle?.id.namespace).toBe('urn:inner:')
  expect(bundle?.records.map((record) => record.id?.namespace)).toEqual([
    'urn:inner:',
    'urn:up:',
    'urn:default:',
  ])
  expect(equalDocuments(readJson(writeJson(document)), document)).toBe(true)
  expect(writeJson(document)).toContain('"ns1:b": {')
})

test('one hadMember of several entities is several memberships', () => {
  const document = readJson(
    `{"prefix": {"ex": "urn:x:"}, "hadMember": {"_:m": {"prov:collection": "ex:c", "prov:entity": ["ex:a", "ex:b"]}}}`,
  )
  expect(document.records.map((record) => record.args['entity']?.local)).toEqual(['a', 'b'])
})

test('keys named like built-ins are plain data', () => {
  const document = readJson(
    `{"prefix": {"__proto__": "urn:p:", "default": "urn:d:"}, "entity": {"__proto__": {"__proto__:constructor": 1, "toString": "x"}}}`,
  )
  const [record] = document.records
  expect(record?.id?.local).toBe('__proto__')
  expect(record?.attributes.map(([attribute]) => attribute.local)).toEqual(['constructor', 'toString'])
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect(equalDocuments(readJson(writeJson(document)), document)).toBe(true)
})
