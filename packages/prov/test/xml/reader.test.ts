import { describe, expect, test } from 'vitest'
import {
  describeRecord,
  name,
  prov,
  qname,
  text,
  typed,
  xsd,
  type ProvErrorCode,
  type ProvRecord,
} from '@provloom/prov'
import { readXml } from '@provloom/prov/xml'
import { dataText } from '../../../../test/support/data.ts'
import { refusal } from '../support/refusal.ts'

const namespaces = [
  'xmlns:prov="http://www.w3.org/ns/prov#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
  'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:ex="http://example.org/"',
].join(' ')
const ex = (local: string) => qname('ex', 'http://example.org/', local)

function documentOf(content: string): string {
  return `<prov:document ${namespaces}>${content}</prov:document>`
}

function records(content: string): readonly ProvRecord[] {
  return readXml(documentOf(content)).records
}

function valueOf(attributes: string, content: string) {
  const [record] = records(`<prov:entity prov:id="ex:e"><ex:x ${attributes}>${content}</ex:x></prov:entity>`)
  return record?.attributes[0]
}

describe('a value is read by its xsi:type and xml:lang', () => {
  test.each([
    ['', ' a b ', text(' a b ')],
    ['xml:lang="fr"', 'été', text('été', 'fr')],
    ['xsi:type="xsd:string"', '&lt;a&gt;<![CDATA[<b>]]>', text('<a><b>')],
    ['xsi:type="prov:InternationalizedString" xml:lang="en"', 'a', text('a', 'en')],
    ['xsi:type="xsd:QName"', '\n ex:y ', name(ex('y'))],
    ['xsi:type="prov:QUALIFIED_NAME"', 'prov:Plan', name(prov('Plan'))],
    ['xsi:type="xsd:int"', ' 9007199254740993 ', typed('9007199254740993', xsd('int'))],
    ['xsi:type="ex:t"', 'a', typed('a', ex('t'))],
  ])('%s', (attributes, content, value) => expect(valueOf(attributes, content)).toEqual([ex('x'), value]))
})

describe('an extended structure is its kind with a type', () => {
  test.each([
    ['<prov:plan prov:id="ex:e"/>', 'entity', 'Plan'],
    ['<prov:bundle prov:id="ex:e"><prov:label>b</prov:label></prov:bundle>', 'entity', 'Bundle'],
    ['<prov:collection prov:id="ex:e"/>', 'entity', 'Collection'],
    ['<prov:emptyCollection prov:id="ex:e"/>', 'entity', 'EmptyCollection'],
    ['<prov:person prov:id="ex:e"/>', 'agent', 'Person'],
    ['<prov:organization prov:id="ex:e"/>', 'agent', 'Organization'],
    ['<prov:softwareAgent prov:id="ex:e"/>', 'agent', 'SoftwareAgent'],
    ['<prov:wasRevisionOf/>', 'wasDerivedFrom', 'Revision'],
    ['<prov:wasQuotedFrom/>', 'wasDerivedFrom', 'Quotation'],
    ['<prov:hadPrimarySource/>', 'wasDerivedFrom', 'PrimarySource'],
  ])('%s', (content, kind, type) => {
    const [record] = records(content)
    expect(record?.kind).toBe(kind)
    expect(record?.attributes[0]).toEqual([prov('type'), name(prov(type))])
  })
})

test('statements keep identifier, endpoints, times and attributes', () => {
  const [activity, started, ...members] = records(`
    <prov:activity prov:id="ex:a">
      <prov:startTime>2026-01-01T00:00:00Z</prov:startTime><prov:endTime> 2026-01-02T00:00:00Z </prov:endTime>
      <prov:label>A</prov:label>
    </prov:activity>
    <prov:wasStartedBy prov:id="ex:s">
      <prov:activity prov:ref="ex:a"/><prov:trigger prov:ref="ex:e"/><prov:starter prov:ref="ex:b"/>
      <prov:time>2026-01-01T00:00:00Z</prov:time>
    </prov:wasStartedBy>
    <prov:hadMember>
      <prov:collection prov:ref="ex:c"/><prov:entity prov:ref="ex:e1"/><prov:entity prov:ref="ex:e2"/>
    </prov:hadMember>`)
  expect(activity?.times).toEqual({ startTime: '2026-01-01T00:00:00Z', endTime: '2026-01-02T00:00:00Z' })
  expect(activity?.attributes).toEqual([[prov('label'), text('A')]])
  expect(describeRecord(started!)).toBe('wasStartedBy(ex:s; ex:a, ex:e, ex:b, 2026-01-01T00:00:00Z)')
  expect(members.map(describeRecord)).toEqual(['hadMember(ex:c, ex:e1)', 'hadMember(ex:c, ex:e2)'])
})

test('a bundle reads its names with its own namespaces, whatever the prefixes', () => {
  const document = readXml(`<document xmlns="http://www.w3.org/ns/prov#" xmlns:p="http://www.w3.org/ns/prov#">
    <p:bundleContent xmlns:ex="urn:inner:" p:id="ex:b"><entity p:id="ex:e"/></p:bundleContent>
    <other><x xmlns="urn:x:"/></other>
  </document>`)
  const [bundle] = document.bundles
  expect([bundle?.id.namespace, bundle?.records[0]?.id?.namespace]).toEqual(['urn:inner:', 'urn:inner:'])
  expect(bundle?.namespaces.prefixes).toEqual(new Map([['ex', 'urn:inner:']]))
  expect(document.records).toEqual([])
})

describe('a malformed document is refused with its place', () => {
  const cases: Readonly<Record<string, readonly [string, ProvErrorCode, string | undefined]>> = {
    'an empty text': ['', 'syntax', undefined],
    JSON: ['{}', 'syntax', undefined],
    'an open element': [`<prov:document ${namespaces}><prov:entity>`, 'syntax', undefined],
    'an unbound prefix': ['<prov:document/>', 'syntax', undefined],
    'an entity of a DTD': [
      `<!DOCTYPE a [<!ENTITY e "x">]>${documentOf('<prov:entity prov:id="ex:e"><ex:x>&e;</ex:x></prov:entity>')}`,
      'syntax',
      undefined,
    ],
    'another root': ['<html><body/></html>', 'shape', '/html'],
    'a root of another namespace': ['<document xmlns="urn:x:"/>', 'shape', '/document'],
    'an unknown statement': [documentOf('<prov:eaten/>'), 'unknown-record', '/prov:document/prov:eaten'],
    'a statement of another namespace': [
      documentOf('<ex:entity/>'),
      'unknown-record',
      '/prov:document/ex:entity',
    ],
    'an element without a name': [
      documentOf('<prov:entity prov:id="ex:a"/><prov:entity/>'),
      'shape',
      '/prov:document/prov:entity[2]',
    ],
    'an undeclared prefix': [
      documentOf('<prov:entity prov:id="y:a"/>'),
      'undeclared-prefix',
      '/prov:document/prov:entity',
    ],
    'an endpoint without a name': [
      documentOf('<prov:used><prov:activity/></prov:used>'),
      'shape',
      '/prov:document/prov:used/prov:activity',
    ],
    'an endpoint given twice': [
      documentOf('<prov:used><prov:activity prov:ref="ex:a"/><prov:activity prov:ref="ex:b"/></prov:used>'),
      'duplicate',
      '/prov:document/prov:used/prov:activity[2]',
    ],
    'a time that is none': [
      documentOf('<prov:used><prov:time>now</prov:time></prov:used>'),
      'bad-literal',
      '/prov:document/prov:used/prov:time',
    ],
    'elements in a value': [
      documentOf('<prov:entity prov:id="ex:e"><ex:x><ex:y/></ex:x></prov:entity>'),
      'bad-literal',
      '/prov:document/prov:entity/ex:x/ex:y',
    ],
    'a bundle in a bundle': [
      documentOf(
        '<prov:bundleContent prov:id="ex:b"><prov:bundleContent prov:id="ex:c"/></prov:bundleContent>',
      ),
      'shape',
      '/prov:document/prov:bundleContent/prov:bundleContent',
    ],
  }
  test.each(Object.entries(cases))('%s', (_, [document, code, path]) => {
    const error = refusal(() => readXml(document))
    expect([error.code, error.where.path]).toEqual([code, path])
    expect(error.message).toMatch(/^line \d+, column \d+(, at .+)?: expected .+, found .+/)
  })

  test('wrong_root.xml of the corpus, at line 2', () => {
    const { code, where, found } = refusal(() => readXml(dataText('prov-json/malformed/wrong_root.xml')))
    expect([code, where, found]).toEqual(['shape', { line: 2, column: 1, path: '/html' }, '<html>'])
  })

  test.each([
    ['UTF-16LE', 'utf16le', '\uFEFF'],
    ['UTF-16LE', 'utf16le', ''],
    ['ISO-8859-1', 'latin1', ''],
  ] as const)('what is in %s, by that name (%s, %j before it)', (encoding, written, mark) => {
    const text = `${mark}<?xml version="1.0" encoding="${encoding}"?><a b="é"/>`
    const { code, found, hint } = refusal(() => readXml(Buffer.from(text, written)))
    expect(code).toBe('syntax')
    expect(found).toContain(encoding)
    expect(hint).toBe(`write it in UTF-8 first: iconv -f ${encoding} -t UTF-8`)
  })

  test('what is in UTF-16BE, by that name', () => {
    const swapped = Buffer.from('\uFEFF<a/>', 'utf16le').swap16()
    expect(refusal(() => readXml(swapped)).found).toBe('text in UTF-16BE')
  })

  test('a hundred thousand levels, without overflowing the stack', () => {
    expect(refusal(() => readXml('<a>'.repeat(1e5))).code).toBe('too-deep')
  })
})

test('places are right after line ends of every kind and characters of every size', () => {
  const before = '\r\n<!-- 🙂🙂 -->\r<prov:entity prov:id="ex:🙂"/>\n  '
  const { where } = refusal(() => readXml(documentOf(`${before}<prov:eaten/>`)))
  expect([where.line, where.column]).toEqual([3, 3])
})
