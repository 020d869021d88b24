import path from 'node:path'
import { expect, it } from 'vitest'
import { rowsOfLine } from '../../../../test/browser/support/duckdb.ts'
import { hasJudges, named } from '../../../../test/support/needs.ts'
import { givePoints } from '../../../reader/test/support/points.ts'
import { folder, makeRun } from '../../../reader/test/support/runs.ts'
import { allRowsLine } from '../../page/model/all-rows.ts'

it.skipIf(!hasJudges)(
  named(
    'the line for all rows of a chart has them in DuckDB, whatever things are called',
    hasJudges,
    'no DuckDB',
  ),
  async () => {
    const saveDir = path.join(folder(), `it's "here" $HOME`)
    await makeRun(saveDir, { name: 'digits_0' })
    const directory = path.join(saveDir, 'digits_0')
    const steps = [0, 1, 2, 3]
    const of = (rank: number, more: object): { rank: number; step: number; value: number }[] =>
      steps.map((step) => ({ rank, step, value: rank * 10 + step, ...more }))
    givePoints(directory, [
      ...of(0, { key: "it's" }),
      ...of(1, { key: "it's" }),
      ...of(0, { key: "it's", context: null }),
      ...of(0, { key: 'cpu_usage', context: null, source: 'host-00000000' }),
      ...of(1, { key: 'cpu_usage', context: null, source: 'worker' }),
    ])
    const rows = (line: string): unknown[] => rowsOfLine(line, path.dirname(saveDir))
    const directories = [directory]
    const metric = `training/${encodeURIComponent("it's")}`
    expect(rows(allRowsLine({ directories, metric }))).toHaveLength(8)
    expect(rows(allRowsLine({ directories, metric, ranks: [1], steps: [1, 2] }))).toEqual([
      [1, 0, 1, 11],
      [1, 0, 2, 12],
    ])
    expect(rows(allRowsLine({ directories, metric: "/it's" }))).toHaveLength(4)
    expect(rows(allRowsLine({ directories, metric: '/cpu_usage@host', steps: [3, 9] }))).toEqual([
      [0, 0, 3, 3],
    ])
    expect(rows(allRowsLine({ directories, metric: '/cpu_usage@worker', steps: [3, 9] }))).toEqual([
      [1, 0, 3, 13],
    ])
    expect(
      rows(allRowsLine({ directories: [directory, directory], metric, ranks: [0], steps: [0, 0] })),
    ).toEqual([
      [`${directory}/metrics/part-000000000000.parquet`, 0, 0, 0, 0],
      [`${directory}/metrics/part-000000000000.parquet`, 0, 0, 0, 0],
    ])
  },
)
