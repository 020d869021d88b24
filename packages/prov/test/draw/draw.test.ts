import { int, prov, text } from '@provloom/prov'
import { draw } from '@provloom/prov/draw'
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { tries } from '../../../../test/support/effort.ts'
import { arrows, builder, ex, shapes } from './picture-parts.ts'

describe('a small picture', () => {
  it('draws an entity as an ellipse, an activity as a box and an agent as a house', () => {
    const dot = draw(builder().entity(ex('e')).activity(ex('a')).agent(ex('ag')).build())
    expect(shapes(dot, 'entity')[0]).toContain('shape=ellipse, fillcolor="#FFFC87"')
    expect(shapes(dot, 'activity')[0]).toContain('shape=box, fillcolor="#9FB1FC"')
    expect(shapes(dot, 'agent')[0]).toContain('shape=house, fillcolor="#FED37F"')
  })

  it('points from the effect to its cause and names the relation', () => {
    const dot = draw(builder().entity(ex('e')).activity(ex('a')).wasGeneratedBy(ex('e'), ex('a')).build())
    expect(arrows(dot)).toHaveLength(1)
    expect(arrows(dot)[0]).toContain('"ex:e" -> "ex:a" [label=" wasGeneratedBy "')
  })

  it('shows the label as title and keeps the name as tooltip', () => {
    const dot = draw(
      builder()
        .entity(ex('e'), [[prov('label'), text('The result')]])
        .build(),
    )
    expect(shapes(dot)[0]).toContain('label=<The result>')
    expect(shapes(dot)[0]).toContain('tooltip="ex:e"')
  })

  it('draws what is named but not declared with a dashed line, as what its place makes it', () => {
    const dot = draw(builder().wasAssociatedWith(ex('a'), ex('ag')).build())
    expect(shapes(dot, 'activity')[0]).toContain('dashed')
    expect(shapes(dot, 'agent')[0]).toContain('dashed')
    expect(dot).toContain('named but not declared')
  })

  it('hangs plan, starter, trigger and activity on a joint of their arrow', () => {
    const dot = draw(
      builder()
        .wasAssociatedWith(ex('a'), ex('ag'), ex('plan'))
        .wasStartedBy(ex('a'), { trigger: ex('t'), starter: ex('s') })
        .wasDerivedFrom(ex('e2'), ex('e1'), { activity: ex('a') })
        .actedOnBehalfOf(ex('ag'), ex('boss'), ex('a'))
        .build(),
    )
    for (const role of ['plan', 'starter', 'activity']) expect(dot).toContain(`style=dashed, label="${role}"`)
    expect(arrows(dot)).toHaveLength(12)
  })

  it('draws a start without trigger as an arrow to its starter', () => {
    const dot = draw(
      builder()
        .wasStartedBy(ex('a'), { starter: ex('s') })
        .build(),
    )
    expect(arrows(dot).map((line) => line.trim().split(' [')[0])).toEqual(['"ex:a" -> "ex:s"'])
  })

  it('draws an end that is left open as a question', () => {
    const dot = draw(
      builder().entity(ex('e')).wasGeneratedBy(ex('e'), null, { time: '2026-01-01T00:00:00Z' }).build(),
    )
    expect(shapes(dot, 'unknown')).toHaveLength(1)
    expect(arrows(dot)).toHaveLength(1)
  })

  it('puts attributes and times in notes on demand only', () => {
    const document = builder()
      .activity(ex('a'), { startTime: '2026-01-01T00:00:00Z' }, [[ex('size'), int(42)]])
      .build()
    expect(draw(document)).not.toContain('ex:size')
    const dot = draw(document, { attributes: true })
    expect(dot).toContain('ex:size = 42')
    expect(dot).toContain('startTime = 2026-01-01T00:00:00Z')
  })

  it('frames each bundle and keeps apart what different bundles say of one thing', () => {
    const b = builder().entity(ex('e'))
    b.bundle(ex('b1')).entity(ex('e')).activity(ex('a')).wasGeneratedBy(ex('e'), ex('a'))
    b.bundle(ex('b2'))
    const dot = draw(b.build())
    expect(shapes(dot, 'entity')).toHaveLength(2)
    expect(dot).toContain('label="bundle ex:b1"')
    expect(dot).toContain('label="bundle ex:b2"')
  })

  it('explains only what occurs', () => {
    const dot = draw(builder().entity(ex('e')).build())
    expect(dot).toContain('label="entity"')
    expect(dot).not.toContain('label="agent"')
    expect(dot).not.toContain('several alike')
    expect(draw(builder().entity(ex('e')).build(), { legend: false })).not.toContain('legend')
  })

  it('draws an empty document', () => {
    expect(draw(builder().build())).toMatch(/^digraph provenance \{\n/)
  })

  it('refuses a bound that is no whole number from 1', () => {
    expect(() => draw(builder().build(), { elementsMax: 0 })).toThrow(RangeError)
    expect(() => draw(builder().build(), { elementsMax: 2.5 })).toThrow(RangeError)
  })

  it('has the same bytes whatever the order of the records', () => {
    const kinds = ['used', 'wasGeneratedBy', 'wasDerivedFrom', 'wasInformedBy'] as const
    const relation = fc.tuple(fc.constantFrom(...kinds), fc.nat(9), fc.nat(9))
    fc.assert(
      fc.property(
        fc
          .array(relation, { maxLength: 30 })
          .chain((list) =>
            fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
          ),
        ([list, shuffled]) => {
          expect(draw(related(shuffled))).toBe(draw(related(list)))
        },
      ),
      { seed: 4, numRuns: tries(60) },
    )
  })
})

type Relation = readonly ['used' | 'wasGeneratedBy' | 'wasDerivedFrom' | 'wasInformedBy', number, number]

function related(relations: readonly Relation[]): ReturnType<ReturnType<typeof builder>['build']> {
  const b = builder()
  for (const [kind, from, to] of relations) {
    switch (kind) {
      case 'used':
        b.used(ex(`a${from}`), ex(`e${to}`))
        break
      case 'wasGeneratedBy':
        b.wasGeneratedBy(ex(`e${from}`), ex(`a${to}`))
        break
      case 'wasDerivedFrom':
        b.wasDerivedFrom(ex(`e${from}`), ex(`e${to}`))
        break
      case 'wasInformedBy':
        b.wasInformedBy(ex(`a${from}`), ex(`a${to}`))
        break
    }
  }
  return b.build()
}
