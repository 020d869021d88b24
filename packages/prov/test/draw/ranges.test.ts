import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { compress, mask, summarise } from '../../src/draw/ranges.ts'

describe('names of folded elements', () => {
  it('reads consecutive ranks as one range', () => {
    const names = Array.from({ length: 1024 }, (_, rank) => `rank ${rank}`)
    expect(summarise(names)).toBe('rank 0-1023')
  })

  it('keeps the zeros in front of padded numbers', () => {
    expect(summarise(['node007', 'node008', 'node009', 'node010'])).toBe('node007-010')
  })

  it('says one name once', () => {
    expect(summarise(['loss', 'loss', 'loss'])).toBe('loss')
  })

  it('shows the holes of a broken range, and where it ends when there are many', () => {
    expect(compress(['0', '1', '2', '3', '8', '10', '11'])).toBe('0-3, 8, 10-11')
    expect(compress(['1', '3', '5', '7', '9', '99'])).toBe('1, 3, … 99')
  })

  it('gives each number in a name its own range', () => {
    expect(summarise(['rank 0 of 4', 'rank 1 of 4', 'rank 2 of 4'])).toBe('rank 0-2 of 4')
  })

  it('does not list hashes and UUIDs that differ', () => {
    expect(summarise(['blob 3f9c2ab1', 'blob 77aa0e2d'])).toBe('blob …')
    const ids = ['run 0192f1c4-aaaa-7bbb-8ccc-123456789abc', 'run 0192f1c4-aaaa-7bbb-8ccc-123456789abd']
    expect(summarise(ids)).toBe('run …')
  })

  it('names three unlike names and counts the others', () => {
    expect(summarise(['loss', 'accuracy', 'f_one', 'recall', 'precision'])).toBe(
      'loss, accuracy, f_one + 2 more …',
    )
  })

  it('puts every name back together from its parts', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const { parts, slots } = mask(name)
        expect(parts.map((part, at) => part + (slots[at] ?? '')).join('')).toBe(name)
        expect(summarise([name])).toBe(name)
      }),
      { seed: 1 },
    )
  })

  it('stays short however many numbers there are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (numbers) => {
        expect(compress(numbers.map(String)).length).toBeLessThan(80)
      }),
      { seed: 2 },
    )
  })
})
