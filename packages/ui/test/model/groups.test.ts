import { describe, expect, it } from 'vitest'
import type { RunRow } from '@provloom/reader'
import { groupings, groupsOf } from '../../page/model/groups.ts'
import { paramBrief, paramText, tellRuns } from '../../page/model/runs-words.ts'

interface Like {
  readonly experiment?: string
  readonly script?: string
  readonly status?: string
  readonly params?: RunRow['params']
  readonly accuracy?: number
}

function row(
  run: string,
  { experiment = 'digits', status = 'completed', accuracy = 0.5, ...more }: Like,
): RunRow {
  const metric = { key: 'accuracy', context: 'validation', last: accuracy, lastStep: 9 } as const
  return {
    run,
    runId: run as RunRow['runId'],
    experiment,
    status,
    startTime: '2026-11-26T19:57:11Z',
    finished: true,
    endTime: null,
    life: { state: 'ended', seen: '2026-11-26T19:57:11Z' },
    worldSize: 4,
    ranks: {},
    params: {},
    metrics: { 'validation/accuracy': { ...metric, min: 0, max: accuracy } },
    ledger: { sent: 1, stored: 1, dropped: 0 },
    energy: [],
    notMeasured: [],
    more: { params: 0, metrics: 0 },
    ...more,
  }
}

const rows = [
  row('a', { script: 'train.py', params: { lr: 0.5, batch: 25 }, accuracy: 0.8 }),
  row('b', { script: 'train.py', params: { lr: 1, batch: 50 }, accuracy: 0.9, status: 'failed' }),
  row('c', { script: 'tune.py', params: { lr: 1 }, accuracy: 0.7 }),
  row('d', { experiment: 'other', params: { lr: 0.5, batch: 25 }, accuracy: 0.9 }),
]
const told = tellRuns(rows, undefined)
const grouped = (by: string): [string, string[]][] =>
  groupsOf(rows, by, told).map(({ name, rows: of }) => [name, of.map(({ run }) => run)])

describe('runs in groups', () => {
  it('are those of one experiment, script, or parameter, in the order of their first', () => {
    expect(grouped('experiment')).toEqual([
      ['digits', ['a', 'b', 'c']],
      ['other', ['d']],
    ])
    expect(grouped('script')).toEqual([
      ['train.py', ['a', 'b']],
      ['tune.py', ['c']],
      ['no script', ['d']],
    ])
    expect(grouped('lr')).toEqual([
      ['lr 0.5', ['a', 'd']],
      ['lr 1', ['b', 'c']],
    ])
    expect(grouped('batch').at(-1)).toEqual(['batch not said', ['c']])
  })

  it('are those of a sweep: one script, with the same parameters whatever their values', () => {
    expect(grouped('sweep')).toEqual([
      ['digits · train.py · batch, lr', ['a', 'b']],
      ['digits · tune.py · lr', ['c']],
      ['other · batch, lr', ['d']],
    ])
  })

  it('tell how their runs ended and which is the best, a completed one where two are as good', () => {
    const [first] = groupsOf(rows, 'experiment', told)
    expect(first).toMatchObject({
      best: 'accuracy 90.00 %, b at batch 50',
      statuses: [
        { status: 'completed', count: 2 },
        { status: 'failed', count: 1 },
      ],
    })
    expect(told.best?.run).toBe('d')
    expect(groupings(told)).toEqual(['experiment', 'script', 'sweep', 'code', 'status', 'batch', 'lr'])
  })
})

describe('what is said of all runs', () => {
  const title = (...rows: readonly RunRow[]): string => tellRuns(rows, undefined).title

  it('names the best of runs of one experiment, of those that have the metric', () => {
    const [good, bad] = [row('good_0', { accuracy: 0.9 }), row('bad_0', { accuracy: 0.4 })]
    const none = { ...row('none_0', { status: 'failed' }), metrics: {} }
    expect(title(good, bad, none)).toMatch(/^good_0 is the best of 2: accuracy /)
    expect(title(good, row('other_0', { experiment: 'other' }))).toBe('2 runs')
    expect(title(good, none)).toBe('2 runs')
  })

  it('names none where nobody knows which way is good', () => {
    const normed = (run: string, last: number): RunRow => ({
      ...row(run, {}),
      metrics: { '/grad_norm': { key: 'grad_norm', last, lastStep: 9, min: 0, max: last } },
    })
    expect(title(normed('a_0', 1), normed('a_1', 2))).toBe('2 runs')
  })

  it('takes parameters for equal that all have, to the last digit', () => {
    const told = tellRuns(
      [
        row('a_0', { params: { lr: 0.000123456, none: '', seed: 7 } }),
        row('a_1', { params: { lr: 0.000123457, seed: 7 } }),
      ],
      undefined,
    )
    expect(told.differing.toSorted()).toEqual(['lr', 'none'])
    expect(told.equal[0]).toBe('seed 7')
    expect([paramText(0.99995), paramText(1700000000.25), paramText(undefined)]).toEqual([
      '0.99995',
      '1700000000.25',
      '',
    ])
    expect(paramBrief('x'.repeat(65_536))).toHaveLength(180 + '… (65,536 characters)'.length)
  })
})
