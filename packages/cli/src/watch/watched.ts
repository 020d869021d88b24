import { mainMetrics } from '@provloom/reader'
import type { CurveColumns, Reader, RibbonAnswer, RunAnswer, RunMetric, RanksAnswer } from '@provloom/reader'

/** Stretches of a curve that are asked for: as many as a wide terminal shows. */
const bucketsMax = 128
/** Steps that are asked for one by one, the last ones. */
const lastSteps = 64

/** What is shown of a run that goes on. */
export interface Watched {
  readonly run: RunAnswer
  readonly ranks: RanksAnswer
  /** The main ones. */
  readonly metrics: readonly WatchedMetric[]
}

export interface WatchedMetric {
  readonly name: string
  /** Medians over ranks, in the order of steps. */
  readonly spark: readonly number[]
  /** Of the last step that as many ranks have logged as any: the median over ranks; NaN where none is finite. */
  readonly last: number
  /** Over ranks, of that step; absent of one rank. */
  readonly range?: { readonly min: number; readonly max: number }
}

/** As the files are now: run.json, the parts, and the journal behind them. */
export async function watchedOf(reader: Reader, run: RunAnswer): Promise<Watched> {
  const { directory } = run
  const ranks = await reader.ranks(directory)
  const metrics: WatchedMetric[] = []
  for (const metric of mainMetrics(run.metrics)) metrics.push(await metricOf(reader, directory, metric))
  return { run, ranks, metrics }
}

async function metricOf(reader: Reader, directory: string, metric: RunMetric): Promise<WatchedMetric> {
  const { id, key } = metric
  const whole = await ribbon(reader, directory, { metric: id, buckets: bucketsMax })
  const from = Math.max(whole.first, whole.last - lastSteps + 1)
  const recent =
    whole.width === 1 ? whole : await ribbon(reader, directory, { metric: id, from, to: whole.last })
  const { columns } = recent
  const most = columns.ranks.reduce((known, one) => Math.max(known, one), 0)
  const at = columns.ranks.lastIndexOf(most)
  const [min, max] = [columns.min[at] ?? NaN, columns.max[at] ?? NaN]
  return {
    name: key,
    spark: known(whole.columns, 'median', whole.odd),
    last: known(columns, 'median', recent.odd)[at] ?? NaN,
    ...(most > 1 && Number.isFinite(min) && Number.isFinite(max) ? { range: { min, max } } : {}),
  }
}

interface Ask {
  readonly metric: string
  readonly buckets?: number
  readonly from?: number
  readonly to?: number
}

async function ribbon(reader: Reader, directory: string, ask: Ask): Promise<RibbonAnswer> {
  const answer = await reader.curve(directory, ask)
  if (answer.kind !== 'ribbon') throw new Error('a ribbon was asked for')
  return answer
}

/** Of numbers that JSON has not the column holds 0. */
function known(columns: CurveColumns, name: 'median', odd: RibbonAnswer['odd']): number[] {
  const values = [...columns[name]]
  for (const [which, value] of [
    ['nan', NaN],
    ['positiveInfinity', Infinity],
    ['negativeInfinity', -Infinity],
  ] as const)
    for (const at of odd[name]?.[which] ?? []) values[at] = value
  return values
}
