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
  type Value,
} from '@provloom/prov'
import { readTrig, readTurtle, writeTrig, writeTurtle } from '@provloom/prov/turtle'
import { refusal } from '../support/refusal.ts'

const ex = (local: string) => qname('ex', 'http://example.org/', local)
const builder = () => new DocumentBuilder().namespace('ex', 'http://example.org/')
const body = (turtle: string) => turtle.slice(turtle.indexOf('\n\n') + 2)

describe('PROV-O', () => {
  test('has a plain relation as one triple', () => {
    expect(body(writeTurtle(builder().used(ex('a'), ex('e')).build()))).toBe('ex:a prov:used ex:e.\n')
  })

  test('has a relation with a time as a triple and a qualified node', () => {
    const turtle = writeTurtle(
      builder().wasGeneratedBy(ex('e'), ex('a'), { time: '2026-01-01T00:00:00Z' }).build(),
    )
    expect(body(turtle)).toContain('ex:e prov:wasGeneratedBy ex:a;')
    expect(body(turtle)).toContain('prov:qualifiedGeneration [\n  a prov:Generation;\n  prov:activity ex:a;')
    expect(body(turtle)).toContain('prov:atTime "2026-01-01T00:00:00Z"^^xsd:dateTime')
  })

  test('leaves out the triple that a qualified node implies when asked to', () => {
    const document = builder()
      .used(ex('a'), ex('e'), { id: ex('u') })
      .used(ex('a'), ex('f'))
      .build()
    const turtle = writeTurtle(document, { implied: false })
    expect(turtle).not.toContain('prov:used ex:e')
    expect(turtle).toContain('prov:used ex:f')
    expect(differences(document, readTurtle(turtle))).toEqual([])
  })

  test('has an identified relation as a named node', () => {
    const turtle = writeTurtle(
      builder()
        .used(ex('a'), ex('e'), { id: ex('u1') })
        .build(),
    )
    expect(body(turtle)).toContain('prov:qualifiedUsage ex:u1.')
    expect(body(turtle)).toContain('ex:u1 a prov:Usage;\n    prov:entity ex:e.')
  })

  test('has plan, starter, and the activity, generation and usage of a derivation on the node', () => {
    const turtle = writeTurtle(
      builder()
        .wasAssociatedWith(ex('a'), ex('ag'), ex('plan'))
        .wasStartedBy(ex('a'), { trigger: ex('t'), starter: ex('s') })
        .wasDerivedFrom(ex('e2'), ex('e1'), { activity: ex('a'), generation: ex('g'), usage: ex('u') })
        .actedOnBehalfOf(ex('ag'), ex('boss'), ex('a'))
        .build(),
    )
    for (const pair of [
      'prov:hadPlan ex:plan',
      'prov:hadActivity ex:s',
      'prov:hadActivity ex:a',
      'prov:hadGeneration ex:g',
      'prov:hadUsage ex:u',
    ]) {
      expect(turtle).toContain(pair)
    }
  })

  test('keeps a plain relation and a qualified one of the same pair apart', () => {
    const document = builder()
      .used(ex('a'), ex('e'))
      .used(ex('a'), ex('e'), { id: ex('u') })
      .build()
    expect(differences(document, readTurtle(writeTurtle(document)))).toEqual([])
    expect(readTurtle(writeTurtle(document)).records).toHaveLength(2)
  })

  test('types a resource with prov:type, unless that would make another kind of record of it', () => {
    const attributes = [name(prov('Plan')), name(prov('Agent')), text('a word'), name(prov('Usage'))]
    const document = builder()
      .entity(
        ex('e'),
        attributes.map((value) => [prov('type'), value] as const),
      )
      .build()
    const turtle = writeTurtle(document)
    expect(turtle).toContain('ex:e a prov:Entity, prov:Plan;')
    expect(turtle).toContain('prov:type prov:Agent, "a word", prov:Usage')
    expect(differences(document, readTurtle(turtle))).toEqual([])
  })

  test.each<[string, Value]>([
    ['a large integer', int(2n ** 80n)],
    ['minus zero', double(-0)],
    ['not a number', double(NaN)],
    ['an infinity', double(-Infinity)],
    ['a number out of range', typed('1e400', xsd('double'))],
    ['an integer with zeros in front', typed('007', xsd('integer'))],
    ['a language tag', text('bonjour', 'fr-CH')],
    ['lines, quotes and backslashes', text('a"b\\c\nd\re\tf\u0000')],
    ['a character beyond the BMP', text('😀')],
    ['a custom datatype', typed('x y', ex('type'))],
  ])('keeps %s', (_, value) => {
    const document = builder()
      .entity(ex('e'), [[ex('v'), value]])
      .build()
    const [record] = readTurtle(writeTurtle(document)).records
    const lowered =
      value.type === 'text' && value.lang !== undefined ? text(value.text, value.lang.toLowerCase()) : value
    expect(record?.attributes[0]?.[1]).toEqual(lowered)
  })

  test('qualifies membership, specialization and alternates by the extension when they carry more than two names', () => {
    const document = builder()
      .add(statement('hadMember', { id: ex('m'), args: { collection: ex('c'), entity: ex('e') } }))
      .add(
        statement('specializationOf', {
          args: { specificEntity: ex('s'), generalEntity: ex('g') },
          attributes: [[ex('x'), text('y')]],
        }),
      )
      .build()
    const turtle = writeTurtle(document)
    expect(turtle).toContain('provext:qualifiedMembership ex:m')
    expect(differences(document, readTurtle(turtle))).toEqual([])
  })

  test('has bundles as named graphs, also one without statements', () => {
    const b = builder().entity(ex('b1'), [[prov('type'), name(prov('Bundle'))]])
    b.bundle(ex('b1'))
      .entity(ex('e'))
      .used(ex('a'), ex('e'), { id: ex('u') })
    b.bundle(ex('b2'))
    const document = b.build()
    expect(writeTrig(document)).toContain('ex:b1 {\n')
    expect(differences(document, readTrig(writeTrig(document)))).toEqual([])
  })

  test('never takes the scheme of an IRI for a prefix', () => {
    const b = new DocumentBuilder()
      .namespace('urn', 'http://example.org/')
      .namespace('isbn', 'http://example.org/isbn/')
    const document = b
      .entity(qname('x', 'isbn:', '12'))
      .entity(qname('y', 'urn:z:', '1'))
      .entity(qname('http', 'http://h/', 'a'))
      .build()
    expect(differences(document, readTurtle(writeTurtle(document)))).toEqual([])
  })

  test('refuses what it cannot carry, by name', () => {
    const bundle = builder()
    bundle.bundle(ex('b')).entity(ex('e'))
    expect(refusal(() => writeTurtle(bundle.build()))).toMatchObject({
      code: 'unrepresentable',
      hint: 'write it as TriG',
    })
    const spaced = builder().entity(ex('a name')).build()
    expect(refusal(() => writeTurtle(spaced)).message).toContain('a name that is an IRI')
    expect(readTurtle(writeTurtle(spaced, { oddIris: 'encode' })).records[0]?.id?.local).toBe('a%20name')
    const relative = new DocumentBuilder().entity(qname('x', 'somewhere/', 'e')).build()
    expect(refusal(() => writeTurtle(relative)).message).toContain('absolute IRI')
    const twice = builder()
      .mentionOf(ex('e'), ex('g1'), ex('b'))
      .mentionOf(ex('e'), ex('g2'), ex('b'))
      .build()
    expect(refusal(() => writeTurtle(twice)).message).toContain('one mentionOf')
    const reserved = builder()
      .entity(ex('e'), [[prov('entity'), text('x')]])
      .build()
    expect(refusal(() => writeTurtle(reserved)).message).toContain('prov:entity')
    const half = builder()
      .entity(ex('e'), [[ex('x'), text('\ud800')]])
      .build()
    expect(refusal(() => writeTurtle(half)).code).toBe('unrepresentable')
    const tongue = builder()
      .entity(ex('e'), [[ex('x'), text('x', 'not a tag')]])
      .build()
    expect(refusal(() => writeTurtle(tongue)).code).toBe('unrepresentable')
  })
})
