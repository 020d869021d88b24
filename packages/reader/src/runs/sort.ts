import type { KnownRun } from '../folder/folder.ts'
import { bestOf, numberOf } from './best.ts'
import { metricNamed, paramNamed } from './query.ts'

type Value = number | string | undefined

/** In the order that a key says, `-` before it the largest first; what has none of it is behind, the newest first. */
export function sorted(runs: readonly KnownRun[], sort: string | undefined): readonly KnownRun[] {
  if (sort === undefined || sort === '-started') return runs
  const down = sort.startsWith('-')
  const key = down ? sort.slice(1) : sort
  const keyed = runs.map((run) => ({ run, value: valueOf(run, key) }))
  // Runs come with the newest first, and the sort is stable.
  return keyed.sort((a, b) => compare(a.value, b.value, down)).map(({ run }) => run)
}

const columns: Readonly<Record<string, (run: KnownRun) => Value>> = {
  run: ({ name }) => name,
  started: ({ file }) => file.startTime,
  took: ({ file }) =>
    file.endTime === null ? undefined : Date.parse(file.endTime) - Date.parse(file.startTime),
  status: ({ file }) => file.status,
  experiment: ({ file }) => file.settings.experimentName,
  ranks: ({ file }) => new Set(file.ledger.ranks.map(({ rank }) => rank)).size,
  events: ({ file }) => Number(file.ledger.total.sent),
  energy: ({ file }) => {
    const measured = (file.head?.energy ?? []).filter(({ kind }) => kind !== 'estimated')
    return measured.length === 0 ? undefined : measured.reduce((sum, { joules }) => sum + joules, 0)
  },
}

/** Whether it is a column of every run. */
export function isColumn(key: string): boolean {
  return Object.hasOwn(columns, key)
}

function valueOf(run: KnownRun, key: string): Value {
  const column = Object.hasOwn(columns, key) ? columns[key] : undefined
  if (column !== undefined) return column(run)
  const { head } = run.file
  if (head === undefined) return undefined
  const param = paramNamed(head.params.shown, key)
  if (param !== undefined) return typeof param.value === 'number' ? param.value : textOf(param.value)
  const metric = metricNamed(head.metrics.shown, key)
  return metric === undefined ? undefined : (bestOf(metric) ?? numberOf(metric.last))
}

function textOf(value: string | boolean | null): Value {
  if (value === null) return undefined
  const number = Number(value)
  return typeof value === 'string' && value !== '' && !Number.isNaN(number) ? number : String(value)
}

function compare(a: Value, b: Value, down: boolean): number {
  const [noA, noB] = [isNone(a), isNone(b)]
  if (noA || noB) return Number(noA) - Number(noB)
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareTexts(String(a), String(b))
  return down ? -order : order
}

function isNone(value: Value): boolean {
  return value === undefined || Number.isNaN(value)
}

function compareTexts(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
