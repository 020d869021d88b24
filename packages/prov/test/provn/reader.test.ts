import { describe, expect, test } from 'vitest'
import {
  bool,
  describeRecord,
  name,
  prov,
  qname,
  text,
  typed,
  xsd,
  type ProvErrorCode,
  type ProvRecord,
  type Value,
} from '@provloom/prov'
import { readProvn } from '@provloom/prov/provn'
import { refusal } from '../support/refusal.ts'

const ex = (local: string) => qname('ex', 'http://example.org/', local)

function records(statements: string): readonly ProvRecord[] {
  return readProvn(`document prefix ex <http://example.org/> ${statements} endDocument`).records
}

function valueOf(literal: string): Value | undefined {
  return records(`entity(ex:e, [ex:x = ${literal}])`)[0]?.attributes[0]?.[1]
}

describe('every expression of the grammar', () => {
  test.each([
    'entity(ex:e)',
    'activity(ex:a)',
    'agent(ex:g)',
    'wasGeneratedBy(ex:i; ex:e, ex:a, 2026-01-01T00:00:00)',
    'used(ex:i; ex:a, ex:e, 2026-01-01T00:00:00.123Z)',
    'wasInformedBy(ex:i; ex:a2, ex:a1)',
    'wasStartedBy(ex:i; ex:a, ex:e, ex:a2, 2026-01-01T00:00:00+01:00)',
    'wasEndedBy(ex:a, -, ex:a2, -)',
    'wasInvalidatedBy(ex:e, -, -)',
    'wasDerivedFrom(ex:i; ex:e2, ex:e1, ex:a, ex:g, ex:u)',
    'wasAttributedTo(ex:e, ex:g)',
    'wasAssociatedWith(ex:i; ex:a, -, ex:plan)',
    'actedOnBehalfOf(ex:g2, ex:g1, ex:a)',
    'wasInfluencedBy(ex:e2, ex:e1)',
    'alternateOf(ex:e2, ex:e1)',
    'specializationOf(ex:e2, ex:e1)',
    'hadMember(ex:c, ex:e)',
    'mentionOf(ex:e2, ex:e1, ex:b)',
  ])('%s', (expression) => expect(records(expression).map(describeRecord)).toEqual([expression]))

  test('with fewer positions, blanks and comments anywhere', () => {
    const written = `// first
      entity ( ex:e /* an entity */ , [ ] )
      used(-; ex:a) // no more
      wasDerivedFrom(ex:e2, ex:e1, [prov:type='prov:Revision'])
      activity(ex:a, -, 2026-01-01T00:00:00)
      prov:mentionOf(ex:e2, ex:e1, ex:b)`
    expect(records(written).map(describeRecord)).toEqual([
      'entity(ex:e)',
      'used(ex:a, -, -)',
      'wasDerivedFrom(ex:e2, ex:e1, -, -, -)',
      'activity(ex:a)',
      'mentionOf(ex:e2, ex:e1, ex:b)',
    ])
  })
})

describe('every form of literal', () => {
  const cases: readonly (readonly [literal: string, value: Value])[] = [
    ['"a"', text('a')],
    ['"a" @fr-CH', text('a', 'fr-CH')],
    ['"a" %% xsd:string', text('a')],
    ['"a"%%ex:t', typed('a', ex('t'))],
    ['"true" %% xsd:boolean', bool(true)],
    ['42', typed('42', xsd('int'))],
    ['-9007199254740993', typed('-9007199254740993', xsd('long'))],
    ["'ex:a'", name(ex('a'))],
    ['"ex:a" %% prov:QUALIFIED_NAME', name(ex('a'))],
    ['"ex:a" %% xsd:QName', name(ex('a'))],
    ['"\\t\\b\\n\\r\\f\\"\\\'\\\\"', text('\t\b\n\r\f"\'\\')],
    ['"""two\nlines with "quotes" and ""more"" \\""""', text('two\nlines with "quotes" and ""more"" "')],
    ['""', text('')],
    ['""""""', text('')],
    ['"// no comment /*"', text('// no comment /*')],
  ]
  test.each(cases)('%s', (literal, value) => expect(valueOf(literal)).toEqual(value))
})

test('names may begin with digits, hold escapes and dots, and stand under the default namespace', () => {
  const document = readProvn(
    'document default <urn:d:> prefix a.b <urn:p:> entity(1) entity(a.b:x.y\\.) entity(a.b:) entity(a.b:c:d) endDocument',
  )
  expect(document.records.map((record) => record.id?.local)).toEqual(['1', 'x.y.', '', 'c:d'])
  expect(document.records.map((record) => record.id?.namespace)).toEqual([
    'urn:d:',
    'urn:p:',
    'urn:p:',
    'urn:p:',
  ])
})

test('a bundle has namespaces of its own, also for its name, and sees those of the document', () => {
  const document = readProvn(`document
    prefix ex <http://example.org/>
    prefix up <urn:up:>
    bundle ex:b
      prefix ex <urn:inner:>
      entity(ex:e)
      entity(up:e)
    endBundle
    bundle up:b endBundle
  endDocument`)
  expect(document.bundles.map((bundle) => bundle.id.namespace)).toEqual(['urn:inner:', 'urn:up:'])
  expect(document.bundles[0]?.records.map((record) => record.id?.namespace)).toEqual([
    'urn:inner:',
    'urn:up:',
  ])
})

test('an identified membership is read under the namespace of either generation of tools', () => {
  for (const iri of ['https://openprovenance.org/ns/provext#', 'http://openprovenance.org/prov/extension#']) {
    const [record] = records(`prefix x <${iri}> x:hadMember(ex:m; ex:c, ex:e, [ex:y = 1])`)
    expect([record?.kind, record?.id?.local, record?.attributes.length]).toEqual(['hadMember', 'm', 1])
  }
  expect(prov('hadMember').local).toBe('hadMember')
})

describe('a malformed document is refused with line and column', () => {
  const cases: Readonly<Record<string, readonly [string, ProvErrorCode, number, number]>> = {
    'an empty text': ['', 'syntax', 1, 1],
    'no document': ['entity(ex:e)', 'syntax', 1, 1],
    'no end': ['document\n', 'syntax', 2, 1],
    'something after the end': ['document endDocument x', 'syntax', 1, 22],
    'an unknown statement': ['document\n  wasEatenBy(a, b)\nendDocument', 'unknown-record', 2, 3],
    'an undeclared prefix': ['document\n entity(ex:e)\nendDocument', 'undeclared-prefix', 2, 9],
    'no default namespace': ['document\n entity(e)\nendDocument', 'undeclared-prefix', 2, 9],
    'a missing parenthesis': ['document default <u:>\n entity(e\nendDocument', 'syntax', 3, 1],
    'one position too many': ['document default <u:>\n hadMember(a, b, c)\nendDocument', 'syntax', 2, 18],
    'a bad time': [
      'document default <u:>\n activity(a, 2026-02-30T00:00:00, -)\nendDocument',
      'bad-literal',
      2,
      14,
    ],
    'a name for a time': ['document default <u:>\n activity(a, b, -)\nendDocument', 'syntax', 2, 14],
    'an element without a name': ['document default <u:>\n entity(-)\nendDocument', 'syntax', 2, 9],
    'an open string': ['document default <u:>\n entity(e, [x="a\n"])\nendDocument', 'syntax', 2, 15],
    'an open long string': ['document default <u:>\n entity(e, [x="""a"])\nendDocument', 'syntax', 2, 15],
    'an unknown escape': ['document default <u:>\n entity(e, [x="\\q"])\nendDocument', 'syntax', 2, 15],
    'an open comment': ['document /* endDocument', 'syntax', 1, 10],
    'a bare word as value': ['document default <u:>\n entity(e, [x=y])\nendDocument', 'syntax', 2, 15],
    'an undeclared prefix in a value': [
      "document default <u:>\n entity(e, [x='y:z'])\nendDocument",
      'undeclared-prefix',
      2,
      16,
    ],
    'an IRI with a space': ['document prefix ex <a b>', 'syntax', 1, 20],
    'two meanings of a prefix': ['document prefix a <u:>\nprefix a <v:>', 'duplicate', 2, 1],
    'another meaning of prov': ['document prefix prov <u:>', 'shape', 1, 10],
    'a bundle in a bundle': ['document default <u:>\n bundle b bundle c', 'syntax', 2, 11],
  }
  test.each(Object.entries(cases))('%s', (_, [document, code, line, column]) => {
    const error = refusal(() => readProvn(document))
    expect([error.code, error.where.line, error.where.column]).toEqual([code, line, column])
    expect(error.message).toMatch(/^line \d+, column \d+: expected .+, found .+/)
  })
})

test('a name of a million characters, and a string of a million, are read', () => {
  const local = 'ab.c'.repeat(250_000)
  expect(records(`entity(ex:${local}x)`)[0]?.id?.local).toHaveLength(1_000_001)
  expect(valueOf(`"${'a\\n'.repeat(500_000)}"`)).toMatchObject({ type: 'text' })
})
