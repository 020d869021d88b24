import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  describeRecord,
  differences,
  DocumentBuilder,
  equalDocuments,
  FORMALS,
  int,
  labelOf,
  Naming,
  NO_NAMESPACES,
  qname,
  RECORD_KINDS,
  statement,
  text,
  type ProvDocument,
} from '@provloom/prov'
import { tries } from '../../../../test/support/effort.ts'
import { arbitraryDocument } from '../support/arbitrary.ts'
import { refusal } from '../support/refusal.ts'

const ex = (local: string) => qname('ex', 'http://example.org/', local)
const other = (local: string) => qname('o', 'http://example.org/', local)

const anything = () => true

/** The same statements backwards, the attributes too, each twice. */
function shuffled(document: ProvDocument): ProvDocument {
  const records = document.records.toReversed().map((record) => ({
    ...record,
    attributes: [...record.attributes, ...record.attributes].toReversed(),
  }))
  return { ...document, records: [...records, ...records], bundles: document.bundles.toReversed() }
}

describe('equality', () => {
  test('knows neither order nor repetition', () => {
    fc.assert(
      fc.property(arbitraryDocument(), (document) => {
        expect(equalDocuments(document, shuffled(document))).toBe(true)
        expect(differences(document, shuffled(document))).toEqual([])
      }),
      { seed: 11, numRuns: tries(100) },
    )
  })

  test('sees one record more, in the document or in a bundle', () => {
    const extra = statement('entity', { id: ex('extra'), attributes: [[ex('only'), int(1)]] })
    fc.assert(
      fc.property(arbitraryDocument(), (document) => {
        const larger = { ...document, records: [...document.records, extra] }
        const bundle = { id: ex('new-bundle'), namespaces: NO_NAMESPACES, records: [extra] }
        const bundled = { ...document, bundles: [...document.bundles, bundle] }
        for (const changed of [larger, bundled]) {
          expect(equalDocuments(document, changed)).toBe(false)
          expect(equalDocuments(changed, document)).toBe(false)
          expect(differences(document, changed)).toHaveLength(1)
        }
      }),
      { seed: 12, numRuns: tries(100) },
    )
  })

  test('does not know prefixes', () => {
    const a = new DocumentBuilder().used(ex('a'), ex('e')).build()
    const b = new DocumentBuilder().used(other('a'), other('e')).build()
    expect(equalDocuments(a, b)).toBe(true)
  })

  test.each([
    ['kind', statement('wasInvalidatedBy', { args: { entity: ex('e'), activity: ex('a') } })],
    [
      'identifier',
      statement('wasGeneratedBy', { id: ex('i'), args: { entity: ex('e'), activity: ex('a') } }),
    ],
    ['endpoint', statement('wasGeneratedBy', { args: { entity: ex('e') } })],
    [
      'time',
      statement('wasGeneratedBy', {
        args: { entity: ex('e'), activity: ex('a') },
        times: { time: '2026-01-01T00:00:00' },
      }),
    ],
    [
      'attribute',
      statement('wasGeneratedBy', {
        args: { entity: ex('e'), activity: ex('a') },
        attributes: [[ex('x'), text('')]],
      }),
    ],
  ])('sees a different %s', (_, changed) => {
    const a = new DocumentBuilder().wasGeneratedBy(ex('e'), ex('a')).build()
    const b = new DocumentBuilder().add(changed).build()
    expect(equalDocuments(a, b)).toBe(false)
    expect(differences(a, b)).toHaveLength(2)
  })
})

describe('a builder', () => {
  test('gives documents that later statements do not change', () => {
    const builder = new DocumentBuilder().namespace('ex', 'http://example.org/')
    const before = builder.entity(builder.name('ex:e')).build()
    builder.entity(ex('f')).bundle(ex('b')).entity(ex('g'))
    expect([before.records.length, before.bundles.length]).toEqual([1, 0])
    expect([builder.build().records.length, builder.build().bundles.length]).toEqual([2, 1])
  })

  test('has a method for every kind, in the order of PROV-N', () => {
    const builder = new DocumentBuilder()
    builder.entity(ex('e')).activity(ex('a')).agent(ex('g'))
    builder.wasGeneratedBy(ex('1'), ex('2')).used(ex('1'), ex('2')).wasInformedBy(ex('1'), ex('2'))
    builder.wasStartedBy(ex('1'), { trigger: ex('2'), starter: ex('3') })
    builder.wasEndedBy(ex('1'), { trigger: ex('2'), ender: ex('3') }).wasInvalidatedBy(ex('1'), ex('2'))
    builder.wasDerivedFrom(ex('1'), ex('2'), { activity: ex('3'), generation: ex('4'), usage: ex('5') })
    builder.wasAttributedTo(ex('1'), ex('2')).wasAssociatedWith(ex('1'), ex('2'), ex('3'))
    builder.actedOnBehalfOf(ex('1'), ex('2'), ex('3')).wasInfluencedBy(ex('1'), ex('2'))
    builder.specializationOf(ex('1'), ex('2')).alternateOf(ex('1'), ex('2')).hadMember(ex('1'), ex('2'))
    builder.mentionOf(ex('1'), ex('2'), ex('3'))
    const { records } = builder.build()
    expect(records.map((record) => record.kind)).toEqual(RECORD_KINDS)
    for (const record of records.slice(3)) {
      const positions = FORMALS[record.kind].formals.filter(({ target }) => target !== 'time')
      expect(positions.map(({ name }) => record.args[name]?.local)).toEqual(
        positions.map((_, index) => String(index + 1)),
      )
    }
    expect(builder.size).toBe(RECORD_KINDS.length)
  })

  test('names what is not declared', () => {
    const error = refusal(() => new DocumentBuilder().name('ex:e'))
    expect([error.code, error.found]).toEqual(['undeclared-prefix', '"ex:e"'])
  })
})

describe('a statement', () => {
  test('needs an identifier when it is an element, known positions, and times that are times', () => {
    expect(refusal(() => statement('entity')).message).toBe('at entity: expected an identifier, found none')
    expect(refusal(() => statement('used', { args: { entitty: ex('e') } })).message).toBe(
      'at used: expected activity, entity, time, found entitty',
    )
    expect(refusal(() => statement('used', { times: { time: 'now' } })).code).toBe('bad-record')
  })

  test('is described for people', () => {
    const used = statement('used', {
      id: ex('u'),
      args: { activity: ex('a') },
      times: { time: '2026-01-01T00:00:00' },
    })
    expect(describeRecord(used)).toBe('used(ex:u; ex:a, -, 2026-01-01T00:00:00)')
  })
})

describe('names are written', () => {
  test('with their prefix where it is free, with another where it means something else', () => {
    const naming = new Naming({ prefixes: new Map([['ex', 'urn:1:']]), default: 'urn:d:' }, anything)
    const written = [
      qname('ex', 'urn:1:', 'a'),
      qname('ex', 'urn:2:', 'a'),
      qname('y', 'urn:1:', 'a'),
      qname('z', 'urn:3:', 'a'),
    ]
    expect(written.map((name) => naming.write(name))).toEqual(['ex:a', 'ns1:a', 'ex:a', 'z:a'])
    expect(naming.write(qname('', 'urn:d:', 'a'))).toBe('a')
    expect(naming.write(qname('', 'urn:d:', 'a:b'))).toBe('ns2:a:b')
  })

  test('in a bundle without hiding a prefix of the document', () => {
    const outer = new Naming({ prefixes: new Map([['ex', 'urn:1:']]), default: null }, anything)
    const inner = new Naming({ prefixes: new Map([['ex', 'urn:2:']]), default: null }, anything, outer)
    expect([inner.write(qname('ex', 'urn:1:', 'a')), inner.write(qname('ex', 'urn:2:', 'a'))]).toEqual([
      'ex:a',
      'ns1:a',
    ])
    expect([...inner.declarations()]).toEqual([['ns1', 'urn:2:']])
  })

  test('prov and xsd always mean what PROV means', () => {
    const naming = new Naming(
      {
        prefixes: new Map([
          ['prov', 'urn:1:'],
          ['xsd', 'urn:2:'],
        ]),
        default: null,
      },
      anything,
    )
    expect(naming.write(qname('prov', 'urn:1:', 'a'))).toBe('ns1:a')
    expect(naming.write(qname('p', 'http://www.w3.org/ns/prov#', 'Plan'))).toBe('prov:Plan')
    expect(labelOf(naming.choose(qname('', 'http://www.w3.org/2001/XMLSchema#', 'int')))).toBe('xsd:int')
  })
})
