import type { RunRow } from '@provloom/reader'
import type { Table } from '../chart/table.ts'
import { best } from '../model/metric.ts'
import type { Told } from '../model/runs-words.ts'

export function tookSeconds({ startTime, endTime }: RunRow): number | undefined {
  return endTime === null ? undefined : (Date.parse(endTime) - Date.parse(startTime)) / 1000
}

/** What was counted or sampled; a guess is no figure to compare runs by. */
export function joulesOf({ energy }: RunRow): number | undefined {
  const known = energy.filter(({ kind }) => kind !== 'estimated')
  return known.length === 0 ? undefined : known.reduce((sum, { joules }) => sum + joules, 0)
}

const first = ['run', 'runId', 'experiment', 'status', 'startTime', 'endTime', 'seconds', 'ranks']
const last = ['model', 'modelSha256', 'commit', 'dirty', 'sent', 'stored', 'dropped', 'joules']

/** The table as data: of a metric its best and its last. */
export function rowsOf(rows: readonly RunRow[], told: Told): Table {
  const params = [...new Set(rows.flatMap(({ params }) => Object.keys(params)))]
  const head = [...first, ...params, ...told.metrics.flatMap((id) => [`${id} best`, `${id} last`]), ...last]
  return {
    head,
    rows: rows.map((row) => [
      ...facts(row),
      ...params.map((name) => cell(row.params[name])),
      ...metricCells(row, told),
      ...end(row),
    ]),
  }
}

type Cell = string | number | null

function facts(row: RunRow): Cell[] {
  return [
    row.run,
    row.runId,
    row.experiment,
    row.status,
    row.startTime,
    row.endTime,
    tookSeconds(row) ?? null,
    row.worldSize,
  ]
}

function metricCells({ metrics }: RunRow, told: Told): Cell[] {
  return told.metrics.flatMap((id) => {
    const metric = metrics[id]
    return metric === undefined ? [null, null] : [best(metric) ?? null, metric.last]
  })
}

function end(row: RunRow): Cell[] {
  const { model, source, ledger } = row
  const counts = [ledger.sent, ledger.stored, ledger.dropped].map(Number)
  return [
    model?.name ?? null,
    model?.sha256 ?? null,
    source?.commit ?? null,
    cell(source?.dirty),
    ...counts,
    joulesOf(row) ?? null,
  ]
}

function cell(value: RunRow['params'][string] | undefined): Cell {
  return value === undefined || value === null ? null : typeof value === 'boolean' ? String(value) : value
}
