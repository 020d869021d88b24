import { describe, expect, it } from 'vitest'
import { Fault } from '../src/fault.ts'
import { lookAtRun } from '../src/filter/looks.ts'
import { matches, parseOrder, sortedBy } from '../src/filter/match.ts'
import { parseFilter } from '../src/filter/parse.ts'
import type { RunView } from '../src/record.ts'

function run(runId: string, loss: number, more: Partial<RunView> = {}): RunView {
  return {
    info: {
      runId,
      runName: `name ${runId}`,
      experimentId: '1',
      userId: 'u',
      status: 'FINISHED',
      startTime: Number.parseInt(runId, 16),
      artifactUri: '',
      lifecycleStage: 'active',
    },
    params: new Map([['lr', '0.1']]),
    tags: new Map([
      ['team', 'Blue'],
      ['mlflow.user', "o'b"],
    ]),
    last: new Map([['val/loss', { key: 'val/loss', value: loss, step: 0, timestamp: 0 }]]),
    datasets: [
      {
        tags: [{ key: 'mlflow.data.context', value: 'train' }],
        dataset: { name: 'iris', digest: 'd', sourceType: '', source: '' },
      },
    ],
    modelInputs: [],
    modelOutputs: [],
    ...more,
  }
}

/** As MLflow's documentation of search_runs has them, each with what it must find. */
const filters: readonly (readonly [filter: string, found: readonly string[]])[] = [
  ['', ['a1', 'a2']],
  ['metrics.`val/loss` < 0.5', ['a1']],
  ['metrics."val/loss" >= 0.25 and metric.`val/loss` <= 0.5', ['a1']],
  ["params.lr = '0.1'", ['a1', 'a2']],
  ["params.lr != '0.1'", []],
  ["tags.team LIKE 'Bl%'", ['a1', 'a2']],
  ["tags.team LIKE 'bl%'", []],
  ["tags.team ILIKE 'bl_e'", ['a1', 'a2']],
  ["tags.mlflow.user = 'o''b'", ['a1', 'a2']],
  ["attributes.run_id IN ('a2', 'a3')", ['a2']],
  ["run_id NOT IN ('a2')", ['a1']],
  ["attributes.status = 'FINISHED' AND start_time > 161", ['a2']],
  ["run_name = 'name a1'", ['a1']],
  ["datasets.name = 'iris' and dataset.context = 'train'", ['a1', 'a2']],
  ['params.other IS NULL', ['a1', 'a2']],
  ['params.lr IS NOT NULL', ['a1', 'a2']],
  ['metrics.none > 0', []],
]

describe('a filter of search_runs', () => {
  it.each(filters)('%s', (filter, found) => {
    const runs = [run('a1', 0.25), run('a2', 0.75)]
    const conditions = parseFilter(filter)
    expect(runs.filter((one) => matches(lookAtRun(one), conditions)).map(({ info }) => info.runId)).toEqual(
      found,
    )
  })

  it.each(['metrics.', 'metrics.loss <', 'loss 1', "params.a = 'x' or params.b = 'y'", 'a = ;', 'x IN 1'])(
    '%s is refused as MLflow refuses it',
    (filter) => {
      expect(() => parseFilter(filter)).toThrow(Fault)
    },
  )
})

it('runs are sorted by several orders, those without a value last either way', () => {
  const runs = [run('a1', 1), run('a2', NaN), run('a3', 2), run('a4', 1)]
  const sorted = (...orders: string[]): string[] =>
    sortedBy(runs, parseOrder(orders), lookAtRun).map(({ info }) => info.runId)
  expect(sorted('metrics.`val/loss` ASC', 'start_time DESC')).toEqual(['a4', 'a1', 'a3', 'a2'])
  expect(sorted('metrics.`val/loss` DESC')).toEqual(['a3', 'a1', 'a4', 'a2'])
})
