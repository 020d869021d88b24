import { describe, expect, it } from 'vitest'
import { inLines } from '../../src/look/in-lines.ts'

const name = '\u001b[31mRED\u001b]0;PWN\u0007\u009b2J\u0000\u202e one\r\n\ttwo'

describe('an answer that is shown', () => {
  it('has every text, names too, on one line and with nothing that a terminal obeys', () => {
    const shown = inLines({ params: { [name]: name }, metrics: [{ key: name, points: 3 }], none: null })
    const told = '\\u001b[31mRED\\u001b]0;PWN\\u0007\\u009b2J\\u0000\\u202e one ⏎ two'
    expect(shown).toEqual({ params: { [told]: told }, metrics: [{ key: told, points: 3 }], none: null })
    expect(inLines(shown)).toEqual(shown)
  })

  it('keeps what is no text as it is', () => {
    const kept = { columns: Float64Array.of(1, NaN), when: new Date(0), known: new Map([['a\n', 1]]) }
    expect(inLines(kept)).toEqual(kept)
    expect(inLines(undefined)).toBe(undefined)
  })
})
