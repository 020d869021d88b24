import { labelOf } from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { brokenBy, ex, T1, T2, violationsOf, type Build } from './example.ts'

const [e, a, b, ag] = [ex('e'), ex('a'), ex('b'), ex('ag')]

interface Case {
  readonly constraint: number | 'PROV-LINKS' | 'PROV-DM'
  readonly what: string
  readonly wrong: Build
  readonly right: Build
}

const cases: readonly Case[] = [
  {
    constraint: 22,
    what: 'two start times of one activity',
    wrong: (d) => d.activity(a, { startTime: T1 }).activity(a, { startTime: T2 }),
    right: (d) => d.activity(a, { startTime: T1 }).activity(a, { endTime: T2 }),
  },
  {
    constraint: 22,
    what: 'two end times of one activity',
    wrong: (d) => d.activity(a, { endTime: T1 }).activity(a, { endTime: T2 }),
    right: (d) => d.activity(a, { endTime: T1 }).activity(a, { endTime: '2026-01-05T10:00:00.00+01:00' }),
  },
  {
    constraint: 23,
    what: 'one generation of two entities',
    wrong: (d) => d.wasGeneratedBy(e, a, { id: ex('g') }).wasGeneratedBy(ex('f'), a, { id: ex('g') }),
    right: (d) => d.wasGeneratedBy(e, a, { id: ex('g') }).wasGeneratedBy(e, null, { id: ex('g') }),
  },
  {
    constraint: 23,
    what: 'an association with and without a plan',
    wrong: (d) =>
      d.wasAssociatedWith(a, ag, e, { id: ex('x') }).wasAssociatedWith(a, ag, null, { id: ex('x') }),
    right: (d) =>
      d.wasAssociatedWith(a, ag, e, { id: ex('x') }).wasAssociatedWith(a, null, e, { id: ex('x') }),
  },
  {
    constraint: 23,
    what: 'a derivation by a known and by an unknown activity',
    wrong: (d) =>
      d
        .wasDerivedFrom(e, ex('f'), { activity: a }, { id: ex('d') })
        .wasDerivedFrom(e, ex('f'), {}, { id: ex('d') }),
    right: (d) =>
      d
        .wasDerivedFrom(e, ex('f'), { activity: a }, { id: ex('d') })
        .wasDerivedFrom(e, ex('f'), { activity: a, usage: ex('u') }, { id: ex('d') }),
  },
  {
    constraint: 23,
    what: 'a derivation whose generation is of another entity (inference 11)',
    wrong: (d) =>
      d
        .wasDerivedFrom(e, ex('f'), { activity: a, generation: ex('g') })
        .wasGeneratedBy(ex('other'), a, { id: ex('g') }),
    right: (d) =>
      d
        .wasDerivedFrom(e, ex('f'), { activity: a, generation: ex('g') })
        .wasGeneratedBy(e, a, { id: ex('g') }),
  },
  {
    constraint: 23,
    what: 'a derivation and an influence that disagree (inference 15)',
    wrong: (d) =>
      d.wasDerivedFrom(e, ex('f'), {}, { id: ex('i') }).wasInfluencedBy(e, ex('other'), { id: ex('i') }),
    right: (d) =>
      d.wasDerivedFrom(e, ex('f'), {}, { id: ex('i') }).wasInfluencedBy(e, ex('f'), { id: ex('i') }),
  },
  {
    constraint: 24,
    what: 'two identifiers of one generation',
    wrong: (d) => d.wasGeneratedBy(e, a, { id: ex('g1') }).wasGeneratedBy(e, a, { id: ex('g2') }),
    right: (d) => d.wasGeneratedBy(e, a, { id: ex('g1') }).wasGeneratedBy(e, b, { id: ex('g2') }),
  },
  {
    constraint: 25,
    what: 'two identifiers of one invalidation',
    wrong: (d) => d.wasInvalidatedBy(e, a, { id: ex('i1') }).wasInvalidatedBy(e, a, { id: ex('i2') }),
    right: (d) => d.wasInvalidatedBy(e, a, { id: ex('i1') }).wasInvalidatedBy(e, a),
  },
  {
    constraint: 26,
    what: 'two identifiers of one start',
    wrong: (d) =>
      d.wasStartedBy(a, { starter: b }, { id: ex('s1') }).wasStartedBy(a, { starter: b }, { id: ex('s2') }),
    right: (d) =>
      d
        .wasStartedBy(a, { starter: b }, { id: ex('s1') })
        .wasStartedBy(a, { starter: ex('c') }, { id: ex('s2') }),
  },
  {
    constraint: 27,
    what: 'two identifiers of one end',
    wrong: (d) =>
      d.wasEndedBy(a, { ender: b }, { id: ex('s1') }).wasEndedBy(a, { ender: b }, { id: ex('s2') }),
    right: (d) =>
      d.wasEndedBy(a, { ender: b }, { id: ex('s1') }).wasEndedBy(a, { trigger: e }, { id: ex('s2') }),
  },
  {
    constraint: 28,
    what: 'a start at another time than the activity says',
    wrong: (d) => d.activity(a, { startTime: T1 }).wasStartedBy(a, { trigger: e }, { time: T2 }),
    right: (d) => d.activity(a, { startTime: T1 }).wasStartedBy(a, { trigger: e }, { time: T1 }),
  },
  {
    constraint: 28,
    what: 'two starts at two times of a declared activity',
    wrong: (d) =>
      d
        .activity(a)
        .wasStartedBy(a, { trigger: e }, { time: T1 })
        .wasStartedBy(a, { trigger: ex('f') }, { time: T2 }),
    right: (d) =>
      d.wasStartedBy(a, { trigger: e }, { time: T1 }).wasStartedBy(a, { trigger: ex('f') }, { time: T2 }),
  },
  {
    constraint: 29,
    what: 'an end at another time than the activity says',
    wrong: (d) => d.activity(a, { endTime: T1 }).wasEndedBy(a, { trigger: e }, { time: T2 }),
    right: (d) => d.activity(a, { startTime: T1 }).wasEndedBy(a, { trigger: e }, { time: T2 }),
  },
  {
    constraint: 'PROV-LINKS',
    what: 'one entity that mentions two',
    wrong: (d) => d.mentionOf(e, ex('f'), ex('b')).mentionOf(e, ex('g'), ex('b')),
    right: (d) => d.mentionOf(e, ex('f'), ex('b')).mentionOf(ex('h'), ex('g'), ex('b')),
  },
  {
    constraint: 'PROV-DM',
    what: 'a communication without informant',
    wrong: (d) => d.relation('wasInformedBy', { args: { informed: a } }),
    right: (d) => d.wasInformedBy(a, b),
  },
]

describe('uniqueness', () => {
  it.each(cases)('breaks $constraint by $what', ({ constraint, wrong }) => {
    expect(brokenBy(wrong)).toEqual([constraint])
  })
  it.each(cases)('keeps $constraint without $what', ({ right }) => {
    expect(brokenBy(right)).toEqual([])
  })

  it('finds a contradiction through records that only unify after others have', () => {
    // The unnamed generation is g (24), so f's derivation names a generation of e.
    const [violation] = violationsOf((d) =>
      d
        .wasGeneratedBy(e, null, { id: ex('g') })
        .wasGeneratedBy(e, a, { time: T1 })
        .wasGeneratedBy(e, a, { id: ex('g'), time: T2 }),
    )
    expect(violation).toMatchObject({ constraint: 23 })
    expect(violation?.why).toBe(
      `The identifier ex:g is shared by two generation records, but they name two different times: ${T1} and ${T2}.`,
    )
    expect(violation?.records.map(({ times }) => times['time'])).toEqual(expect.arrayContaining([T1, T2]))
  })

  it('goes on after a contradiction and reports each once', () => {
    const broken = brokenBy((d) =>
      d
        .activity(a, { startTime: T1 })
        .activity(a, { startTime: T2 })
        .wasGeneratedBy(e, a, { id: ex('g1') })
        .wasGeneratedBy(e, a, { id: ex('g2') })
        .wasGeneratedBy(e, a, { id: ex('g2') }),
    )
    expect(broken).toEqual([22, 24])
  })

  it('says who contradicts whom when an identifier is given to two', () => {
    const [violation] = violationsOf((d) =>
      d.wasGeneratedBy(e, a, { id: ex('g') }).wasGeneratedBy(e, b, { id: ex('g') }),
    )
    expect(violation?.why).toBe(
      'The identifier ex:g is shared by two generation records, but they name two different activities: ex:a and ex:b.',
    )
    expect(violation?.records.map(({ args }) => labelOf(args['activity']!))).toEqual(['ex:a', 'ex:b'])
  })

  it('compares identifiers by their IRI and not by their prefix', () => {
    const other = { prefix: 'other', namespace: 'http://example', local: '.org/e' }
    expect(brokenBy((d) => d.entity(other).activity(e))).toEqual([55])
  })
})
