import { describe, expect, it } from 'vitest'
import { itemsIn } from '../../src/old-runs/literal.ts'

describe('a list that Python has written as text', () => {
  it.each([
    ['[0, 1, 2]', [0, 1, 2]],
    ['[0.5 1. .25\n 1e-3]', [0.5, 1, 0.25, 0.001]],
    ['[nan, -inf, +3]', [NaN, -Infinity, 3]],
    ['[np.float64(0.0), np.float64(1.5), numpy.float32(-2e-05)]', [0, 1.5, -0.00002]],
    ["[tensor(0.5, device='cuda:0', grad_fn=<MseLossBackward0>), tensor([1., 2.])]", [0.5, [1, 2]]],
    ['array([1.5, 2.5], dtype=float32)', [1.5, 2.5]],
    [
      '[[1, 2], [3, 4]]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['[[1, 2]]', [[1, 2]]],
    [
      '[[[1], [2]], [[3], [4]]]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["['[False, True]', '[7]']", [[0, 1], [7]]],
    ['[\'0.25\', "tensor(0.5)"]', [0.25, 0.5]],
    ['(1, 2)', [1, 2]],
    ['0.5', [0.5]],
    ['[]', []],
  ])('%s has its numbers, and none that are of a name', (text, items) => {
    expect(itemsIn(text)).toEqual(items)
  })

  it.each(['[1, 2', '[1] ]', '[None]', "['cat', 'dog']", '[1, x]', '[3px]'])('%s is not read', (text) => {
    expect(itemsIn(text)).toBe('unreadable')
  })

  it('is not read where values were left out of it', () => {
    expect(itemsIn('[0.1 0.2 ... 0.9]')).toBe('abbreviated')
  })
})
