import { text } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import { pictureOf, svgOf } from '@provloom/graph/picture'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { oddEntry, oddOpening } from '../../packages/graph/test/support/odd.ts'
import { seedOf, tries } from '../support/effort.ts'
import { exampleEntries } from './support/example.ts'
import { graphOf } from './support/document.ts'
import { faultsOf, svgParts } from './support/geometry.ts'

const options = fc.record({ machinery: fc.boolean(), attributes: fc.boolean() })
const theme = fc.constantFrom('light' as const, 'dark' as const)

it('the picture of any entries lacks nothing, and nothing in it lies on anything else', () => {
  fc.assert(
    fc.property(
      oddOpening,
      fc.array(oddEntry, { maxLength: 60 }),
      options,
      theme,
      (opening, entries, how, theme) => {
        const document = graphOf([opening, ...entries]).document()
        const picture = pictureOf(document, how)
        expect(picture && faultsOf(picture)).toEqual([])
        svgParts(svgOf(picture!, { theme }))
      },
    ),
    { numRuns: tries(600), seed: seedOf(20_261_128) },
  )
})

const example = graphOf(
  exampleEntries({ ranks: 3, rows: 3, versions: 4, packages: 2, fate: 'restarted' }),
).document()

/** What decides what something is stays; all other words are strangers'. */
const kept = new Set(['runId', 'status'])

function withWords(words: readonly string[]): ProvDocument {
  let at = 0
  const records = example.records.map((record) => ({
    ...record,
    attributes: record.attributes.map(([name, value]) =>
      value.type === 'text' && !kept.has(name.local)
        ? ([name, text(words[at++ % words.length]!)] as const)
        : ([name, value] as const),
    ),
  }))
  return { ...example, records }
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      "'",
      '<',
      '>',
      '&',
      ']]>',
      '\u0000',
      '\u202e',
      '\ud800',
      '\ufffe',
      '中',
      '\n',
      '\t',
      '-->',
      'e\u0301',
    ),
    maxLength: 40,
  }),
  fc.constantFrom(
    '"><script>alert(1)</script>',
    '<image href=x onerror=alert(2)/>',
    '&lt;b&gt;',
    'x'.repeat(5000),
    '',
  ),
)

it('the picture is well formed, harmless and in order whatever names and values say', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 60 }), options, hostile, (words, how, title) => {
      const picture = pictureOf(withWords(words), {
        ...how,
        title,
        sparks: [
          { key: words[0]!, context: words[0]!, spark: [1, Number.MAX_VALUE, -Number.MAX_VALUE, NaN] },
        ],
      })
      expect(picture && faultsOf(picture)).toEqual([])
      const { tags, attributes } = svgParts(svgOf(picture!))
      expect(
        [...tags.keys()].filter(
          (tag) => !['svg', 'g', 'title', 'desc', 'rect', 'path', 'circle', 'text'].includes(tag),
        ),
      ).toEqual([])
      expect([...attributes].filter((name) => /^(?:on|id$|href|xlink|style)/i.test(name))).toEqual([])
    }),
    { numRuns: tries(150), seed: seedOf(20_261_129) },
  )
})

it('the order of records does not matter', () => {
  const whole = svgOf(pictureOf(example, { machinery: true, attributes: true })!)
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...example.records], { minLength: example.records.length }),
      (records) => {
        expect(
          svgOf(pictureOf({ ...example, records }, { machinery: true, attributes: true })!) === whole,
        ).toBe(true)
      },
    ),
    { numRuns: tries(12), seed: seedOf(20_261_130) },
  )
})
