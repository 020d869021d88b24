import { describe, expect, test } from 'vitest'
import { describeRemark, readJson, remarks, validate } from '@provloom/prov'
import { readProvn } from '@provloom/prov/provn'
import { readXml } from '@provloom/prov/xml'
import { dataFiles, dataText } from '../../../../test/support/data.ts'
import { trainingRun } from '../draw/training-run.ts'

const PREFIX = { ex: 'http://example.org/' }
type Json = Readonly<Record<string, unknown>>

/** What is remarked on a PROV-JSON document: code, name and number of records. */
function remarked(document: Json, prefix: Json = PREFIX): [string, string, number][] {
  const read = readJson(JSON.stringify({ prefix, ...document }))
  return remarks(read).map(({ code, name, count }) => [code, name, count])
}

const entity = (attributes: Json): Json => ({ entity: { 'ex:e': attributes } })
const activity = (attributes: Json): Json => ({ activity: { 'ex:a': attributes } })
const typed = (lexical: string, type: string): Json => ({ $: lexical, type })

const T = (hour: number): string => `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`

describe('remarks', () => {
  test.each<[string, Json, string, string]>([
    [
      "PROV-O's time of an activity",
      activity({ 'prov:startedAtTime': T(1) }),
      'term-of-prov-o',
      'prov:startedAtTime',
    ],
    [
      "PROV-O's end of an activity",
      activity({ 'prov:endedAtTime': T(1) }),
      'term-of-prov-o',
      'prov:endedAtTime',
    ],
    ["PROV-O's location", entity({ 'prov:atLocation': 'Rome' }), 'term-of-prov-o', 'prov:atLocation'],
    [
      'a time of generation',
      entity({ 'prov:generatedAtTime': T(1) }),
      'term-of-prov-o',
      'prov:generatedAtTime',
    ],
    [
      'a relation as an attribute',
      entity({ 'prov:wasDerivedFrom': 'ex:f' }),
      'term-of-prov-o',
      'prov:wasDerivedFrom',
    ],
    [
      "an activity's time on an entity",
      entity({ 'prov:startTime': T(1) }),
      'attribute-out-of-place',
      'prov:startTime',
    ],
    [
      "a relation's time on an activity",
      activity({ 'prov:time': T(1) }),
      'attribute-out-of-place',
      'prov:time',
    ],
    ['a value of an activity', activity({ 'prov:value': 1 }), 'attribute-out-of-place', 'prov:value'],
    ['an attribute that PROV lacks', entity({ 'prov:author': 'Ada' }), 'unknown-term', 'prov:author'],
    ['a misspelt attribute', entity({ 'prov:Label': 'x' }), 'unknown-term', 'prov:Label'],
    [
      'a class that PROV lacks',
      entity({ 'prov:type': typed('prov:Dataset', 'prov:QUALIFIED_NAME') }),
      'unknown-term',
      'prov:Dataset',
    ],
    [
      'a class of other things',
      activity({ 'prov:type': typed('prov:Person', 'prov:QUALIFIED_NAME') }),
      'type-out-of-place',
      'prov:Person',
    ],
    ['a class in text', { agent: { 'ex:g': { 'prov:type': 'prov:Person' } } }, 'type-as-text', 'prov:Person'],
    [
      'a class in text without prefix',
      { agent: { 'ex:g': { 'prov:type': 'SoftwareAgent' } } },
      'type-as-text',
      'SoftwareAgent',
    ],
    [
      'a class as a whole IRI',
      entity({ 'prov:type': typed('http://www.w3.org/ns/prov#Plan', 'xsd:anyURI') }),
      'type-as-text',
      'http://www.w3.org/ns/prov#Plan',
    ],
    ["a class of one's own in text", entity({ 'prov:type': 'ex:Model' }), 'type-as-text', 'ex:Model'],
    ['a label that is a number', entity({ 'prov:label': 3 }), 'label-no-text', 'prov:label'],
    ['two values', entity({ 'prov:value': [1, 2] }), 'several-values', 'prov:value'],
    ['text as a number', entity({ 'ex:n': typed('abc', 'xsd:int') }), 'no-such-literal', 'xsd:int'],
    [
      'a number beyond its datatype',
      entity({ 'ex:n': typed('2147483648', 'xsd:int') }),
      'no-such-literal',
      'xsd:int',
    ],
    ["Python's nan", entity({ 'ex:n': typed('nan', 'xsd:double') }), 'no-such-literal', 'xsd:double'],
    ["Python's True", entity({ 'ex:n': typed('True', 'xsd:boolean') }), 'no-such-literal', 'xsd:boolean'],
    [
      'a time with a blank',
      entity({ 'ex:t': typed('2026-01-01 10:00:00', 'xsd:dateTime') }),
      'no-such-literal',
      'xsd:dateTime',
    ],
    [
      'a datatype that XML Schema lacks',
      entity({ 'ex:n': typed('a', 'xsd:text') }),
      'unknown-datatype',
      'xsd:text',
    ],
    [
      'a datatype that PROV lacks',
      entity({ 'ex:n': typed('a', 'prov:Text') }),
      'unknown-datatype',
      'prov:Text',
    ],
    ['a language that is none', entity({ 'ex:n': { $: 'a', lang: 'en_US' } }), 'no-such-language', 'en_US'],
    ['a name with a blank', { entity: { 'ex:my file': {} } }, 'name-no-iri', 'ex:my file'],
    ["a thing in PROV's namespace", { entity: { 'prov:mine': {} } }, 'name-in-prov', 'prov:mine'],
    [
      'an identifier of a membership',
      { hadMember: { 'ex:m': { 'prov:collection': 'ex:c', 'prov:entity': 'ex:e' } } },
      'identifier-out-of-place',
      'hadMember',
    ],
    [
      'a role of an attribution',
      { wasAttributedTo: { '_:1': { 'prov:entity': 'ex:e', 'prov:agent': 'ex:g', 'prov:role': 'r' } } },
      'attribute-out-of-place',
      'prov:role',
    ],
    [
      'an end before the start',
      activity({ 'prov:startTime': T(2), 'prov:endTime': T(1) }),
      'end-before-start',
      'ex:a',
    ],
  ])('tell %s', (_, document, code, name) => {
    expect(remarked(document)).toEqual([[code, name, 1]])
    expect(validate(readJson(JSON.stringify({ prefix: PREFIX, ...document })))).toEqual([])
  })

  test.each<[string, Json, string]>([
    ['no scheme', { ex: 'www.example.org/' }, 'namespace-no-iri'],
    ['a blank', { ex: 'http://example.org/my files/' }, 'namespace-no-iri'],
    ['no end', { ex: 'http://example.org' }, 'namespace-without-end'],
    ["a namespace nearly PROV's", { ex: 'https://www.w3.org/ns/prov#' }, 'namespace-of-prov'],
    ["a namespace of PROV's document", { ex: 'http://www.w3.org/TR/prov-o/' }, 'namespace-of-prov'],
  ])('tell a namespace with %s once, with all records of it', (_, prefix, code) => {
    const document = {
      entity: { 'ex:e1': {}, 'ex:e2': { 'ex:n': 1 } },
      used: { '_:u': { 'prov:activity': 'ex:a' } },
    }
    expect(remarked(document, prefix)).toEqual([[code, 'ex', 3]])
  })

  test('tell a default namespace that is no IRI, also when nothing is under it', () => {
    expect(remarked({}, { default: 'www.example.org' })).toEqual([
      ['namespace-no-iri', 'the default namespace', 0],
    ])
  })

  test.each([
    'http://www.w3.org/2000/10/XMLSchema#',
    'http://www.w3.org/2001/XMLSchema',
    'http://www.w3.org/1999/XMLSchema',
    'https://www.w3.org/2001/XMLSchema#',
  ])('tell the datatypes of %s', (xsd) => {
    const document = entity({ 'ex:n': typed('1', 'xsd:int') })
    expect(remarked(document, { ...PREFIX, xsd })).toEqual([['namespace-of-xsd', 'xsd', 1]])
  })

  test('tell an informed activity that had ended before its informant began', () => {
    const document = {
      activity: { 'ex:a': { 'prov:endTime': T(1) }, 'ex:b': { 'prov:startTime': T(2) } },
      wasInformedBy: { '_:1': { 'prov:informed': 'ex:a', 'prov:informant': 'ex:b' } },
    }
    expect(remarked(document)).toEqual([['informed-before-start', 'ex:a', 1]])
  })

  test('take the start and the end of an activity from its events too, and the zone of a time into account', () => {
    const document = (end: string): Json => ({
      wasStartedBy: { '_:1': { 'prov:activity': 'ex:a', 'prov:time': '2026-01-01T12:00:00Z' } },
      wasEndedBy: { '_:2': { 'prov:activity': 'ex:a', 'prov:time': end } },
      activity: { 'ex:a': {} },
    })
    expect(remarked(document('2026-01-01T12:30:00+01:00'))).toEqual([['end-before-start', 'ex:a', 1]])
    expect(remarked(document('2026-01-01T11:30:00-01:00'))).toEqual([])
    expect(remarked(document('2026-01-01T00:00:00'))).toEqual([])
  })

  test('tell events outside of their activity, and uses of what is not there yet or not any more', () => {
    const document = {
      activity: { 'ex:a': { 'prov:startTime': T(2), 'prov:endTime': T(4) } },
      used: {
        '_:1': { 'prov:activity': 'ex:a', 'prov:entity': 'ex:e', 'prov:time': T(1) },
        '_:2': { 'prov:activity': 'ex:a', 'prov:entity': 'ex:e', 'prov:time': T(3) },
        '_:3': { 'prov:activity': 'ex:b', 'prov:entity': 'ex:e', 'prov:time': T(9) },
      },
      wasGeneratedBy: { '_:4': { 'prov:entity': 'ex:e', 'prov:activity': 'ex:c', 'prov:time': T(2) } },
      wasInvalidatedBy: { '_:5': { 'prov:entity': 'ex:e', 'prov:activity': 'ex:a', 'prov:time': T(8) } },
    }
    expect(remarked(document)).toEqual([
      ['event-outside-activity', 'ex:a', 1],
      ['used-before-generation', 'ex:e', 1],
      ['used-after-invalidation', 'ex:e', 1],
    ])
  })

  test('count all records of a kind, and name the first', () => {
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`ex:a${at}`, { 'prov:startedAtTime': T(1), 'ex:n': 1 }]),
    )
    const [remark, ...others] = remarks(readJson(JSON.stringify({ prefix: PREFIX, activity: many })))
    expect(others).toEqual([])
    expect(remark).toMatchObject({ code: 'term-of-prov-o', count: 100 })
    const lines = describeRemark(remark!).split('\n')
    expect(lines[0]).toBe(
      'term-of-prov-o (prov:startedAtTime), 100 records: prov:startedAtTime is no attribute of PROV-DM: an activity has prov:startTime. Here it is a word that no reader looks for.',
    )
    expect(lines[1]).toBe('  activity(ex:a0)')
    expect(lines.at(-1)).toBe('  and 88 more')
  })

  test('know the prefixes of the document in its bundles', () => {
    const bundle = { 'ex:b': { entity: { 'ex:e': { 'prov:type': 'ex:Model' } } } }
    expect(remarked({ bundle })).toEqual([['type-as-text', 'ex:Model', 1]])
  })

  test('say nothing of the datatypes of XML, whose namespace has no #', () => {
    const xml = `<prov:document xmlns:prov="http://www.w3.org/ns/prov#" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ex="http://example.org/">
      <prov:entity prov:id="ex:e"><ex:n xsi:type="xsd:int">1</ex:n></prov:entity></prov:document>`
    expect(remarks(readXml(xml))).toEqual([])
  })

  test('say in which bundle they are', () => {
    const bundle = { 'ex:b': { entity: { 'ex:e': { 'prov:author': 'Ada' } } } }
    const [remark] = remarks(readJson(JSON.stringify({ prefix: PREFIX, bundle })))
    expect(remark?.bundle?.local).toBe('b')
    expect(describeRemark(remark!)).toContain(', in bundle ex:b, 1 record:')
  })
})

describe('nothing is remarked', () => {
  test.each(dataFiles('prov-json/valid', '.json'))('on %s', (file) => {
    expect(remarks(readJson(dataText(file)))).toEqual([])
  })

  test('on a run of four ranks', () => {
    expect(remarks(trainingRun({ ranks: 4, seriesPerContext: 3 }))).toEqual([])
  })

  test.each<[string, Json]>([
    ['text as a type that names nothing', entity({ 'prov:type': 'weights' })],
    ['an address as a type', entity({ 'prov:type': typed('http://example.org/Model', 'xsd:anyURI') })],
    ['words with a colon as a type', entity({ 'prov:type': 'note: a draft' })],
    [
      'an agent that is an entity and a person',
      { ...entity({ 'prov:type': typed('prov:Person', 'prov:QUALIFIED_NAME') }), agent: { 'ex:e': {} } },
    ],
    [
      'a location and a role where they belong',
      { used: { '_:1': { 'prov:activity': 'ex:a', 'prov:role': 'r', 'prov:location': 'l' } } },
    ],
    ['times that touch', activity({ 'prov:startTime': T(1), 'prov:endTime': T(1) })],
    [
      'unusual literals',
      entity({
        'ex:n': [
          typed('INF', 'xsd:double'),
          typed('-0', 'xsd:int'),
          typed('P1DT2H', 'xsd:duration'),
          typed(' 7 ', 'xsd:byte'),
          typed('2026-02-28', 'xsd:date'),
          typed('--02-29', 'xsd:gMonthDay'),
        ],
      }),
    ],
  ])('on %s', (_, document) => {
    expect(remarked(document)).toEqual([])
  })

  test('on a namespace of urns, and of a query', () => {
    expect(remarked(entity({}), { ex: 'urn:uuid:', q: 'http://example.org/?id=' })).toEqual([])
  })
})

test("the primer of PROV has its agents' types in text, and is told so", () => {
  const primer = remarks(readProvn(dataText('prov-constraints/primer.provn')))
  expect(primer.map(({ code, name }) => [code, name])).toEqual([
    ['type-as-text', 'prov:Person'],
    ['type-as-text', 'prov:Organization'],
  ])
})
