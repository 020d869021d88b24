import type { RunRow, RowMetric } from '@provloom/reader'
import { count, digits, measured, several } from './format.ts'
import { best, extremeWord, isLessBetter, mainMetrics } from './metric.ts'

type Value = RunRow['params'][string]

/** What the shown runs have alike, said once, and what makes them differ: the table's columns. */
export interface Told {
  readonly title: string
  readonly best: RunRow | undefined
  /** Parameters in which they differ, those of most values first. */
  readonly differing: readonly string[]
  readonly equal: readonly string[]
  /** Ids of the metrics that have a column: the main ones. */
  readonly metrics: readonly string[]
  /** Of all metrics that rows have, by their ids. */
  readonly keys: ReadonlyMap<string, string>
  /** By which they are compared. */
  readonly good: string | undefined
}

export function tellRuns(rows: readonly RunRow[], sort: string | undefined): Told {
  const names = [...new Set(rows.flatMap(({ params }) => Object.keys(params)))]
  // Who has none of it differs from who has an empty one.
  const valuesOf = (name: string): Set<string | undefined> =>
    new Set(rows.map(({ params }) => (params[name] === undefined ? undefined : paramText(params[name]))))
  const differing = names.filter((name) => valuesOf(name).size > 1)
  differing.sort((a, b) => valuesOf(b).size - valuesOf(a).size)
  const metrics = metricsOf(rows)
  const good = goodOf(rows, metrics, sort)
  const bestRow = good === undefined ? undefined : bestOf(rows, good)
  return {
    title: titleOf(rows, bestRow, good, differing),
    best: bestRow,
    differing,
    equal:
      rows.length < 2
        ? []
        : alike(
            rows,
            names.filter((name) => !differing.includes(name)),
          ),
    metrics,
    keys: new Map(
      rows.flatMap((row) => Object.entries(row.metrics).map(([id, { key }]): [string, string] => [id, key])),
    ),
    good,
  }
}

function metricsOf(rows: readonly RunRow[]): string[] {
  const seen = new Map<string, RowMetric & { ranks: number }>()
  for (const { metrics } of rows) {
    for (const [id, metric] of Object.entries(metrics))
      seen.set(id, { ...metric, ranks: (seen.get(id)?.ranks ?? 0) + 1 })
  }
  const main = mainMetrics([...seen.values()])
  const ids = main.map((one) => [...seen].find(([, metric]) => metric === one)![0])
  // What is to become large first: that is what people look for.
  return ids.sort((a, b) => Number(isLessBetter(seen.get(a)!.key)) - Number(isLessBetter(seen.get(b)!.key)))
}

function goodOf(
  rows: readonly RunRow[],
  main: readonly string[],
  sort: string | undefined,
): string | undefined {
  const wanted = sort?.replace(/^-/, '')
  const all = [...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))]
  const sorted = all.find((id) => rows.some(({ metrics }) => isCalled(id, metrics[id], wanted)))
  return sorted ?? main[0]
}

function isCalled(id: string, metric: RowMetric | undefined, name: string | undefined): boolean {
  if (metric === undefined || name === undefined) return false
  return id === name || metric.key === name || `${metric.context}.${metric.key}` === name
}

export function bestOf(rows: readonly RunRow[], id: string): RunRow | undefined {
  const rated = rows.flatMap((row) => {
    const metric = row.metrics[id]
    const value = metric === undefined ? undefined : best(metric)
    // What nobody sees is no difference.
    return value === undefined
      ? []
      : [{ row, value: Number(value.toPrecision(4)), less: isLessBetter(metric!.key) }]
  })
  // Of equal ones one that ended well.
  rated.sort(
    (a, b) =>
      (a.less ? a.value - b.value : b.value - a.value) ||
      Number(b.row.status === 'completed') - Number(a.row.status === 'completed'),
  )
  return rated[0]?.row
}

function titleOf(
  rows: readonly RunRow[],
  row: RunRow | undefined,
  good: string | undefined,
  differing: readonly string[],
): string {
  if (rows.length === 0) return 'No runs'
  if (row === undefined || good === undefined || rows.length === 1) return several(rows.length, 'run')
  const metric = row.metrics[good]!
  const rated = rows.filter(({ metrics }) => metrics[good] !== undefined && best(metrics[good]) !== undefined)
  const isOne = new Set(rows.map(({ experiment }) => experiment)).size === 1
  // Nothing is the best of runs of other things, of itself alone, or where nobody knows which way is good.
  if (!isOne || rated.length < 2 || extremeWord(metric.key) === 'highest') return several(rows.length, 'run')
  const param = differing.find((name) => row.params[name] !== undefined)
  const at = param === undefined ? '' : ` at ${param} ${paramText(row.params[param])}`
  return `${row.run} is the best of ${count(rated.length)}: ${metric.key} ${precise(best(metric), metric)}${at}`
}

/** Of runs that are compared a digit more than elsewhere. */
export function precise(value: number | undefined, metric: Pick<RowMetric, 'key' | 'unit'>): string {
  const text = measured(value, metric.key, metric.unit)
  return text.endsWith(' %') && value !== undefined && value <= 1 ? `${(value * 100).toFixed(2)} %` : text
}

function alike(rows: readonly RunRow[], params: readonly string[]): string[] {
  const [first] = rows
  if (first === undefined) return []
  const world = new Set(rows.map(({ worldSize }) => worldSize))
  const commit = new Set(rows.map(({ source }) => source?.commit))
  return [
    ...params.slice(0, 8).map((name) => `${name} ${paramText(first.params[name])}`),
    ...(params.length > 8 ? [`${params.length - 8} further parameters`] : []),
    ...(world.size === 1 && first.worldSize !== null ? [several(first.worldSize, 'rank')] : []),
    ...(commit.size === 1 && first.source?.commit !== undefined
      ? [`commit ${digits(first.source.commit)}`]
      : []),
  ]
}

/** Where it stands beside others: a text of a thousand lines is read in the record. */
export function paramBrief(value: Value | undefined): string {
  const text = paramText(value)
  return text.length <= 200 ? text : `${text.slice(0, 180)}… (${count(text.length)} characters)`
}

/** As it was given: what was set differs in any digit. */
export function paramText(value: Value | undefined): string {
  return value === undefined ? '' : String(value)
}

/** `6 completed`, `1 failed` by their status, most first. */
export function statusesOf(rows: readonly RunRow[]): { readonly status: string; readonly count: number }[] {
  const counts = new Map<string, number>()
  for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => ({ status, count })).sort((a, b) => b.count - a.count)
}
