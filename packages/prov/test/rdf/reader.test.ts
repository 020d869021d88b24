import { describe, expect, test } from 'vitest'
import { describeRecord } from '@provloom/prov'
import { readTrig, readTurtle } from '@provloom/prov/turtle'
import { dataText } from '../../../../test/support/data.ts'
import { refusal } from '../support/refusal.ts'

const head =
  '@prefix prov: <http://www.w3.org/ns/prov#>.\n@prefix ex: <http://example.org/>.\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#>.\n'
const records = (turtle: string): string[] => readTurtle(head + turtle).records.map(describeRecord)

describe('PROV-O as others write it', () => {
  test('has one statement for a qualified relation and the triple that it implies', () => {
    const turtle =
      'ex:a prov:used ex:e; prov:qualifiedUsage [ a prov:Usage; prov:entity ex:e; prov:hadRole ex:input ].'
    expect(records(turtle)).toEqual(['used(ex:a, ex:e, -)'])
    expect(readTurtle(head + turtle).records[0]?.attributes).toHaveLength(1)
  })

  test('may say generation, invalidation and influence from the other end', () => {
    expect(records('ex:a prov:generated ex:e; prov:invalidated ex:f. ex:x prov:influenced ex:y.')).toEqual([
      'wasGeneratedBy(ex:e, ex:a, -)',
      'wasInvalidatedBy(ex:f, ex:a, -)',
      'wasInfluencedBy(ex:y, ex:x)',
    ])
  })

  test('may say only when something was generated', () => {
    expect(records('ex:e prov:generatedAtTime "2026-01-01T00:00:00Z"^^xsd:dateTime.')).toEqual([
      'wasGeneratedBy(ex:e, -, 2026-01-01T00:00:00Z)',
    ])
  })

  test('may name the kind of a derivation', () => {
    const [record] = readTurtle(`${head}ex:e2 prov:wasRevisionOf ex:e1.`).records
    expect(record?.kind).toBe('wasDerivedFrom')
    expect(record?.attributes[0]?.[1]).toMatchObject({ type: 'name', name: { local: 'Revision' } })
  })

  test('may name the kind of a derivation in the property of its qualified form', () => {
    const turtle =
      'ex:e2 prov:qualifiedRevision [ a prov:Derivation; prov:entity ex:e1 ]; prov:wasDerivedFrom ex:e1.'
    const { records: read } = readTurtle(head + turtle)
    expect(read.map(describeRecord)).toEqual(['wasDerivedFrom(ex:e2, ex:e1, -, -, -)'])
    expect(read[0]?.attributes[0]?.[1]).toMatchObject({ type: 'name', name: { local: 'Revision' } })
  })

  test('makes an element of what is only said to be a person, a plan, or something with an attribute', () => {
    expect(
      records('ex:p a prov:Person. ex:plan a prov:Plan. ex:a prov:used ex:e. ex:e ex:size 3 .').sort(),
    ).toEqual(['agent(ex:p)', 'entity(ex:e)', 'entity(ex:plan)', 'used(ex:a, ex:e, -)'])
  })

  test('takes prov:influencer for the general form of what a qualified node names', () => {
    expect(records('ex:e prov:qualifiedAttribution [ a prov:Attribution; prov:influencer ex:ag ].')).toEqual([
      'wasAttributedTo(ex:e, ex:ag)',
    ])
  })

  test('may leave resources without a name, which get one', () => {
    const [activity] = readTurtle(`${head}ex:e prov:wasGeneratedBy [ a prov:Activity; ex:note "x" ].`).records
    expect(activity?.id).toEqual({ prefix: 'blank', namespace: 'urn:x-blank:', local: 'b1' })
  })

  test('names the generation that a derivation refers to', () => {
    const turtle =
      'ex:e2 prov:qualifiedGeneration _:g; prov:qualifiedDerivation [ a prov:Derivation; prov:entity ex:e1; prov:hadGeneration _:g ]. _:g a prov:Generation; prov:activity ex:a.'
    expect(records(turtle)).toEqual([
      'wasGeneratedBy(blank:b1; ex:e2, ex:a, -)',
      'wasDerivedFrom(ex:e2, ex:e1, -, blank:b1, -)',
    ])
  })

  test('keeps the prefixes of the text', () => {
    const { namespaces } = readTurtle(`${head}@prefix : <http://example.org/default#>. :e a prov:Entity.`)
    expect(namespaces.default).toBe('http://example.org/default#')
    expect(namespaces.prefixes.get('ex')).toBe('http://example.org/')
  })

  test('gives a prefix to names that have none', () => {
    const [record] = readTurtle(`${head}<http://other.org/x#y> a prov:Entity.`).records
    expect(record?.id).toMatchObject({ namespace: 'http://other.org/x#', local: 'y' })
  })

  test('may hold what is not PROV, which is left out when that is asked for', () => {
    const foreign = dataText('prov-json/malformed/foreign_vocabulary.ttl')
    expect(readTurtle(foreign, { foreign: 'skip' }).records).toEqual([])
    const error = refusal(() => readTurtle(foreign))
    expect(error).toMatchObject({ code: 'unknown-record', where: { line: 4 } })
    expect(error.hint).toContain('take such statements out of the file')
  })
})

describe('a mistake', () => {
  test.each<[string, string, object]>([
    ['of syntax', 'ex:e a prov:Entity\nex:f a prov:Entity.', { code: 'syntax', where: { line: 5 } }],
    ['of an unclosed string', 'ex:e ex:v "x.\n', { code: 'syntax', where: { line: 4 } }],
    ['of an undeclared prefix', '\nno:e a prov:Entity.', { code: 'syntax', where: { line: 5 } }],
    ['of a graph in Turtle', 'ex:g { ex:e a prov:Entity }', { code: 'syntax', where: { line: 4 } }],
    [
      'of a literal for a resource',
      'ex:e a prov:Entity;\n prov:wasGeneratedBy "a".',
      { code: 'shape', where: { line: 5 } },
    ],
    [
      'of a time',
      'ex:a a prov:Activity; prov:startedAtTime "yesterday"^^xsd:dateTime.',
      { code: 'bad-literal', where: { line: 4 } },
    ],
    [
      'of a time without type',
      'ex:a a prov:Activity; prov:startedAtTime "2026-01-01T00:00:00Z".',
      { code: 'bad-literal' },
    ],
    [
      'of a property PROV-O does not have',
      'ex:e a prov:Entity;\n\n prov:wasGeneratdBy ex:a.',
      { code: 'unknown-record', where: { line: 6 } },
    ],
    ['of a relative IRI', '<e> a prov:Entity.', { code: 'bad-name', where: { line: 4 } }],
    ['of a mention without its bundle', 'ex:e prov:mentionOf ex:g.', { code: 'shape', where: { line: 4 } }],
    [
      'of a qualified relation that is a word',
      'ex:e prov:qualifiedUsage "x".',
      { code: 'shape', where: { line: 4 } },
    ],
  ])('%s is refused with its line', (_, turtle, expected) => {
    expect(refusal(() => readTurtle(head + turtle))).toMatchObject(expected)
  })

  test('of the encoding is refused', () => {
    expect(refusal(() => readTrig(new Uint8Array([0x61, 0xff, 0xfe]))).code).toBe('syntax')
  })

  test('of giving another format is refused', () => {
    for (const file of [
      'not_json.json',
      'wrong_root.xml',
      'bad_prefix_map.json',
      'unknown_record_type.json',
    ]) {
      expect(refusal(() => readTurtle(dataText(`prov-json/malformed/${file}`))).code).toBe('syntax')
    }
  })
})
