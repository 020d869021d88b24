import { prov, text, type StatementBuilder } from '@provloom/prov'
import { draw } from '@provloom/prov/draw'
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { tries } from '../../../../test/support/effort.ts'
import { arrows, builder, ex, shapes } from './picture-parts.ts'
import { trainingRun } from './training-run.ts'

describe('a folded picture', () => {
  const four = draw(trainingRun({ ranks: 4, seriesPerContext: 5 }))

  it('draws alike ranks once, and the rank that did more by itself', () => {
    expect(shapes(four, 'activity').map(titleOf)).toEqual(
      expect.arrayContaining(['rank 0', 'rank 1-3', 'training', 'validation']),
    )
    expect(four).toContain('3 × RankExecution')
  })

  it('draws the series of one metric once for all ranks', () => {
    const losses = shapes(four, 'entity').filter((line) => line.includes('label=<loss<'))
    expect(losses.map((line) => /4 × /.test(line))).toEqual([true, true])
    const thousand = draw(trainingRun({ ranks: 1024, seriesPerContext: 10 }))
    expect(thousand).toContain('label=<loss<BR/><FONT POINT-SIZE="9" COLOR="#444444">1,024 × ')
    expect(thousand).toContain('label=<rank 1-1023<')
  })

  it('looks the same at 128 and at 1,024 ranks but for the numbers', () => {
    expect(count(128)).toBe(count(1024))
    expect(count(1024)).toBeLessThanOrEqual(45)
  })

  it('draws what is only a member of something, or has to do with nothing, once for each type', () => {
    const b = builder()
    b.entity(ex('environment'))
    for (const name of ['numpy', 'torch', ...Array.from('abcdefghijklmnopqrst')]) {
      b.entity(ex(name), [[prov('type'), text('package')]])
      b.hadMember(ex('environment'), ex(name))
      b.entity(ex(`${name}-key`), [[prov('type'), text('key')]])
    }
    const drawn = shapes(draw(b.build()))
    expect(drawn).toHaveLength(3)
    expect(drawn.filter((line) => line.includes('22 × '))).toHaveLength(2)
  })

  it('lets a rank that failed stand out', () => {
    const b = builder()
    b.activity(ex('run'))
    for (let rank = 0; rank < 64; rank++) {
      b.activity(ex(`rank${rank}`), {}, [[ex('status'), text(rank === 17 ? 'killed' : 'completed')]])
      b.wasInformedBy(ex(`rank${rank}`), ex('run'))
    }
    expect(shapes(draw(b.build())).map(titleOf).sort()).toEqual(['ex:rank0-16, 18-63', 'ex:rank17', 'ex:run'])
  })

  it('keeps parameters of different values apart and with them the ranks that used them', () => {
    const b = builder()
    for (const [index, value] of ['0.1', '0.2'].entries()) {
      b.entity(ex(`lr${index}`), [
        [prov('label'), text('lr')],
        [prov('value'), text(value)],
      ])
    }
    for (let rank = 0; rank < 32; rank++)
      b.activity(ex(`rank${rank}`)).used(ex(`rank${rank}`), ex(`lr${rank < 8 ? 0 : 1}`))
    expect(shapes(draw(b.build())).map(titleOf)).toEqual([
      'lr = 0.1',
      'lr = 0.2',
      'ex:rank0-7',
      'ex:rank8-31',
    ])
  })

  it('folds ranks that each have a value of their own', () => {
    const b = builder()
    for (let rank = 0; rank < 16; rank++) {
      b.entity(ex(`seed${rank}`), [
        [prov('label'), text('seed')],
        [prov('value'), text(String(rank))],
      ])
      b.activity(ex(`rank${rank}`)).used(ex(`rank${rank}`), ex(`seed${rank}`))
    }
    expect(shapes(draw(b.build())).map(titleOf)).toEqual(['seed', 'ex:rank0-15'])
  })

  it('folds a long chain', () => {
    const b = builder()
    for (let step = 1; step < 5000; step++) b.wasDerivedFrom(ex(`ckpt${step}`), ex(`ckpt${step - 1}`))
    expect(shapes(draw(b.build())).length).toBeLessThanOrEqual(3)
  })

  it('leaves a document of few elements as it is, and any document when all is asked for', () => {
    const b = builder()
    for (let i = 0; i < 8; i++) b.entity(ex(`e${i}`)).wasDerivedFrom(ex(`e${i}`), ex('origin'))
    expect(shapes(draw(b.build()))).toHaveLength(9)
    expect(shapes(draw(b.build(), { foldAbove: 0 }))).toHaveLength(2)
    expect(shapes(draw(trainingRun({ ranks: 4, seriesPerContext: 5 }), { full: true }))).toHaveLength(54)
  })

  it('coarsens to the bound when nothing is alike, and says what it left unsaid', () => {
    const b = builder()
    for (let i = 0; i < 3000; i++) b.entity(ex(word(i))).wasGeneratedBy(ex(word(i)), ex(`act-${word(i % 7)}`))
    const dot = draw(b.build())
    expect(shapes(dot).length).toBeLessThanOrEqual(150)
    expect(dot).toMatch(/\+ 2,997 more …/)
  })

  it('puts what does not fit even coarsest into one element', () => {
    const b = builder()
    b.entity(ex('e'))
      .activity(ex('a'))
      .agent(ex('g'))
      .wasAssociatedWith(ex('a'), ex('g'))
      .wasGeneratedBy(ex('e'), ex('a'))
    const dot = draw(b.build(), { elementsMax: 2 })
    expect(shapes(dot)).toHaveLength(2)
    expect(dot).toContain('+ 2 more …')
  })

  it('never draws more than the bound', () => {
    const kinds = fc.constantFrom(
      'entity',
      'activity',
      'agent',
      'used',
      'wasGeneratedBy',
      'actedOnBehalfOf',
      'bundle',
    )
    const step = fc.tuple(kinds, fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }))
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.integer({ min: 1, max: 20 }),
        (steps, elementsMax) => {
          const b = builder()
          let into: StatementBuilder = b
          for (const [kind, one, two] of steps) {
            if (kind === 'bundle') into = b.bundle(ex(one))
            else if (kind === 'used' || kind === 'wasGeneratedBy' || kind === 'actedOnBehalfOf')
              into[kind](ex(one), ex(two))
            else into[kind](ex(one))
          }
          const dot = draw(b.build(), { elementsMax })
          expect(shapes(dot).length).toBeLessThanOrEqual(elementsMax)
          expect(arrows(dot).length).toBeLessThanOrEqual(elementsMax * 9)
        },
      ),
      { seed: 5, numRuns: tries(150) },
    )
  })
})

function titleOf(line: string): string {
  return /label=<([^<>]*)/.exec(line)?.[1] ?? ''
}

function count(ranks: number): number {
  return shapes(draw(trainingRun({ ranks, seriesPerContext: 10 }))).length
}

/** A number without digits. */
function word(n: number): string {
  return String(n).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))
}
