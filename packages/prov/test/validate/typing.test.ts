import { name, prov, type Attribute } from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { brokenBy, ex, violationsOf, type Build } from './example.ts'

const [e, f, a, ag] = [ex('e'), ex('f'), ex('a'), ex('ag')]
const empty: Attribute = [prov('type'), name(prov('EmptyCollection'))]

interface Case {
  readonly constraint: number
  readonly what: string
  readonly wrong: Build
  readonly right: Build
}

const cases: readonly Case[] = [
  {
    constraint: 51,
    what: 'a generation but no activity',
    wrong: (d) => d.wasDerivedFrom(e, f, { generation: ex('g') }),
    right: (d) => d.wasDerivedFrom(e, f, { generation: ex('g'), activity: a }),
  },
  {
    constraint: 51,
    what: 'a usage but no activity',
    wrong: (d) => d.wasDerivedFrom(e, f, { usage: ex('u') }),
    right: (d) => d.wasDerivedFrom(e, f),
  },
  {
    constraint: 52,
    what: 'an entity more specific than itself',
    wrong: (d) => d.specializationOf(e, e),
    right: (d) => d.alternateOf(e, e),
  },
  {
    constraint: 52,
    what: 'a circle of specializations and a mention (inference 19)',
    wrong: (d) => d.specializationOf(e, f).specializationOf(f, ex('g')).mentionOf(ex('g'), e, ex('b')),
    right: (d) => d.specializationOf(e, f).specializationOf(f, ex('g')).mentionOf(e, ex('g'), ex('b')),
  },
  {
    constraint: 53,
    what: 'a usage and a start of one identifier',
    wrong: (d) => d.used(a, null, { id: ex('x') }).wasStartedBy(a, {}, { id: ex('x') }),
    right: (d) => d.used(a, e, { id: ex('x') }).wasInfluencedBy(a, e, { id: ex('x') }),
  },
  {
    constraint: 53,
    what: 'a derivation whose usage is its generation (inference 11)',
    wrong: (d) => d.used(a, f, { id: ex('x') }).wasDerivedFrom(e, f, { activity: a, generation: ex('x') }),
    right: (d) => d.used(a, f, { id: ex('x') }).wasDerivedFrom(e, f, { activity: a, usage: ex('x') }),
  },
  {
    constraint: 54,
    what: 'an agent and an association of one identifier',
    wrong: (d) => d.agent(ag).wasAssociatedWith(a, ag, null, { id: ag }),
    right: (d) => d.agent(ag).wasAssociatedWith(a, ag, null, { id: ex('assoc') }),
  },
  {
    constraint: 54,
    what: 'an influence with the identifier of what specializes an entity (inference 21)',
    wrong: (d) => d.entity(e).specializationOf(f, e).wasInfluencedBy(e, ag, { id: f }),
    right: (d) => d.specializationOf(f, e).wasInfluencedBy(e, ag, { id: f }),
  },
  {
    constraint: 55,
    what: 'an entity that is declared an activity',
    wrong: (d) => d.entity(e).activity(e),
    right: (d) => d.entity(e).agent(e),
  },
  {
    constraint: 55,
    what: 'an activity used as an entity (50)',
    wrong: (d) => d.activity(a).used(ex('b'), a),
    right: (d) => d.activity(a).wasInformedBy(ex('b'), a),
  },
  {
    constraint: 55,
    what: 'an activity as trigger of another (50)',
    wrong: (d) =>
      d
        .activity(a)
        .activity(ex('b'))
        .wasStartedBy(a, { trigger: ex('b') }),
    right: (d) =>
      d
        .activity(a)
        .activity(ex('b'))
        .wasStartedBy(a, { starter: ex('b') }),
  },
  {
    constraint: 56,
    what: 'a member of an empty collection',
    wrong: (d) => d.entity(e, [empty]).hadMember(e, f),
    right: (d) => d.entity(e, [empty]).hadMember(f, e),
  },
  {
    constraint: 56,
    what: 'a member of what specializes an empty collection (inference 21)',
    wrong: (d) => d.entity(e, [empty]).specializationOf(f, e).hadMember(f, ex('m')),
    right: (d) => d.entity(e, [empty]).specializationOf(e, f).hadMember(f, ex('m')),
  },
]

describe('typing and impossibility', () => {
  it.each(cases)('breaks $constraint by $what', ({ constraint, wrong }) => {
    expect(brokenBy(wrong)).toContain(constraint)
  })
  it.each(cases)('keeps $constraint in the neighbour of $what', ({ right }) => {
    expect(brokenBy(right)).toEqual([])
  })

  it('lets a derivation and a usage share an identifier as far as 53 goes, but not as influences of two things', () => {
    const found = violationsOf((d) => d.used(a, f, { id: ex('x') }).wasDerivedFrom(e, f, {}, { id: ex('x') }))
    expect(found.map(({ constraint, rules }) => [constraint, rules])).toEqual([[23, [15, 23]]])
    expect(found[0]?.why).toBe(
      'The identifier ex:x is shared by usage and derivation, and each of them is an influence, but they name two different influencees: ex:a and ex:e.',
    )
  })

  it.each<[string, Build]>([
    ['the generated', (d) => d.activity(e).wasGeneratedBy(e)],
    ['the generating', (d) => d.entity(a).wasGeneratedBy(e, a)],
    ['the used', (d) => d.activity(e).used(a, e)],
    ['the using', (d) => d.entity(a).used(a)],
    ['the informed', (d) => d.entity(a).wasInformedBy(a, ex('b'))],
    ['the informing', (d) => d.entity(a).wasInformedBy(ex('b'), a)],
    ['the started', (d) => d.entity(a).wasStartedBy(a)],
    ['the starting', (d) => d.entity(a).wasStartedBy(ex('b'), { starter: a })],
    ['the ended', (d) => d.entity(a).wasEndedBy(a)],
    ['the ending', (d) => d.entity(a).wasEndedBy(ex('b'), { ender: a })],
    ['an ending trigger', (d) => d.activity(e).wasEndedBy(a, { trigger: e })],
    ['the invalidated', (d) => d.activity(e).wasInvalidatedBy(e)],
    ['the invalidating', (d) => d.entity(a).wasInvalidatedBy(e, a)],
    ['the derived', (d) => d.activity(e).wasDerivedFrom(e, f)],
    ['the derived from', (d) => d.activity(e).wasDerivedFrom(f, e)],
    ['the deriving', (d) => d.entity(a).wasDerivedFrom(e, f, { activity: a })],
    ['the attributed', (d) => d.activity(e).wasAttributedTo(e, ag)],
    ['the associated', (d) => d.entity(a).wasAssociatedWith(a, ag)],
    ['the plan', (d) => d.activity(e).wasAssociatedWith(a, ag, e)],
    ['the delegation', (d) => d.entity(a).actedOnBehalfOf(ag, ex('b'), a)],
    ['the specific', (d) => d.activity(e).specializationOf(e, f)],
    ['the general', (d) => d.activity(e).specializationOf(f, e)],
    ['one alternate', (d) => d.activity(e).alternateOf(e, f)],
    ['the other alternate', (d) => d.activity(e).alternateOf(f, e)],
    ['the collection', (d) => d.activity(e).hadMember(e, f)],
    ['the member', (d) => d.activity(e).hadMember(f, e)],
    ['the mentioning', (d) => d.activity(e).mentionOf(e, f, ex('b'))],
  ])('types %s end of its relation (50)', (_position, build) => {
    expect(violationsOf(build).map(({ constraint, rules }) => [constraint, rules])).toEqual([[55, [50, 55]]])
  })

  it('leaves the ends of an influence and the agents of relations free (50)', () => {
    expect(brokenBy((d) => d.activity(a).entity(e).wasInfluencedBy(a, e).wasInfluencedBy(e, a))).toEqual([])
    expect(brokenBy((d) => d.activity(a).entity(e).wasAttributedTo(e, a).wasAssociatedWith(a, e))).toEqual([])
  })

  it('tells in words why something is not both', () => {
    const [violation] = violationsOf((d) => d.entity(e).activity(a).used(a, a))
    expect(violation?.why).toBe(
      'ex:a cannot be both an entity (a thing) and an activity (something that happens): a usage has it as its entity, which is an entity, and it is declared as an activity.',
    )
  })
})
