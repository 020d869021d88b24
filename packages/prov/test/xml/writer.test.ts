import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  differences,
  DocumentBuilder,
  double,
  name,
  prov,
  qname,
  readJson,
  text,
  typed,
} from '@provloom/prov'
import { readXml, writeXml, xmlPieces } from '@provloom/prov/xml'
import { tries } from '../../../../test/support/effort.ts'
import { arbitraryDocument } from '../support/arbitrary.ts'
import { dataFiles, dataText } from '../../../../test/support/data.ts'
import { refusal } from '../support/refusal.ts'

const ex = (local: string) => qname('ex', 'http://example.org/', local)

test('any document of names that XML can write round-trips equal', () => {
  fc.assert(
    fc.property(arbitraryDocument({ odd: false, xml: true }), (document) => {
      const written = writeXml(document)
      const again = readXml(written)
      expect(differences(document, again)).toEqual([])
      expect(again.records).toHaveLength(document.records.length)
      expect(writeXml(document)).toBe(written)
    }),
    { seed: 20261125, numRuns: tries(300) },
  )
})

test.each(dataFiles('prov-json/valid', '.json'))('%s goes to PROV-XML and back', (file) => {
  const document = readJson(dataText(file))
  expect(differences(document, readXml(writeXml(document)))).toEqual([])
})

test('a document reads as people write it, in the order of the schema', () => {
  const builder = new DocumentBuilder().namespace('ex', 'http://example.org/')
  builder
    .entity(ex('e'), [
      [ex('x'), double(1)],
      [prov('type'), name(prov('Plan'))],
      [prov('label'), text('a < "b"', 'en')],
    ])
    .used(ex('a'), ex('e'), { id: ex('u'), time: '2026-01-01T00:00:00Z' })
  builder.bundle(ex('b')).agent(ex('g'))
  expect(writeXml(builder.build())).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<prov:document xmlns:prov="http://www.w3.org/ns/prov#" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ex="http://example.org/">
  <prov:entity prov:id="ex:e">
    <prov:label xml:lang="en">a &lt; "b"</prov:label>
    <prov:type xsi:type="xsd:QName">prov:Plan</prov:type>
    <ex:x xsi:type="xsd:double">1.0</ex:x>
  </prov:entity>
  <prov:used prov:id="ex:u">
    <prov:activity prov:ref="ex:a"/>
    <prov:entity prov:ref="ex:e"/>
    <prov:time>2026-01-01T00:00:00Z</prov:time>
  </prov:used>
  <prov:bundleContent prov:id="ex:b">
    <prov:agent prov:id="ex:g"/>
  </prov:bundleContent>
</prov:document>
`)
})

test('an attribute that is no element name as it stands is parted elsewhere', () => {
  const document = new DocumentBuilder().entity(ex('e'), [[ex('a/b'), text('x')]]).build()
  expect(writeXml(document)).toContain('<ns1:b>x</ns1:b>')
  expect(differences(document, readXml(writeXml(document)))).toEqual([])
})

describe('what XML cannot hold is refused', () => {
  test.each([
    ['a name with a control character', new DocumentBuilder().entity(ex('e\u0001'))],
    ['a name with a blank', new DocumentBuilder().entity(ex('a b'))],
    [
      'an attribute that ends in digits',
      new DocumentBuilder().entity(ex('e'), [[qname('u', 'urn:', '1'), text('x')]]),
    ],
    [
      'an attribute of the name of a position',
      new DocumentBuilder().used(ex('a'), null, { attributes: [[prov('entity'), text('x')]] }),
    ],
  ])('%s', (_, builder) => expect(refusal(() => writeXml(builder.build())).code).toBe('unrepresentable'))
})

test('a value with control characters or half a character is written with pictures in their place, and told', () => {
  const document = new DocumentBuilder()
    .entity(ex('e'), [
      [prov('label'), text('\u0000a\u001b[31m\t\n')],
      [ex('x'), text('\uD800\uFFFF😀')],
      [ex('y'), typed('\u0001', ex('own'))],
      [ex('z'), text('plain')],
    ])
    .build()
  const told: number[] = []
  const written = writeXml(document, { replaced: (values) => told.push(values) })
  expect(told).toEqual([3])
  expect(writeXml(document)).toBe(written)
  const [entity] = readXml(written).records
  expect(entity?.attributes.map(([, value]) => ('text' in value ? value.text : value.type))).toEqual([
    '␀a␛[31m\t\n',
    '\uFFFD\uFFFD😀',
    'typed',
    'plain',
  ])
  expect(written).toContain('>␁</ex:y>')
  const silent = new DocumentBuilder().entity(ex('e'), [[ex('x'), text('\t\n\u0085')]]).build()
  writeXml(silent, { replaced: () => expect.unreachable() })
})

test('a large document is written a record at a time', () => {
  const builder = new DocumentBuilder()
  for (let index = 0; index < 20_000; index += 1) builder.entity(ex(`e${index}`))
  let longest = 0
  for (const piece of xmlPieces(builder.build())) longest = Math.max(longest, piece.length)
  expect(longest).toBeLessThan(300)
})
