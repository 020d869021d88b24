import {
  describeConflict,
  DocumentBuilder,
  equalDocuments,
  int,
  iriOf,
  labelOf,
  merge,
  name,
  prov,
  qname,
  text,
  validate,
  type Conflict,
  type ProvDocument,
  type QName,
} from '@provloom/prov'
import { writeProvn } from '@provloom/prov/provn'
import { describe, expect, it } from 'vitest'

const EX = 'http://example.org/'
const ex = (local: string): QName => qname('ex', EX, local)
const [e, f, a, b, ag] = [ex('e'), ex('f'), ex('a'), ex('b'), ex('ag')]
const T1 = '2026-01-05T09:00:00Z'
const T2 = '2026-01-05T10:00:00Z'

function documentOf(build: (document: DocumentBuilder) => unknown): ProvDocument {
  const document = new DocumentBuilder().namespace('ex', EX)
  build(document)
  return document.build()
}

function withDefault(iri: string): ProvDocument {
  const document = new DocumentBuilder().defaultNamespace(iri)
  return document.entity(document.name('x')).build()
}

/** Merges and tells the conflicts in lines. */
function conflictsOf(...builds: readonly ((document: DocumentBuilder) => unknown)[]): string[] {
  return merge(builds.map(documentOf)).conflicts.map((conflict) => describeConflict(conflict))
}

describe('merge', () => {
  it('makes equal statements of several ranks one', () => {
    const rank = (k: number): ProvDocument =>
      documentOf((d) =>
        d
          .activity(a, { startTime: T1 })
          .entity(ex(`series${k}`))
          .wasGeneratedBy(ex(`series${k}`), a),
      )
    const { document, conflicts } = merge([rank(0), rank(1)])
    expect(conflicts).toEqual([])
    const expected = documentOf((d) =>
      d
        .activity(a, { startTime: T1 })
        .entity(ex('series0'))
        .entity(ex('series1'))
        .wasGeneratedBy(ex('series0'), a)
        .wasGeneratedBy(ex('series1'), a),
    )
    expect(equalDocuments(document, expected)).toBe(true)
  })

  it('adds up the attributes of one element and fills in its times', () => {
    const one = documentOf((d) => d.activity(a, { startTime: T1 }, [[ex('rank'), int(0)]]))
    const other = documentOf((d) =>
      d.activity(a, { startTime: '2026-01-05T10:00:00+01:00', endTime: T2 }, [
        [ex('rank'), int(0)],
        [prov('label'), text('run')],
      ]),
    )
    const { document, conflicts } = merge([one, other])
    expect(conflicts).toEqual([])
    expect(document.records).toHaveLength(1)
    expect(document.records[0]).toMatchObject({ times: { startTime: T1, endTime: T2 } })
    expect(document.records[0]?.attributes).toHaveLength(2)
  })

  it('unifies relations of one identifier, and an unnamed record of the same event with a named one', () => {
    const one = documentOf((d) =>
      d.wasGeneratedBy(e, a, { id: ex('g') }).wasAssociatedWith(a, null, e, { id: ex('x') }),
    )
    const other = documentOf((d) =>
      d.wasGeneratedBy(e, a, { time: T1 }).wasAssociatedWith(a, ag, e, { id: ex('x') }),
    )
    const expected = documentOf((d) =>
      d.wasGeneratedBy(e, a, { id: ex('g'), time: T1 }).wasAssociatedWith(a, ag, e, { id: ex('x') }),
    )
    const { document, conflicts } = merge([one, other])
    expect(conflicts).toEqual([])
    expect(equalDocuments(document, expected)).toBe(true)
  })

  it('keeps unnamed usages apart that differ, since an activity may use a thing twice', () => {
    const { document } = merge([
      documentOf((d) => d.used(a, e, { time: T1 })),
      documentOf((d) => d.used(a, e, { time: T2 }).used(a, e, { time: T1 })),
    ])
    expect(document.records).toHaveLength(2)
  })

  it('makes bundles of one name one and keeps them apart from the document', () => {
    const one = documentOf((d) => d.entity(e) && d.bundle(b).entity(e).entity(f))
    const other = documentOf((d) => d.bundle(b).entity(f).activity(a) && d.bundle(ex('c')).entity(e))
    const { document } = merge([one, other])
    expect(document.records).toHaveLength(1)
    expect(document.bundles.map(({ id, records }) => [labelOf(id), records.length])).toEqual([
      ['ex:b', 3],
      ['ex:c', 1],
    ])
  })

  it('gives an empty document for no documents', () => {
    expect(merge([])).toEqual({
      document: { namespaces: { prefixes: new Map(), default: null }, records: [], bundles: [] },
      conflicts: [],
    })
  })
})

describe('conflicts', () => {
  it('are two times of one activity, and both stay', () => {
    const { document, conflicts } = merge([
      documentOf((d) => d.activity(a, { startTime: T1 })),
      documentOf((d) => d.activity(a, { startTime: T2, endTime: T2 })),
      documentOf((d) => d.activity(a, { startTime: T1, endTime: T2 })),
    ])
    expect(
      conflicts.map((conflict) => describeConflict(conflict, ['r0.json', 'r1.json', 'r2.json'])),
    ).toEqual([
      `the start time of activity ex:a is ${T1} (r0.json, r2.json) or ${T2} (r1.json); both are kept (PROV-CONSTRAINTS 22)`,
    ])
    expect(document.records.map(({ times }) => times)).toEqual([
      { startTime: T1, endTime: T2 },
      { startTime: T2, endTime: T2 },
    ])
    expect(conflicts[0]?.records).toEqual(document.records)
    expect(validate(document).map(({ constraint }) => constraint)).toEqual([22])
  })

  it.each<[string, readonly ((d: DocumentBuilder) => unknown)[], readonly string[]]>([
    [
      'an entity that is an activity elsewhere',
      [(d) => d.entity(e), (d) => d.activity(e)],
      [
        'what ex:e names is an activity (document 2) or an entity (document 1); both are kept (PROV-CONSTRAINTS 55)',
      ],
    ],
    [
      'an agent whose identifier is that of a usage',
      [(d) => d.agent(ag), (d) => d.used(a, e, { id: ag })],
      [
        'what ex:ag names is an agent (document 1) or a usage (document 2); both are kept (PROV-CONSTRAINTS 54)',
      ],
    ],
    [
      'a usage and a generation of one identifier',
      [(d) => d.used(a, e, { id: b }), (d) => d.wasGeneratedBy(f, a, { id: b })],
      [
        'what ex:b names is a usage (document 1) or a generation (document 2); both are kept (PROV-CONSTRAINTS 53)',
      ],
    ],
    [
      'a generation by two activities',
      [(d) => d.wasGeneratedBy(e, a, { id: f }), (d) => d.wasGeneratedBy(e, b, { id: f })],
      [
        'the activity of generation ex:f is ex:a (document 1) or ex:b (document 2); both are kept (PROV-CONSTRAINTS 23)',
      ],
    ],
    [
      'an association with and without a plan',
      [(d) => d.wasAssociatedWith(a, ag, e, { id: f }), (d) => d.wasAssociatedWith(a, ag, null, { id: f })],
      [
        'the plan of association ex:f is ex:e (document 1) or none (document 2); both are kept (PROV-CONSTRAINTS 23)',
      ],
    ],
    [
      'one event with two identifiers',
      [
        (d) => d.wasStartedBy(a, { starter: b }, { id: e }),
        (d) => d.wasStartedBy(a, { starter: b }, { id: f }),
      ],
      [
        'the identifier of start ex:e is ex:e (document 1) or ex:f (document 2); both are kept (PROV-CONSTRAINTS 26)',
      ],
    ],
    [
      'one unnamed event at two times',
      [(d) => d.wasInvalidatedBy(e, a, { time: T1 }), (d) => d.wasInvalidatedBy(e, a, { time: T2 })],
      [
        `the time of the invalidation of ex:e by ex:a is ${T1} (document 1) or ${T2} (document 2); both are kept (PROV-CONSTRAINTS 25)`,
      ],
    ],
    [
      'two values of one entity',
      [(d) => d.entity(e, [[prov('value'), int(4)]]), (d) => d.entity(e, [[prov('value'), int(5)]])],
      ['the prov:value of entity ex:e is 4 (document 1) or 5 (document 2); both are kept (PROV-DM)'],
    ],
    [
      'a conflict within a bundle',
      [(d) => d.bundle(b).entity(e), (d) => d.bundle(b).activity(e)],
      [
        'in bundle ex:b: what ex:e names is an activity (document 2) or an entity (document 1); both are kept (PROV-CONSTRAINTS 55)',
      ],
    ],
    ['an entity that is an agent elsewhere, which is none', [(d) => d.entity(e), (d) => d.agent(e)], []],
    [
      'a derivation that shares its identifier with an influence, which is none',
      [(d) => d.wasDerivedFrom(e, f, {}, { id: b }), (d) => d.wasInfluencedBy(e, f, { id: b })],
      [],
    ],
    [
      'two other attributes, which are none',
      [(d) => d.entity(e, [[f, int(4)]]), (d) => d.entity(e, [[f, int(5)]])],
      [],
    ],
    [
      'one thing in two bundles, which is none',
      [(d) => d.bundle(b).entity(e), (d) => d.bundle(f).activity(e)],
      [],
    ],
  ])('are told of %s', (_what, builds, expected) => {
    expect(conflictsOf(...builds)).toEqual(expected)
  })

  it('lose nothing: every statement and every attribute is still there', () => {
    const documents = [
      documentOf((d) => d.activity(a, { startTime: T1 }, [[f, int(1)]]).entity(e)),
      documentOf((d) => d.activity(a, { startTime: T2 }, [[f, int(2)]]).activity(e)),
    ]
    const { document } = merge(documents)
    const [one, other] = document.records.filter(({ kind, id }) => kind === 'activity' && id?.local === 'a')
    expect([one?.times, other?.times]).toEqual([{ startTime: T1 }, { startTime: T2 }])
    expect([one?.attributes, other?.attributes]).toEqual([[[f, int(1)]], [[f, int(2)]]])
    expect(document.records).toHaveLength(4)
  })

  it('keep every side of 10,000 contradicting records', () => {
    const records = Array.from({ length: 10_000 }, (_, at) =>
      documentOf((d) => d.activity(a, { startTime: new Date(1e12 + at * 1000).toISOString() })),
    )
    const { conflicts, document } = merge(records)
    expect(conflicts.map(({ claims }: Conflict) => claims.length)).toEqual([10_000])
    expect(document.records).toHaveLength(10_000)
  })
})

describe('namespaces', () => {
  it('keep a prefix that means one thing, and give the other meaning a number', () => {
    const other = new DocumentBuilder().namespace('ex', 'urn:other:').namespace('z', 'urn:z:')
    other.entity(other.name('ex:e'), [[other.name('z:k'), name(other.name('ex:v'))]])
    const { document, conflicts } = merge([
      documentOf((d) => d.entity(e)),
      documentOf((d) => d.entity(f)),
      other.build(),
    ])
    expect(conflicts).toEqual([])
    expect([...document.namespaces.prefixes]).toEqual([
      ['ex', EX],
      ['ex2', 'urn:other:'],
      ['z', 'urn:z:'],
    ])
    expect(document.records.map(({ id }) => labelOf(id!))).toEqual(['ex:e', 'ex:f', 'ex2:e'])
    expect(writeProvn(document)).toContain("entity(ex2:e, [z:k='ex2:v'])")
  })

  it('use a prefix that a namespace has elsewhere instead of a new one', () => {
    const one = new DocumentBuilder().namespace('p', 'urn:a:').namespace('q', 'urn:b:')
    const other = new DocumentBuilder().namespace('p', 'urn:b:')
    const { document } = merge([one.build(), other.entity(other.name('p:x')).build()])
    expect([...document.namespaces.prefixes]).toEqual([
      ['p', 'urn:a:'],
      ['q', 'urn:b:'],
    ])
    expect(document.records.map(({ id }) => labelOf(id!))).toEqual(['q:x'])
  })

  it('keep one default namespace and give a prefix to another', () => {
    const { document } = merge([withDefault('urn:b:'), withDefault('urn:a:'), withDefault('urn:b:')])
    expect(document.namespaces.default).toBe('urn:b:')
    expect([...document.namespaces.prefixes]).toEqual([['ns', 'urn:a:']])
    expect(document.records.map(({ id }) => [labelOf(id!), iriOf(id!)])).toEqual([
      ['ns:x', 'urn:a:x'],
      ['x', 'urn:b:x'],
    ])
  })

  it('unify names by their IRI, whatever their prefix', () => {
    const other = new DocumentBuilder().namespace('e', EX)
    const { document } = merge([documentOf((d) => d.entity(e)), other.entity(other.name('e:e')).build()])
    expect(document.records).toHaveLength(1)
  })

  it('never let prov mean anything else', () => {
    const odd = new DocumentBuilder().namespace('prov', 'urn:not-prov:')
    const { document } = merge([odd.entity(odd.name('prov:x')).build(), documentOf((d) => d.entity(e))])
    expect(document.records.map(({ id }) => labelOf(id!))).toContain('prov2:x')
  })
})
