import { describe, expect, it } from 'vitest'
import { bucketsOf } from '@provloom/rundir/curve'
import type { PointsOfSeries, RankSummary } from '@provloom/rundir'
import { factsOf } from '../../src/why/load/facts.ts'
import type { WhySources } from '../../src/why/load/facts.ts'
import { cellsMax } from '../../src/why/load/table.ts'
import { whyOf } from '../../src/why/why.ts'

const [ranks, steps, width] = [8, 4000, 6]
const slow = { rank: 3, since: 1301 }
const name = { key: 'compute_time', context: null, source: 'step', attempt: 0 }

/** A rank is slow from some step on. */
function pointsOf(rank: number): PointsOfSeries {
  const step = Float64Array.from({ length: steps }, (_, i) => i)
  return {
    ...name,
    rank,
    count: steps,
    step,
    time: step.map((one) => one * 100_000),
    value: step.map((one) => 0.05 * (rank === slow.rank && one >= slow.since ? 1.5 : 1) + (one % 7) * 1e-5),
  }
}

const all = Array.from({ length: ranks }, (_, rank) => pointsOf(rank))
const asked: (readonly [number, number])[] = []

function sources(points: number): WhySources {
  const row = (rank: number): RankSummary =>
    ({ rank, attempt: 0, status: 'running', host: `n${rank}` }) as unknown as RankSummary
  const total = { sent: 0, stored: 0, dropped: 0 }
  return {
    name: 'digits_0',
    file: {
      status: 'running',
      worldSize: ranks,
      ledger: {
        total,
        ranksRefused: 0,
        conflicts: 0,
        absent: [],
        ranks: all.map(({ rank }) => row(rank)),
      },
    },
    document: undefined,
    async *points(_, { from, to } = { from: -Infinity, to: Infinity }) {
      asked.push([from, to])
      for (const { step, time, value, ...one } of all) {
        const [begin, end] = [Math.max(0, from), Math.min(steps, to)]
        const cut = (column: Float64Array): Float64Array => column.slice(begin, end)
        yield { ...one, count: end - begin, step: cut(step), time: cut(time), value: cut(value) }
      }
    },
    curves: ({ metric }) =>
      Promise.resolve({
        exponent: width,
        exact: true,
        curves: all.map((one) => ({
          ...metric,
          rank: one.rank,
          attempt: one.attempt,
          buckets: bucketsOf(one, { exponent: width }),
        })),
      }),
    metrics: [{ ...name, points }],
  }
}

describe('of a metric with more points than are read', () => {
  it('is found which rank is slow and since which step, from few of them', async () => {
    const few = whyOf(await factsOf(sources(ranks * steps)))
    asked.length = 0
    const many = whyOf(await factsOf(sources(cellsMax + 1)))
    const [own, expected] = [many.findings[0], few.findings[0]]
    expect(own?.code).toBe('RANK_SLOW')
    expect(own?.ranks).toEqual([slow.rank])
    expect(own?.since).toEqual({ step: slow.since })
    expect(own?.text).toBe(expected?.text)
    expect(own?.evidence?.costSeconds).toBeCloseTo(expected?.evidence?.costSeconds ?? NaN, 0)
    expect(asked).toEqual([
      [steps - 64, steps],
      [1216, 1344],
    ])
  })
})
