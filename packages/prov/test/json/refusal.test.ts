import { describe, expect, test } from 'vitest'
import { readJson, type ProvErrorCode } from '@provloom/prov'
import { dataFiles, dataText } from '../../../../test/support/data.ts'
import { refusal } from '../support/refusal.ts'

type Refusal = readonly [code: ProvErrorCode, line: number, column: number, path: string, found: string]

const corpus: Readonly<Record<string, Refusal>> = {
  'bad_bundle_shape.json': ['shape', 2, 15, '$.bundle', 'the string "notadict"'],
  'bad_prefix_map.json': ['shape', 2, 15, '$.prefix', 'the string "notadict"'],
  'bad_record_content.json': ['shape', 2, 25, '$.entity["ex:e1"]', 'null'],
  'bad_record_shape.json': ['shape', 3, 15, '$.entity', 'the string "notadict"'],
  'bad_typed_literal.json': ['bad-literal', 4, 30, '$.entity["ex:e1"]["ex:attr"]', 'none'],
  'empty.json': ['syntax', 1, 1, '$', 'the end of the text'],
  'not_json.json': ['syntax', 1, 2, '$', '"not json\\n"'],
  'top_level_scalar.json': ['shape', 1, 1, '$', 'the number 5'],
  'unknown_record_type.json': ['unknown-record', 2, 21, '$.notarealtype', '"notarealtype"'],
}

const prefix = '"prefix": {"ex": "http://example.org/"}'

describe('a malformed document is refused with its place', () => {
  test.each(dataFiles('prov-json/malformed', '.json'))('%s', (file) => {
    const expected = corpus[file.slice(file.lastIndexOf('/') + 1)]
    const { code, where, found } = refusal(() => readJson(dataText(file)))
    expect([code, where.line, where.column, where.path, found]).toEqual(expected)
  })

  test.each(['empty.rdf', 'foreign_vocabulary.ttl', 'wrong_root.xml'])('%s, which is no JSON', (file) => {
    const { code, where } = refusal(() => readJson(dataText(`prov-json/malformed/${file}`)))
    expect([code, where.line, where.column]).toEqual(['syntax', 1, 1])
  })

  const cases: Readonly<Record<string, readonly [document: string, code: ProvErrorCode, path: string]>> = {
    'a prefix that is not declared': ['{"entity": {"ex:e": {}}}', 'undeclared-prefix', '$.entity["ex:e"]'],
    'a name without a default namespace': ['{"entity": {"e": {}}}', 'undeclared-prefix', '$.entity.e'],
    'an element without a name': ['{"entity": {"_:e": {}}}', 'bad-name', '$.entity["_:e"]'],
    'a reference to a blank identifier': [
      `{${prefix}, "wasDerivedFrom": {"_:d": {"prov:generation": "_:g"}}}`,
      'bad-name',
      '$.wasDerivedFrom["_:d"]["prov:generation"]',
    ],
    'a time that is none': [
      `{${prefix}, "activity": {"ex:a": {"prov:startTime": "yesterday"}}}`,
      'bad-literal',
      '$.activity["ex:a"]["prov:startTime"]',
    ],
    'the thirteenth month': [
      `{${prefix}, "activity": {"ex:a": {"prov:endTime": "2026-13-01T00:00:00Z"}}}`,
      'bad-literal',
      '$.activity["ex:a"]["prov:endTime"]',
    ],
    'two entities where one belongs': [
      `{${prefix}, "used": {"ex:u": {"prov:entity": ["ex:a", "ex:b"]}}}`,
      'shape',
      '$.used["ex:u"]["prov:entity"]',
    ],
    'an array in an array': [
      `{${prefix}, "entity": {"ex:e": {"ex:x": [[1]]}}}`,
      'bad-literal',
      '$.entity["ex:e"]["ex:x"][0]',
    ],
    'a key that typed literals do not have': [
      `{${prefix}, "entity": {"ex:e": {"ex:x": {"$": "1", "typ": "xsd:int"}}}}`,
      'bad-literal',
      '$.entity["ex:e"]["ex:x"]',
    ],
    'a language on a number': [
      `{${prefix}, "entity": {"ex:e": {"ex:x": {"$": "1", "type": "xsd:int", "lang": "en"}}}}`,
      'bad-literal',
      '$.entity["ex:e"]["ex:x"]',
    ],
    'another meaning of prov': ['{"prefix": {"prov": "http://example.org/"}}', 'shape', '$.prefix.prov'],
    'a bundle in a bundle': [
      `{${prefix}, "bundle": {"ex:b": {"bundle": {}}}}`,
      'shape',
      '$.bundle["ex:b"].bundle',
    ],
    'the second of two equal keys': [
      `{${prefix}, "entity": {"ex:e": {}, "ex:e": {}}}`,
      'duplicate',
      '$.entity',
    ],
    'one position under two prefixes': [
      `{"prefix": {"p": "http://www.w3.org/ns/prov#", "ex": "x:"}, "used": {"_:u": {"prov:entity": "ex:a", "p:entity": "ex:b"}}}`,
      'duplicate',
      '$.used["_:u"]["p:entity"]',
    ],
    'a record of a kind named like a built-in': ['{"__proto__": {}}', 'unknown-record', '$.__proto__'],
  }
  test.each(Object.entries(cases))('%s', (_, [document, code, path]) => {
    const error = refusal(() => readJson(document))
    expect([error.code, error.where.path]).toEqual([code, path])
    expect(error.where.line).toBe(1)
    expect(error.message).toMatch(/^line 1, column \d+, at \$.*: expected .+, found .+/)
  })

  const texts = [
    '{"a":1,}',
    '[1',
    '{"a" 1}',
    '"\\x"',
    '"\\u12"',
    '01',
    '1.',
    '-',
    'tru',
    '{a:1}',
    '"a\nb"',
    '{}{}',
    '1 2',
    "{'a':1}",
  ]
  test.each(texts)('%s, which is no JSON', (document) => {
    expect(refusal(() => readJson(document)).code).toBe('syntax')
  })

  test('bytes that are not UTF-8', () => {
    expect(refusal(() => readJson(Uint8Array.of(0x7b, 0xff, 0x7d))).code).toBe('syntax')
  })

  test('a million open brackets, without overflowing the stack', () => {
    expect(refusal(() => readJson('['.repeat(1e6))).code).toBe('too-deep')
    expect(refusal(() => readJson('{"a":'.repeat(1e5))).code).toBe('too-deep')
  })
})
