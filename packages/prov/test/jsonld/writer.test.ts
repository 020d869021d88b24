import { describe, expect, test } from 'vitest'
import {
  differences,
  DocumentBuilder,
  double,
  int,
  name,
  prov,
  qname,
  statement,
  text,
  typed,
  xsd,
  type QName,
} from '@provloom/prov'
import { readJsonld, writeJsonld } from '@provloom/prov/jsonld'
import { refusal } from '../support/refusal.ts'
import { provJsonldErrors } from '../../../../test/support/w3c-schemas.ts'

const ex = (local: string): QName => qname('ex', 'http://example.org/', local)
const builder = (): DocumentBuilder => new DocumentBuilder().namespace('ex', 'http://example.org/')

describe('PROV-JSONLD', () => {
  test('has one object a statement, named by the terms of the submission', () => {
    const document = builder()
      .entity(ex('e'), [
        [prov('label'), text('An e', 'en')],
        [prov('type'), name(ex('T'))],
        [ex('n'), int(3)],
      ])
      .wasGeneratedBy(ex('e'), ex('a'), { id: ex('g'), time: '2026-01-01T00:00:00Z' })
      .build()
    expect(JSON.parse(writeJsonld(document))).toEqual({
      '@context': [{ ex: 'http://example.org/' }, 'https://openprovenance.org/prov-jsonld/context.jsonld'],
      '@graph': [
        {
          '@type': 'Entity',
          '@id': 'ex:e',
          label: [{ '@value': 'An e', '@language': 'en' }],
          type: ['ex:T'],
          'ex:n': [{ '@value': '3', '@type': 'xsd:int' }],
        },
        {
          '@type': 'Generation',
          '@id': 'ex:g',
          entity: 'ex:e',
          activity: 'ex:a',
          time: '2026-01-01T00:00:00Z',
        },
      ],
    })
  })

  test('has the members of a collection as a list, also one alone', () => {
    const document = builder().hadMember(ex('c'), ex('e')).build()
    expect(JSON.parse(writeJsonld(document))).toMatchObject({
      '@graph': [{ '@type': 'Membership', collection: 'ex:c', entity: ['ex:e'] }],
    })
    expect(provJsonldErrors(writeJsonld(document))).toEqual([])
  })

  test('keeps a term only where the schema has it, else the attribute by its name', () => {
    const document = builder()
      .activity(ex('a'), {}, [
        [prov('value'), text('v')],
        [prov('role'), name(ex('r'))],
        [prov('label'), int(1)],
      ])
      .wasAttributedTo(ex('e'), ex('ag'), { attributes: [[prov('location'), text('here')]] })
      .build()
    const written = writeJsonld(document)
    expect(provJsonldErrors(written)).toEqual([])
    for (const key of ['"prov:value"', '"prov:role"', '"prov:label"', '"prov:location"'])
      expect(written).toContain(key)
    expect(differences(document, readJsonld(written))).toEqual([])
  })

  test('tells names from text where strings are names', () => {
    const document = builder()
      .entity(ex('e'), [
        [prov('type'), text('ex:T')],
        [prov('type'), name(ex('T'))],
        [prov('location'), text('Rome')],
      ])
      .build()
    expect(differences(document, readJsonld(writeJsonld(document)))).toEqual([])
  })

  test('keeps digits, -0, NaN and infinities', () => {
    const values = [int(2n ** 80n), double(-0), double(NaN), double(Infinity), typed('1e400', xsd('double'))]
    const document = builder()
      .entity(
        ex('e'),
        values.map((value) => [ex('v'), value] as const),
      )
      .build()
    expect(readJsonld(writeJsonld(document)).records[0]?.attributes.map(([, value]) => value)).toEqual(values)
  })

  test('cuts names where JSON-LD can put them together again', () => {
    const document = new DocumentBuilder()
      .namespace('q', 'http://example.org/x?y=')
      .defaultNamespace('http://example.org/default#')
      .entity(qname('q', 'http://example.org/x?y=', '1'))
      .entity(qname('', 'http://example.org/default#', 'e'))
      .entity(qname('entity', 'http://example.org/term/', 'e'))
      .entity(qname('p', 'http:', '//host/e'))
      .build()
    const written = writeJsonld(document)
    const [prefixes] = (JSON.parse(written) as { '@context': [Record<string, string>] })['@context']
    expect(Object.keys(prefixes)).not.toContain('entity')
    for (const iri of Object.values(prefixes)) expect(iri).toMatch(/[:/?#]$/)
    expect(differences(document, readJsonld(written))).toEqual([])
  })

  test('has bundles in the graph, also one without statements, and keeps identified memberships', () => {
    const b = builder().add(
      statement('hadMember', { id: ex('m'), args: { collection: ex('c'), entity: ex('e') } }),
    )
    b.bundle(ex('b1')).entity(ex('e'))
    b.bundle(ex('b2'))
    const document = b.build()
    const written = writeJsonld(document)
    expect(provJsonldErrors(written)).toEqual([])
    expect(differences(document, readJsonld(written))).toEqual([])
  })

  test('writes a time without zone, which the schema does not have', () => {
    const document = builder().activity(ex('a'), { startTime: '2026-01-01T00:00:00' }).build()
    expect(differences(document, readJsonld(writeJsonld(document)))).toEqual([])
    expect(provJsonldErrors(writeJsonld(document))).not.toEqual([])
  })

  test('refuses what it has no term for, by name', () => {
    const mention = builder().mentionOf(ex('e'), ex('g'), ex('b')).build()
    expect(refusal(() => writeJsonld(mention))).toMatchObject({ code: 'unrepresentable' })
    expect(refusal(() => writeJsonld(mention)).found).toContain('mentionOf')
    const relative = new DocumentBuilder().entity(qname('x', 'somewhere/', 'e')).build()
    expect(refusal(() => writeJsonld(relative)).message).toContain('absolute IRI')
    const odd = builder()
      .entity(ex('e'), [[ex('q'), typed('ex:x', xsd('QName'))]])
      .build()
    expect(refusal(() => writeJsonld(odd)).code).toBe('unrepresentable')
  })
})
