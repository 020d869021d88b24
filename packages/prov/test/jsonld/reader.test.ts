import { describe, expect, test } from 'vitest'
import { describeRecord } from '@provloom/prov'
import { readJsonld } from '@provloom/prov/jsonld'
import { dataText } from '../../../../test/support/data.ts'
import { refusal } from '../support/refusal.ts'

const context = '[{"ex": "http://example.org/"}, "https://openprovenance.org/prov-jsonld/context.jsonld"]'
const graph = (...statements: string[]): string =>
  `{"@context": ${context}, "@graph": [${statements.join(', ')}]}`

describe('PROV-JSONLD as others write it', () => {
  test('may prefix its types, and leave out the array of one value', () => {
    const [record] = readJsonld(
      graph('{"@type": "prov:Entity", "@id": "ex:e", "type": "ex:T", "ex:v": "text"}'),
    ).records
    expect(record?.kind).toBe('entity')
    expect(record?.attributes.map(([, value]) => value.type)).toEqual(['name', 'text'])
  })

  test('may name several members at once', () => {
    const { records } = readJsonld(
      graph('{"@type": "Membership", "collection": "ex:c", "entity": ["ex:e1", "ex:e2"]}'),
    )
    expect(records.map(describeRecord)).toEqual(['hadMember(ex:c, ex:e1)', 'hadMember(ex:c, ex:e2)'])
  })

  test('may use numbers, booleans and references of JSON-LD', () => {
    const entity =
      '{"@type": "Entity", "@id": "ex:e", "ex:v": [12345678901234567890, 1.50, true, {"@id": "ex:x"}, {"@value": 7, "@type": "xsd:int"}]}'
    const [record] = readJsonld(graph(entity)).records
    expect(
      record?.attributes.map(([, value]) =>
        'lexical' in value ? `${value.lexical} ${value.datatype.local}` : value.type,
      ),
    ).toEqual(['12345678901234567890 integer', '1.50 double', 'true boolean', 'name', '7 int'])
  })

  test('may give names whole, and without prefix under @vocab', () => {
    const text =
      '{"@context": [{"@vocab": "http://example.org/v#"}], "@graph": [{"@type": "Usage", "activity": "http://other.org/a", "entity": "e"}]}'
    const [record] = readJsonld(text).records
    expect(record?.args['activity']).toMatchObject({ namespace: 'http://other.org/', local: 'a' })
    expect(record?.args['entity']).toMatchObject({ namespace: 'http://example.org/v#', local: 'e' })
  })

  test('may write the context out, and give a bundle prefixes of its own', () => {
    const bundle =
      '{"@type": "Bundle", "@id": "b:1", "@context": [{"b": "http://b.org/"}], "@graph": [{"@type": "Entity", "@id": "b:e"}]}'
    const text = `{"@context": [{"ex": "http://example.org/", "@version": 1.1, "role": {"@id": "prov:hadRole"}}], "@graph": [${bundle}]}`
    expect(readJsonld(text).bundles[0]?.id.namespace).toBe('http://b.org/')
  })
})

describe('a mistake', () => {
  test.each<[string, string, object]>([
    ['of JSON', '{"@context": ', { code: 'syntax' }],
    ['of having no context', '{"@graph": []}', { code: 'shape' }],
    ['of having no graph', `{"@context": ${context}}`, { code: 'shape' }],
    [
      'of another context',
      '{"@context": "https://schema.org", "@graph": []}',
      { code: 'shape', where: { path: '$["@context"]' } },
    ],
    [
      'of a graph that is no array',
      `{"@context": ${context}, "@graph": {}}`,
      { where: { path: '$["@graph"]' } },
    ],
    [
      'of a statement without type',
      graph('{"@id": "ex:e"}'),
      { code: 'shape', where: { path: '$["@graph"][0]' } },
    ],
    [
      'of an unknown type',
      graph('{"@type": "Thing", "@id": "ex:e"}'),
      { code: 'unknown-record', where: { path: '$["@graph"][0]["@type"]' } },
    ],
    ['of an element without identifier', graph('{"@type": "Entity"}'), { code: 'shape' }],
    [
      'of an undeclared prefix',
      graph('{"@type": "Entity", "@id": "no:e"}'),
      { code: 'undeclared-prefix', where: { path: '$["@graph"][0]["@id"]' } },
    ],
    [
      'of a key without prefix',
      graph('{"@type": "Entity", "@id": "ex:e", "colour": ["red"]}'),
      { code: 'shape', where: { path: '$["@graph"][0].colour' } },
    ],
    [
      'of a formal argument of another statement',
      graph('{"@type": "Usage", "activity": "ex:a", "agent": "ex:ag"}'),
      { where: { path: '$["@graph"][0].agent' } },
    ],
    [
      'of a number for a name',
      graph('{"@type": "Usage", "activity": 5}'),
      { code: 'shape', where: { path: '$["@graph"][0].activity' } },
    ],
    [
      'of a time',
      graph('{"@type": "Activity", "@id": "ex:a", "startTime": "now"}'),
      { code: 'bad-literal', where: { path: '$["@graph"][0].startTime' } },
    ],
    [
      'of a value that is null',
      graph('{"@type": "Entity", "@id": "ex:e", "ex:v": [null]}'),
      { code: 'bad-literal', where: { path: '$["@graph"][0]["ex:v"][0]' } },
    ],
    [
      'of a value with both type and language',
      graph(
        '{"@type": "Entity", "@id": "ex:e", "ex:v": [{"@value": "a", "@type": "xsd:string", "@language": "en"}]}',
      ),
      { code: 'bad-literal' },
    ],
    [
      'of a value with an unknown key',
      graph('{"@type": "Entity", "@id": "ex:e", "ex:v": [{"@value": "a", "x": 1}]}'),
      { code: 'bad-literal' },
    ],
    [
      'of a bundle in a bundle',
      graph(
        '{"@type": "Bundle", "@id": "ex:b", "@context": [], "@graph": [{"@type": "Bundle", "@id": "ex:c", "@graph": []}]}',
      ),
      { code: 'shape' },
    ],
    [
      'of no members',
      graph('{"@type": "Membership", "collection": "ex:c", "entity": []}'),
      { code: 'shape' },
    ],
    [
      'of another meaning of prov',
      '{"@context": [{"prov": "http://other.org/"}], "@graph": []}',
      { where: { path: '$["@context"][0].prov' } },
    ],
  ])('%s is refused with its place', (_, text, expected) => {
    expect(refusal(() => readJsonld(text))).toMatchObject(expected)
  })

  test('of giving another format is refused', () => {
    for (const file of [
      'not_json.json',
      'empty.json',
      'top_level_scalar.json',
      'bad_prefix_map.json',
      'unknown_record_type.json',
      'wrong_root.xml',
    ]) {
      expect(refusal(() => readJsonld(dataText(`prov-json/malformed/${file}`))).where.line).toBeGreaterThan(0)
    }
  })
})
