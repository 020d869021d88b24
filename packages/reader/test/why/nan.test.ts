import { describe, expect, it } from 'vitest'
import { readJson } from '@provloom/prov'
import type { PointsOfSeries, RankSummary } from '@provloom/rundir'
import { bucketsOf } from '@provloom/rundir/curve'
import { RunDocument } from '../../src/document/document.ts'
import { factsOf } from '../../src/why/load/facts.ts'
import { cellsMax } from '../../src/why/load/table.ts'
import { whyOf } from '../../src/why/why.ts'
import type { Finding } from '../../src/answer/why.ts'

interface Logged {
  readonly key: string
  readonly context?: string
  readonly rank?: number
  readonly values: readonly number[]
  /** Of the step: its own number unless told, a tenth of a second apart, seconds after the begin. */
  readonly step?: (i: number) => number
  readonly at?: (i: number) => number
}

function pointsOf({
  key,
  context = 'training',
  rank = 0,
  values,
  step = (i) => i,
  at,
}: Logged): PointsOfSeries {
  return {
    key,
    context,
    source: null,
    rank,
    attempt: 0,
    count: values.length,
    step: Float64Array.from(values, (_, i) => step(i)),
    time: Float64Array.from(values, (_, i) => (at?.(i) ?? i * 0.1) * 1e6),
    value: Float64Array.from(values),
  }
}

/** A graph that says which keys hold such values. */
function documentOf(keys: readonly string[]): RunDocument {
  const entity = Object.fromEntries(
    keys.map((key) => [
      `run:${key}`,
      {
        'prov:type': { $: 'mls:ModelEvaluation', type: 'prov:QUALIFIED_NAME' },
        'prov:label': key,
        'provloom:nanRows': { $: '1', type: 'xsd:long' },
      },
    ]),
  )
  const prefix = {
    run: 'http://example.org/run/',
    mls: 'http://www.w3.org/ns/mls#',
    provloom: 'https://w3id.org/provloom/ns#',
  }
  return new RunDocument(readJson(JSON.stringify({ prefix, entity })), 0)
}

/** @param long so many points are said to be there: then they are read in buckets */
async function found(logged: readonly Logged[], long?: number): Promise<readonly Finding[]> {
  const all = logged.map(pointsOf)
  const keys = [...new Set(all.map(({ key }) => key))]
  const ranks = [...new Set(all.map(({ rank }) => rank))].map(
    (rank) => ({ rank, attempt: 0, status: 'completed', host: 'n' }) as unknown as RankSummary,
  )
  const total = { sent: 0, stored: 0, dropped: 0 }
  const facts = await factsOf({
    name: 'digits_0',
    file: {
      status: 'completed',
      worldSize: ranks.length,
      ledger: { total, ranksRefused: 0, conflicts: 0, absent: [], ranks },
    },
    document: documentOf(keys),
    metrics: keys.map((key) => ({
      key,
      context: all.find((one) => one.key === key)!.context,
      ...(long === undefined ? {} : { points: long }),
    })),
    async *points({ key }, steps = { from: -Infinity, to: Infinity }) {
      for (const one of all.filter((each) => each.key === key)) {
        const keep = [...one.step.keys()].filter((i) => one.step[i]! >= steps.from && one.step[i]! < steps.to)
        const cut = (column: Float64Array): Float64Array => Float64Array.from(keep, (i) => column[i]!)
        yield { ...one, count: keep.length, step: cut(one.step), time: cut(one.time), value: cut(one.value) }
      }
    },
    curves: ({ metric }) =>
      Promise.resolve({
        exponent: 6,
        exact: true,
        curves: all
          .filter(({ key }) => key === metric.key)
          .map((one) => ({
            ...metric,
            rank: one.rank,
            attempt: 0,
            buckets: bucketsOf(one, { exponent: 6 }),
          })),
      }),
  })
  return whyOf(facts).findings.filter(({ code }) => code.endsWith('_FIRST_SEEN'))
}

/** Numbers, and from some step on another value. */
const until = (step: number, value: number, length = 40): number[] =>
  Array.from({ length }, (_, i) => (i < step ? 1 / (i + 1) : value))

describe('NaN and infinity are first seen', () => {
  it('in the metric, on the rank and in the step that had it first, though ranks are in a step at other times', async () => {
    const loss = [0, 1].map((rank): Logged => ({
      key: 'loss',
      rank,
      values: until(25, NaN),
      at: (i) => rank * 9 + i * 0.1,
    }))
    const norm: Logged = { key: 'grad_norm', rank: 1, values: until(20, NaN), at: (i) => 9 + i * 0.1 }
    const [one, ...others] = await found([...loss, norm])
    expect([one?.ranks, one?.since?.step, one?.level, others]).toEqual([[1], 20, 'error', []])
    expect(one?.text).toBe(
      'NaN in training.grad_norm on rank 1 since step 20; then NaN in training.loss since step 25',
    )
  })

  it('in an infinity, which a NaN came of', async () => {
    const [one] = await found([
      { key: 'loss', values: until(17, NaN) },
      { key: 'grad_norm', values: until(16, Infinity) },
    ])
    expect(one?.text).toBe(
      'infinity in training.grad_norm on rank 0 since step 16; then NaN in training.loss since step 17',
    )
  })

  it('by time, where metrics do not count the same steps', async () => {
    const [one] = await found([
      { key: 'loss', values: until(35, NaN) },
      { key: 'epoch_loss', values: until(3, NaN, 4), at: (i) => i + 0.99 },
    ])
    expect(one?.text).toMatch(
      /^NaN in training\.loss on rank 0 since step 35; then NaN in training\.epoch_loss since step 3$/,
    )
  })

  it('since when it lasts: what came and went long before is none', async () => {
    const values = until(30, NaN)
    values[4] = NaN
    expect((await found([{ key: 'loss', values }]))[0]?.since?.step).toBe(30)
    values[28] = NaN
    expect((await found([{ key: 'loss', values }]))[0]?.since?.step).toBe(28)
  })

  it('in the last value of one metric alone, which is told as that and accuses nobody', async () => {
    const [one] = await found([
      { key: 'auc', context: 'validation', rank: 0, values: [0.7, 0.7, 0.8] },
      { key: 'auc', context: 'validation', rank: 1, values: [0.7, 0.7, NaN], step: (i) => 10 * i },
    ])
    expect([one?.level, one?.text]).toEqual([
      'note',
      'NaN in the last value alone of validation.auc, on rank 1 (step 20); the 2 before it are numbers',
    ])
    const both = await found([
      { key: 'grad_norm', values: until(39, NaN) },
      { key: 'loss', values: until(39, NaN) },
    ])
    expect(both[0]?.level).toBe('error')
  })

  it('nowhere, in what was never a number or is one in the end', async () => {
    expect(await found([{ key: 'a', values: until(0, NaN) }])).toEqual([])
    expect(await found([{ key: 'a', values: [...until(20, Infinity), 1] }])).toEqual([])
  })

  it('in the same step of a metric with more points than are read', async () => {
    const logged = [0, 1].map((rank): Logged => ({
      key: 'loss',
      rank,
      values: until(1301 + rank, NaN, 4000),
    }))
    const [few] = await found(logged)
    const [many] = await found(logged, cellsMax + 1)
    expect([many?.ranks, many?.since, many?.text]).toEqual([few?.ranks, few?.since, few?.text])
    expect(many?.since?.step).toBe(1301)
  })
})
