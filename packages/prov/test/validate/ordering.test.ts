import { DocumentBuilder } from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { END, GENERATION, INVALIDATION, START, USAGE } from '../../src/validate/events.ts'
import { readInstance } from '../../src/validate/instance.ts'
import { orderOf } from '../../src/validate/ordering.ts'
import { specializationsOf } from '../../src/validate/specialization.ts'
import { enforceUniqueness } from '../../src/validate/uniqueness.ts'
import { brokenBy, ex, violationsOf, type Build } from './example.ts'

const LETTERS = {
  [GENERATION]: 'gen',
  [INVALIDATION]: 'inv',
  [START]: 'start',
  [END]: 'end',
  [USAGE]: 'use',
} as const

/** The steps of the order that one constraint gives, as `start(a) <= use(u)`. */
function steps(rule: number, build: Build): string[] {
  const document = new DocumentBuilder()
  build(document)
  const instance = readInstance(document.build(), null, () => undefined)
  enforceUniqueness(instance, () => undefined)
  const { events, order } = orderOf(instance, specializationsOf(instance))
  const text = (node: number): string => {
    const name = instance.terms.nameOf(events.termOf(node))
    return `${LETTERS[events.kindOf(node)]}(${name?.local ?? '?'})`
  }
  return order.reasons
    .map((reason, edge) => ({ reason, from: order.from[edge]!, to: order.to[edge]! }))
    .filter(({ reason }) => reason.rule === rule)
    .map(({ reason, from, to }) => `${text(from)} ${reason.strict ? '<' : '<='} ${text(to)}`)
    .sort()
}

const [e, f, a, b, ag, u] = [ex('e'), ex('f'), ex('a'), ex('b'), ex('ag'), ex('u')]

describe('the order of events', () => {
  const cases: readonly [rule: number, what: string, build: Build, expected: readonly string[]][] = [
    [30, 'a start before the end', (d) => d.wasStartedBy(a).wasEndedBy(a).used(a, e), ['start(a) <= end(a)']],
    [30, 'nothing without an end', (d) => d.wasStartedBy(a).used(a, e), []],
    [
      33,
      'usages within a declared activity',
      (d) => d.activity(a).used(a, e, { id: u }),
      ['start(a) <= use(u)', 'use(u) <= end(a)'],
    ],
    [33, 'nothing without start and end', (d) => d.used(a, e), []],
    [
      34,
      'generations within an activity',
      (d) => d.activity(a).wasGeneratedBy(e, a),
      ['gen(e) <= end(a)', 'start(a) <= gen(e)'],
    ],
    [
      34,
      'the generation of a trigger within its starter (9)',
      (d) => d.activity(b).wasStartedBy(a, { trigger: e, starter: b }),
      ['gen(e) <= end(b)', 'start(b) <= gen(e)'],
    ],
    [
      34,
      'the generation of a trigger within its ender (10)',
      (d) => d.activity(b).wasEndedBy(a, { trigger: e, ender: b }),
      ['gen(e) <= end(b)', 'start(b) <= gen(e)'],
    ],
    [
      34,
      "a derivation's generation within its activity (11)",
      (d) => d.activity(a).wasDerivedFrom(e, f, { activity: a }),
      ['gen(e) <= end(a)', 'start(a) <= gen(e)'],
    ],
    [
      35,
      'the start of the informant before the end of the informed',
      (d) => d.activity(a).activity(b).wasInformedBy(a, b),
      ['start(b) <= end(a)'],
    ],
    [35, 'nothing without a start of the informant', (d) => d.activity(a).wasInformedBy(a, b), []],
    [
      36,
      'a generation before the invalidation',
      (d) => d.wasGeneratedBy(e).wasInvalidatedBy(e).used(a, e),
      ['gen(e) <= inv(e)'],
    ],
    [
      37,
      'a generation before each use',
      (d) => d.wasGeneratedBy(e).used(a, e, { id: u }).used(b, e),
      ['gen(e) <= use(?)', 'gen(e) <= use(u)'],
    ],
    [
      38,
      'each use before the invalidation',
      (d) => d.wasInvalidatedBy(e).used(a, e, { id: u }),
      ['use(u) <= inv(e)'],
    ],
    [
      41,
      "a derivation's usage before its generation",
      (d) => d.wasDerivedFrom(e, f, { activity: a, usage: u }),
      ['use(u) <= gen(e)'],
    ],
    [41, 'nothing when the activity of a derivation is unknown', (d) => d.wasDerivedFrom(e, f), []],
    [
      42,
      'a strict order of the generations of a derivation',
      (d) => d.entity(e).entity(f).wasDerivedFrom(e, f),
      ['gen(f) < gen(e)'],
    ],
    [42, 'nothing when a generation is not known', (d) => d.entity(e).wasDerivedFrom(e, f), []],
    [
      43,
      'a trigger around a start',
      (d) => d.entity(e).wasStartedBy(a, { trigger: e }),
      ['gen(e) <= start(a)', 'start(a) <= inv(e)'],
    ],
    [
      44,
      'a trigger around an end',
      (d) => d.entity(e).wasEndedBy(a, { trigger: e }),
      ['end(a) <= inv(e)', 'gen(e) <= end(a)'],
    ],
    [45, 'the general generation before the specific', (d) => d.specializationOf(e, f), ['gen(f) <= gen(e)']],
    [
      46,
      'the specific invalidation before the general',
      (d) => d.specializationOf(e, f),
      ['inv(e) <= inv(f)'],
    ],
    [45, 'mentions as specializations', (d) => d.mentionOf(e, f, b), ['gen(f) <= gen(e)']],
    [
      47,
      'an agent that is an entity',
      (d) => d.activity(a).entity(ag).wasAssociatedWith(a, ag),
      ['gen(ag) <= end(a)', 'start(a) <= inv(ag)'],
    ],
    [
      47,
      'an agent that is an activity',
      (d) => d.activity(a).activity(ag).wasAssociatedWith(a, ag),
      ['start(a) <= end(ag)', 'start(ag) <= end(a)'],
    ],
    [
      47,
      'both agents of a delegation (14)',
      (d) => d.activity(a).activity(ag).entity(b).actedOnBehalfOf(ag, b, a),
      ['gen(b) <= end(a)', 'start(a) <= end(ag)', 'start(a) <= inv(b)', 'start(ag) <= end(a)'],
    ],
    [
      48,
      'an agent before what is attributed to it (13)',
      (d) => d.wasGeneratedBy(ag).wasAttributedTo(e, ag),
      ['gen(ag) <= gen(e)'],
    ],
    [
      48,
      'an acting agent before what is attributed to it',
      (d) => d.wasStartedBy(ag).wasAttributedTo(e, ag),
      ['start(ag) <= gen(e)'],
    ],
    [
      49,
      'the responsible before the end of the delegate',
      (d) => d.activity(ag).activity(b).actedOnBehalfOf(ag, b),
      ['start(b) <= end(ag)'],
    ],
    [
      49,
      'the responsible thing before the invalidation of the delegate',
      (d) => d.entity(ag).entity(b).actedOnBehalfOf(ag, b),
      ['gen(b) <= inv(ag)'],
    ],
  ]
  it.each(cases)('has by %i %s', (rule, _what, build, expected) => {
    expect(steps(rule, build)).toEqual([...expected].sort())
  })

  it.each<[number, Build, string]>([
    [31, (d) => d.wasStartedBy(a, { trigger: e }).wasStartedBy(a, { trigger: f }), 'start'],
    [32, (d) => d.wasEndedBy(a, { trigger: e }).wasEndedBy(a, { trigger: f }), 'end'],
    [39, (d) => d.activity(a).activity(b).wasGeneratedBy(e, a).wasGeneratedBy(e, b), 'gen'],
    [40, (d) => d.used(a, e).used(b, e).wasInvalidatedBy(e, a).wasInvalidatedBy(e, b), 'inv'],
  ])('has by %i one event for many records of it', (_rule, build, kind) => {
    const all = [33, 34, 36, 38, 43, 44].flatMap((rule) => steps(rule, build)).join(' ')
    const nodes = new Set(all.match(new RegExp(`${kind}\\((a|e)\\)`, 'g')))
    expect([...nodes]).toHaveLength(1)
  })
})

function twoSteps(d: DocumentBuilder): DocumentBuilder {
  return d.entity(e).entity(f).wasDerivedFrom(e, f)
}

// Only 42 is strict, and what is ordered after a usage, an end or an invalidation also follows without it. So a circle
// runs through generations and starts alone, by 34, 42, 43, 45 and 48; the other constraints cannot be broken.
describe('cycles of events', () => {
  const cases: readonly [rule: number, what: string, wrong: Build, right: Build][] = [
    [42, 'derivations in a circle', (d) => twoSteps(d.wasDerivedFrom(f, e)), twoSteps],
    [
      42,
      'a derivation of a thing from itself',
      (d) => d.entity(e).wasDerivedFrom(e, e),
      (d) => d.entity(e).alternateOf(e, e),
    ],
    [
      45,
      'a thing derived from what specializes it',
      (d) => d.entity(e).specializationOf(f, e).wasDerivedFrom(e, f),
      (d) => d.entity(e).specializationOf(f, e).wasDerivedFrom(f, e),
    ],
    [
      19,
      'the same over a specialization whose middle nobody declares (19)',
      (d) =>
        d
          .wasGeneratedBy(e)
          .wasGeneratedBy(f)
          .specializationOf(f, ex('m'))
          .specializationOf(ex('m'), e)
          .wasDerivedFrom(e, f),
      (d) =>
        d
          .wasGeneratedBy(e)
          .wasGeneratedBy(f)
          .specializationOf(f, ex('m'))
          .specializationOf(ex('n'), e)
          .wasDerivedFrom(e, f),
    ],
    [
      43,
      'an activity started by what is derived from its product',
      (d) => twoSteps(d).wasStartedBy(a, { trigger: e }).wasGeneratedBy(f, a),
      (d) => twoSteps(d).wasStartedBy(a, { trigger: f }).wasGeneratedBy(e, a),
    ],
    [
      34,
      'the same, with the trigger only known by its starter (9)',
      (d) => twoSteps(d).wasStartedBy(a, { starter: b }).wasStartedBy(b, { trigger: e }).wasGeneratedBy(f, a),
      (d) => twoSteps(d).wasStartedBy(a, { starter: b }).wasStartedBy(b, { trigger: f }).wasGeneratedBy(e, a),
    ],
    [
      48,
      'a thing attributed to an agent that was derived from it',
      (d) => twoSteps(d).wasAttributedTo(f, e),
      (d) => twoSteps(d).wasAttributedTo(e, f),
    ],
    [
      11,
      'an activity that was started after the use that belongs to its derivation',
      (d) =>
        twoSteps(d)
          .wasStartedBy(a, { trigger: e })
          .used(a, b, { id: u })
          .wasDerivedFrom(f, b, { activity: a, usage: u }),
      (d) =>
        twoSteps(d)
          .wasStartedBy(a, { trigger: f })
          .used(a, b, { id: u })
          .wasDerivedFrom(e, b, { activity: a, usage: u }),
    ],
  ]
  it.each(cases)('are refused through %i: %s', (rule, _what, wrong) => {
    const [violation] = violationsOf(wrong)
    expect(violation).toMatchObject({ constraint: 42 })
    expect(violation?.rules).toContain(rule)
  })
  it.each(cases)('are not there in the neighbour of %i: %s', (_rule, _what, _wrong, right) => {
    expect(brokenBy(right)).toEqual([])
  })

  it('are not made by simultaneous events', () => {
    expect(
      brokenBy((d) => d.entity(e).entity(f).specializationOf(e, f).wasGeneratedBy(e, a).wasGeneratedBy(f, a)),
    ).toEqual([])
    expect(brokenBy((d) => d.wasStartedBy(a, { trigger: e }).wasGeneratedBy(e, a))).toEqual([])
  })

  it('are not made by dates, which PROV does not compare', () => {
    const time = '2000-01-01T00:00:00Z'
    expect(
      brokenBy((d) => d.wasGeneratedBy(e, a, { time: '2026-01-01T00:00:00Z' }).used(b, e, { time })),
    ).toEqual([])
    expect(brokenBy((d) => d.activity(a, { startTime: '2026-01-01T00:00:00Z', endTime: time }))).toEqual([])
  })

  it('are told step by step, with the records and every rule on the way', () => {
    const [violation, ...others] = violationsOf((d) =>
      d.entity(e).entity(f).wasDerivedFrom(e, f).wasStartedBy(a, { trigger: e }).wasGeneratedBy(f, a),
    )
    expect(others).toEqual([])
    expect(violation?.rules).toEqual([7, 34, 42, 43])
    expect(violation?.records.map(({ kind }) => kind)).toEqual([
      'wasDerivedFrom',
      'wasStartedBy',
      'wasGeneratedBy',
    ])
    expect(violation?.why).toBe(
      'These events cannot be put in any order: the generation of ex:f comes before the generation of ex:e (ex:e was derived from ex:f, and a thing is generated after what it is derived from; constraint 42); ' +
        'the generation of ex:e comes no later than the start of ex:a (ex:a was started by ex:e, and a trigger exists when it starts an activity; constraint 43); ' +
        'the start of ex:a comes no later than the generation of ex:f (ex:f was generated by ex:a, and an activity generates things between its start and its end; constraint 34). ' +
        'So the generation of ex:f would come before itself.',
    )
  })

  it('are each reported once, and long ones are told short', () => {
    const found = violationsOf((d) => {
      for (const ring of [0, 1, 2]) {
        for (let at = 0; at < 20; at++) {
          d.entity(ex(`r${ring}-${at}`)).wasDerivedFrom(ex(`r${ring}-${(at + 1) % 20}`), ex(`r${ring}-${at}`))
        }
      }
    })
    expect(found.map(({ constraint, records, count }) => [constraint, records.length, count])).toEqual([
      [42, 8, 20],
      [42, 8, 20],
      [42, 8, 20],
    ])
    expect(found[0]?.why).toContain('and so on over 12 more steps')
  })

  it('are told short where they are of specializations: how many steps there are, and not each', () => {
    const steps = 1000
    const [found] = violationsOf((d) => {
      for (let at = 0; at < steps; at++) d.specializationOf(ex(`e${at}`), ex(`e${(at + 1) % steps}`))
    })
    expect(found).toMatchObject({ constraint: 52, count: steps })
    expect(found?.why).toMatch(
      /^ex:e0 is more specific than ex:e1; .*; and so on over 992 more steps; .* itself\.$/,
    )
    expect([found!.why.length < 1000, found!.records.length]).toEqual([true, 8])
  })
})
