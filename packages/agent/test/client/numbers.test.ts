import { describe, expect, test } from 'vitest'
import { numberOf, stepOf, timeUsOf } from '../../src/client/number.ts'

type Outcome = {
  readonly kind: string
  readonly value?: unknown
  readonly remark?: { readonly code: string }
}

/** The value; with its code where something is told; 'refused' where there is none. */
function found(outcome: Outcome): unknown {
  if (outcome.kind === 'refused') return 'refused'
  return outcome.remark === undefined ? outcome.value : [outcome.value, outcome.remark.code]
}

test.each([
  [0.1, 0.1],
  [NaN, NaN],
  [-0, -0],
  [3n, 3],
  [2n ** 60n, 2 ** 60],
  [true, 1],
  [new Number(2.5), 2.5],
  [new Float32Array([0.5]), 0.5],
  [new BigInt64Array([7n]), 7],
  [2n ** 53n + 1n, [2 ** 53, 'ROUNDED']],
  [new BigUint64Array([2n ** 64n - 1n]), [2 ** 64, 'ROUNDED']],
  ['0.5', [0.5, 'NUMBER_AS_TEXT']],
  [' 1e3 ', [1000, 'NUMBER_AS_TEXT']],
  ['-Infinity', [-Infinity, 'NUMBER_AS_TEXT']],
  ['nan', [NaN, 'NUMBER_AS_TEXT']],
  ['.5', [0.5, 'NUMBER_AS_TEXT']],
  ['nane5', 'refused'],
  ['infe5', 'refused'],
  ['', 'refused'],
  ['0x10', 'refused'],
  ['1_0', 'refused'],
  ['1'.repeat(5000), 'refused'],
  [10n ** 400n, 'refused'],
  [null, 'refused'],
  [undefined, 'refused'],
  [[1], 'refused'],
  [{ valueOf: () => 1 }, 'refused'],
  [new Float64Array([1, 2]), 'refused'],
  [new Float64Array(0), 'refused'],
  [new Date(0), 'refused'],
  [new Proxy([1], {}), 'refused'],
])('a metric of %s is %s', (value, expected) => {
  expect(found(numberOf(value))).toEqual(expected)
})

test.each([
  [undefined, 0],
  [null, 0],
  [5, 5],
  [3n, 3],
  [1e18, 10n ** 18n],
  [2n ** 63n - 1n, 2n ** 63n - 1n],
  [-(2n ** 63n), -(2n ** 63n)],
  [new Int32Array([4]), 4],
  ['5', [5, 'NUMBER_AS_TEXT']],
  [1.5, [1, 'BAD_STEP']],
  [-0.5, [-1, 'BAD_STEP']],
  [2n ** 63n, 'refused'],
  [1e19, 'refused'],
  [NaN, 'refused'],
  [Infinity, 'refused'],
  ['x', 'refused'],
  [[1], 'refused'],
])('a step of %s is %s', (value, expected) => {
  expect(found(stepOf(value))).toEqual(expected)
})

describe('a time', () => {
  test.each([
    [1_700_000_000.25, 1_700_000_000_250_000],
    [1_700_000_000_250, 1_700_000_000_250_000],
    [1_700_000_000_250_000_000n, 1_700_000_000_250_000],
    [new Date(-62_135_596_800_000), -62_135_596_800_000_000n],
    [9.1e21, 9_100_000_000_000_000_000n],
    [1e30, 'refused'],
    [NaN, 'refused'],
    [new Date(NaN), 'refused'],
    ['today', 'refused'],
    ['5', 'refused'],
  ])('of %s is %s', (value, expected) => {
    expect(found(timeUsOf(value))).toEqual(expected)
  })
})
