import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOf, viewOf } from '../../page/model/address.ts'
import { fitOf } from '../../page/chart/fit.ts'
import type { Strip } from '../../page/chart/strip.ts'
import { csvOf, oddWords, tableOf } from '../../page/chart/table.ts'
import { bytes, count, duration, measured, number, ranges, seconds, ticks } from '../../page/model/format.ts'
import { whole } from '../../page/model/odd.ts'
import { statusLook } from '../../page/model/status.ts'

function strip(mid: readonly (number | null)[], more: Partial<Strip> = {}): Strip {
  const zeros = mid.map(() => 0)
  return {
    label: 'median',
    colour: 0,
    dashed: false,
    x: mid.map((_, at) => at),
    mid,
    nan: zeros,
    infinite: zeros,
    count: zeros,
    ...more,
  }
}

describe('an address', () => {
  it('is the view, whatever runs are called', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })

    const page = fc.constantFrom('overview', 'curves', 'ranks', 'graph', 'files', 'environment')
    fc.assert(
      fc.property(
        text,
        page,
        fc.dictionary(
          text.filter((one) => one !== '__proto__'),
          text,
        ),
        (run, page, said) => {
          const view = { page, run, with: { ...said } } as const
          expect(viewOf(addressOf(view))).toEqual(view)
        },
      ),
      { seed: 12, numRuns: 200 },
    )
  })

  it('that nobody knows is the list of runs, or the overview of a run', () => {
    expect(viewOf('')).toEqual({ page: 'runs', with: {} })
    expect(viewOf('#/digits_0')).toEqual({ page: 'overview', run: 'digits_0', with: {} })
    expect(viewOf('#/digits_0/nonsense?a=1')).toEqual({ page: 'overview', run: 'digits_0', with: { a: '1' } })
    expect(viewOf('#/%E0%A4%A/ranks').run).toBe('%E0%A4%A')
    expect(viewOf('#/compare?a=x&b=y')).toEqual({ page: 'compare', with: { a: 'x', b: 'y' } })
  })
})

describe('the words at an axis', () => {
  it('are apart where the places are', () => {
    const share = (place: number): string => measured(place, 'accuracy')
    expect(ticks([0.5, null, 0.75], share)).toEqual(['50.0 %', '', '75.0 %'])
    expect(ticks([0.99992, 0.99994, 0.99996], share)).toEqual(['0.99992', '0.99994', '0.99996'])
    const size = (place: number): string => measured(place, 'memory', 'B')
    expect(ticks([242_900_000, 243_000_000, 243_100_000], size)).toEqual([
      '242900000',
      '243000000',
      '243100000',
    ])
    expect(ticks([-0.00001234, -0.00001235], (place) => place.toFixed(2))).toEqual([
      '−0.00001234',
      '−0.00001235',
    ])
  })
})

describe('a number in words', () => {
  it.each([
    [number(0.83214), '0.832'],
    [number(15360), '15\u202f360'],
    [number(-0.5), '−0.5'],
    [number('NaN'), 'NaN'],
    [number('-Infinity'), '−∞'],
    [number(1.5e-9), '1.50e−9'],
    [number(undefined), '–'],
    [measured(0.825, 'accuracy'), '82.5 %'],
    [measured(1, 'accuracy'), '100 %'],
    [measured(-0.0001, 'accuracy'), '0.0 %'],
    [measured(-0.5, 'accuracy'), '−50.0 %'],
    [measured(2, 'accuracy'), '2'],
    [measured(59_200_000, 'memory', 'B'), '59.2 MB'],
    [measured(0.331, 'compute_time', 's'), '0.331 s'],
    [bytes(999), '999 B'],
    [bytes(999_960), '1.0 MB'],
    [duration(3.66), '3.7 s'],
    [duration(114), '1 min 54 s'],
    [duration(59.7), '1 min 0 s'],
    [duration(90_000), '1 d 1 h'],
    [seconds(0.0000025), '2.5 µs'],
    [count(10n ** 18n), '1\u202f000\u202f000\u202f000\u202f000\u202f000\u202f000'],
    [ranges([38, 37, 0, 1, 2, 40]), '0–2, 37, 38, 40'],
  ])('is %s', (words, wanted) => {
    expect(words).toBe(wanted)
  })

  it('that JSON has not is where it was', () => {
    expect(
      whole('min', [0, 0, 2, 0], { min: { nan: [0], positiveInfinity: [1], negativeInfinity: [3] } }),
    ).toEqual([NaN, Infinity, 2, -Infinity])
    expect(whole('max', [1], { min: { nan: [0] } })).toEqual([1])
  })
})

it('every status has a glyph and a word of its own', () => {
  const looks = ['running', 'completed', 'failed', 'killed', 'lost', 'slow'].map(statusLook)
  expect(new Set(looks.map(({ glyph }) => glyph)).size).toBe(6)
  expect(new Set(looks.map(({ word }) => word)).size).toBe(6)
  expect(statusLook('constructor').word).toBe('constructor')
})

describe('the axis of a chart', () => {
  it('fits what is usual, and counts what lies beyond it', () => {
    const values = Array.from({ length: 200 }, (_, at) => 1 + (at % 10) / 10)
    const spiked = fitOf([strip(values.with(100, 500))])!
    expect(spiked.high).toBeLessThan(3)
    expect([spiked.above, spiked.top]).toEqual([1, 500])
    expect(fitOf([strip(values)])).toMatchObject({ above: 0, below: 0 })
    expect(fitOf([strip(values.with(100, 500))], { whole: true })).toMatchObject({ above: 0 })
  })

  it('leaves nothing out without counting it', () => {
    const value = fc.double({ noNaN: true, min: -1e6, max: 1e6 })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), (values) => {
        const fit = fitOf([strip(values)])!
        expect(values.filter((one) => one > fit.high).length).toBeLessThanOrEqual(fit.above)
        expect(values.filter((one) => one < fit.low).length).toBeLessThanOrEqual(fit.below)
        expect(fit.high).toBeGreaterThan(fit.low)
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('is there for one point, for equal ones, and not for none that is a number', () => {
    expect(fitOf([strip([0])])).toMatchObject({ low: expect.any(Number) as number })
    expect(fitOf([strip([5, 5, 5])])!.high).toBeGreaterThan(5)
    expect(fitOf([strip([null, null])])).toBeUndefined()
    expect(fitOf([strip([0, -1, 10])], { log: true })).toMatchObject({ bottom: 10 })
  })
})

it('a chart says how many of its points are no finite numbers', () => {
  const odd = strip([1, null, null], { nan: [0, 2, 0], infinite: [0, 0, 24] })
  expect(oddWords([odd, strip([1])])).toBe('2 NaN, 24 infinite')
  expect(oddWords([strip([1])])).toBe('')
  expect(csvOf(tableOf([odd], 'step'))).toBe('step,median\r\n0,1\r\n1,NaN\r\n2,infinite\r\n')
})

it('the table of a chart is what is drawn, and no formula of a spreadsheet', () => {
  const a = strip([1, null, 3], { min: [0, null, 2], max: [2, null, 4], nan: [0, 2, 0] })
  const b = strip([7], { label: '=cmd()', x: [2] })
  const text = csvOf(tableOf([a, b], 'step'))
  expect(text.split('\r\n')).toEqual([
    "step,median,median min,median max,'=cmd()",
    '0,1,0,2,',
    '1,NaN,NaN,NaN,',
    '2,3,2,4,7',
    '',
  ])
})
