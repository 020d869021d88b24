import { extremeWord } from '@provloom/reader'
import { describe, expect, it } from 'vitest'
import { shortened, table, widthOf, wrapped } from '../../src/look/table.ts'
import { apart, exact, firstOf, ranges, reading, value } from '../../src/look/words.ts'

const plain = (text: string): string => text
const columns = [
  { title: 'run', cells: ['digits_0', '\u001b[32mdigits_10\u001b[39m'] },
  { title: 'took', cells: ['3.6 s', '13.2 s'], right: true, leave: 2 },
  { title: 'lr', cells: ['0.5', '2'], right: true, leave: 1 },
]

describe('a table', () => {
  it('has columns as wide as what is in them, whatever its colour', () => {
    expect(table(columns, Infinity, plain)).toEqual([
      'run          took   lr',
      'digits_0    3.6 s  0.5',
      '\u001b[32mdigits_10\u001b[39m  13.2 s    2',
    ])
  })

  it('leaves out of a narrow terminal what matters least, and says so', () => {
    const lines = table(columns, 16, plain)
    expect(lines).toEqual([
      'run         lr',
      'digits_0   0.5',
      '\u001b[32mdigits_10\u001b[39m    2',
      'not shown, for want of room: took',
    ])
    expect(table(columns, 3, plain).slice(0, 2)).toEqual(['run', 'digits_0'])
  })
})

describe('words of people in a table', () => {
  it('stand in one line, and are no longer than can be read beside others', () => {
    expect(shortened('two\nlines')).toBe('two ⏎ lines')
    expect(shortened('x'.repeat(60))).toBe('x'.repeat(60))
    expect(shortened(`a${'x'.repeat(300)}z`)).toBe(`a${'x'.repeat(50)}…${'x'.repeat(7)}z`)
    const [title, line] = table([{ title: 't\nt', cells: ['y'.repeat(300)] }], Infinity, plain)
    expect([title, widthOf(line ?? '')]).toEqual(['t ⏎ t', 60])
  })

  it('are told up to a number, and then how many more there are', () => {
    expect(firstOf(['a', 'b', 'c'], 2)).toBe('a, b and 1 more')
    expect(firstOf(['a', 'b'], 2)).toBe('a, b')
  })
})

describe('a number', () => {
  it('that is a setting is told as it was given', () => {
    expect([0.000123456789, 0.99995, 1700000000.25, 1e-12, 'adam', true].map(exact)).toEqual([
      '0.000123456789',
      '0.99995',
      '1700000000.25',
      '1e-12',
      'adam',
      'true',
    ])
  })

  it('beside one that differs does not look like it', () => {
    expect(apart([1e-12, 1.0001e-12])).toEqual(['1e-12', '1.0001e-12'])
    expect(apart([0.40531234, 0.4])).toEqual(['0.4053', '0.4'])
    expect(apart([0.5, 0.5])).toEqual(['0.5', '0.5'])
  })

  it('that is nearly a whole one does not look like one', () => {
    expect([0.99995, 2.00004, 1, 0.9751].map(reading)).toEqual(['0.99995', '2.00004', '1.000', '0.975'])
  })
})

describe('a long line', () => {
  it('is broken between words, further in below, and loses nothing', () => {
    const lines = wrapped('  params     lr 0.5, epochs 8, optimizer sgd', 24, 13)
    expect(lines).toEqual([
      '  params     lr 0.5,',
      '             epochs 8,',
      '             optimizer',
      '             sgd',
    ])
    expect(wrapped('short', 80, 13)).toEqual(['short'])
    expect(wrapped('x'.repeat(100), 24, 2).join('')).toBe('x'.repeat(100))
    expect(lines.every((line) => widthOf(line) <= 24)).toBe(true)
  })
})

describe('a number', () => {
  it.each([
    [0.405313842723695, '0.4053', '0.405'],
    [2, '2', '2.000'],
    [12_500, '12500', '12500'],
    [1.23456e-7, '1.235e-7', '1.235e-7'],
    [1e300, '1e+300', '1e+300'],
    [NaN, 'NaN', 'NaN'],
    [-Infinity, '-Infinity', '-Infinity'],
  ])('%d is %s, and %s beside others', (number, alone, beside) => {
    expect([value(number), reading(number)]).toEqual([alone, beside])
  })

  it('of ranks is said as ranges', () => {
    expect(ranges([3, 0, 1, 2, 7])).toBe('0-3, 7')
  })
})

describe('the extreme of a metric', () => {
  it('is the best only where its name says which way is good', () => {
    expect(['loss', 'val_error', 'accuracy', 'bleu', 'grad_norm', 'lr'].map(extremeWord)).toEqual([
      'lowest',
      'lowest',
      'best',
      'best',
      'highest',
      'highest',
    ])
  })
})
