import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { clean, clip, markup, quoted, wrap } from '../../src/draw/text.ts'

describe('text from strangers', () => {
  it('loses control characters, line ends and direction overrides', () => {
    expect(clean('a\u0000b\r\nc\u202Ed\u0007')).toBe('a b c d')
  })

  it('loses halves of characters', () => {
    expect(clean('x\ud83dy\ude00z')).toBe('x y z')
    expect(clean('😀')).toBe('😀')
  })

  it('is cut to its bound between characters', () => {
    expect(clip('😀😀😀', 2)).toBe('😀…')
    expect(clean('x'.repeat(1_000_000)).length).toBe(200)
  })

  it('cannot end a DOT string or start an escape', () => {
    expect(quoted('a"]; evil [b="\\N')).toBe('"a\\"]; evil [b=\\"\\\\N"')
  })

  it('cannot open a tag or an entity', () => {
    expect(markup('<b>&amp;\\N "q"')).toBe('&lt;b&gt;&amp;amp;\\\\N &quot;q&quot;')
  })

  it('breaks at spaces first, then at separators, and does not part a version number', () => {
    expect(wrap('provloom aggregator 0.1.0', 22, 3)).toEqual(['provloom aggregator', '0.1.0'])
    expect(wrap('github.com/example/vision@3f9c2ab1', 22, 3)).toEqual([
      'github.com/example/',
      'vision@3f9c2ab1',
    ])
  })

  it('never loses a letter in breaking, unless the lines run out', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => clean(text))
    fc.assert(
      fc.property(texts, fc.integer({ min: 4, max: 20 }), (text, width) => {
        const lines = wrap(text, width, 100)
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
      }),
      { seed: 3 },
    )
  })
})
