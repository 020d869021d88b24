import type { CurveAnswer, CurveChange, CurveColumns, RankCurve, RunMetric } from '@provloom/reader'
import { whole } from './odd.ts'

/** A ribbon with the buckets of a change in the place of those from its first on. */
export function mergedCurve(known: CurveAnswer, change: CurveChange): CurveAnswer {
  const facts = { width: change.width, exact: change.exact, last: change.last }
  // Buckets of another width are told from the first one on.
  if (known.kind === 'ribbon') {
    if (change.columns === undefined) return { ...known, ...facts }
    const kept = change.width === known.width ? keptBefore(known.columns.x, change.fromX) : 0
    const told = restored(change.columns, change.odd)
    const before = restored(known.columns, known.odd)
    return { ...known, ...facts, columns: joined(before, told, kept), odd: {} }
  }
  if (change.curves === undefined) return { ...known, ...facts }
  const told = new Map(change.curves.map((one) => [one.rank, one]))
  const ranks = new Set([...known.curves.map(({ rank }) => rank), ...told.keys()])
  const before = new Map(known.curves.map((one) => [one.rank, one]))
  const same = change.width === known.width
  const curves = [...ranks].map((rank) =>
    rankMerged(same ? before.get(rank) : undefined, told.get(rank), change.fromX),
  )
  return { ...known, ...facts, curves: curves.filter((one) => one !== undefined) }
}

/** A head that is told again has its first metrics: others stay as they were. */
export function mergedMetrics(known: readonly RunMetric[], told: readonly RunMetric[]): RunMetric[] {
  const ids = new Set(told.map(({ id }) => id))
  return [...told, ...known.filter(({ id }) => !ids.has(id))]
}

function keptBefore(x: readonly number[], fromX: number): number {
  const at = x.findIndex((one) => one >= fromX)
  return at < 0 ? x.length : at
}

function restored(columns: CurveColumns, odd: CurveAnswerOdd): CurveColumns {
  const names = Object.keys(columns) as (keyof CurveColumns)[]
  return Object.fromEntries(
    names.map((name) => [name, whole(name, columns[name], odd)]),
  ) as unknown as CurveColumns
}

type CurveAnswerOdd = Parameters<typeof whole>[2]

function joined(before: CurveColumns, told: CurveColumns, kept: number): CurveColumns {
  const names = Object.keys(told) as (keyof CurveColumns)[]
  return Object.fromEntries(
    names.map((name) => [name, [...before[name].slice(0, kept), ...told[name]]]),
  ) as unknown as CurveColumns
}

const rankColumns = ['x', 'min', 'max', 'mean', 'last', 'count', 'nan', 'infinite'] as const

function rankMerged(
  known: RankCurve | undefined,
  told: RankCurve | undefined,
  fromX: number,
): RankCurve | undefined {
  if (told === undefined) return known
  const kept = known === undefined ? 0 : keptBefore(known.x, fromX)
  const columns = Object.fromEntries(
    rankColumns.map((name) => [
      name,
      [
        ...(known === undefined ? [] : whole(name, known[name], known.odd).slice(0, kept)),
        ...whole(name, told[name], told.odd),
      ],
    ]),
  )
  return { ...told, ...columns, odd: {} }
}
