import { bucketOf, meanOf, merged, ribbonOf } from '@provloom/rundir/curve'
import type { Buckets, Ribbon } from '@provloom/rundir/curve'
import type { CurveAsk, Curves, Steps } from '@provloom/rundir'
import { ProvloomError, limits } from '@provloom/shared'
import type { CurveAnswer, CurveColumns, CurveQuery, RankCurve } from '../answer/curve.ts'
import type { OddColumns } from '../answer/numbers.ts'
import type { RunMetric } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { isOfMachines } from '../measured.ts'
import { jsonColumns } from './columns.ts'
import { bucketsByTime } from './by-time.ts'

export const bucketsDefault = 512

/**
 * @param leastWidth of a bucket, a power of two
 * @throws {ProvloomError} `BAD_QUERY`, `FILE_UNREADABLE`
 */
export async function answerCurve(
  run: KnownRun,
  metric: RunMetric,
  query: CurveQuery,
  cursor: string,
  leastWidth = 1,
): Promise<CurveAnswer> {
  const {
    ranks: asked = 'ribbon',
    by = 'step',
    from = -Infinity,
    to = Infinity,
    buckets = bucketsDefault,
  } = query
  if (!Number.isInteger(buckets) || buckets < 1 || from > to)
    throw new ProvloomError('BAD_QUERY', 'The curve has no buckets, or ends before it begins', {
      doing: 'read the question for a curve',
      to: `buckets ${buckets}, from ${from}, to ${to}`,
      hint: 'Ask for buckets=512 and from=0 and to=100, say.',
    })
  const wanted = { by, from, to, buckets, leastWidth }
  if (asked === 'ribbon') {
    const { curves: ribbon, exponent, exact } = await ribbonFor(run, metric, wanted)
    const facts = factsOf(metric, wanted, cursor, ribbon)
    return { kind: 'ribbon', ...facts, width: 2 ** exponent, exact, ...ribbonColumns(ribbon) }
  }
  const only = typeof asked === 'string' ? undefined : asked
  const { curves: byRank, exponent, exact } = await ranksFor(run, metric, wanted, only)
  const shown = [...byRank].slice(0, limits.curvesShownMax)
  const facts = factsOf(
    metric,
    wanted,
    cursor,
    ribbonOf(
      shown.map(([rank, one]) => ({ rank, buckets: one })),
      exponent,
    ),
  )
  const curves = shown.map(([rank, one]) => rankCurve(rank, one))
  return { kind: 'ranks', ...facts, width: 2 ** exponent, exact, curves, more: byRank.size - shown.length }
}

interface WantedCurve {
  readonly by: 'step' | 'time'
  readonly from: number
  readonly to: number
  readonly buckets: number
  readonly leastWidth: number
}

async function ribbonFor(run: KnownRun, metric: RunMetric, wanted: WantedCurve): Promise<Curves<Ribbon>> {
  if (wanted.by === 'step' && !isOfMachines(metric)) return run.ribbon(askFor(metric, wanted))
  const { curves, exponent, exact } = await ranksFor(run, metric, wanted, undefined)
  return {
    exponent,
    exact,
    curves: ribbonOf(
      [...curves].map(([rank, buckets]) => ({ rank, buckets })),
      exponent,
    ),
  }
}

/** Of each rank its attempts together, all of one width. */
async function ranksFor(
  run: KnownRun,
  metric: RunMetric,
  wanted: WantedCurve,
  only: readonly number[] | undefined,
): Promise<Curves<ReadonlyMap<number, Buckets>>> {
  if (wanted.by === 'time' || isOfMachines(metric)) {
    const { ranks, exponent, exact } = await bucketsByTime(run, { metric, ...wanted }, only)
    return { exponent, exact, curves: ranks }
  }
  const [one, ...others] = only ?? []
  const rank = one !== undefined && others.length === 0 ? { rank: one } : {}
  const { curves, exponent, exact } = await run.curves({ ...askFor(metric, wanted), ...rank })
  const byRank = new Map<number, Buckets[]>()
  for (const { rank, buckets } of curves) {
    if (only !== undefined && !only.includes(rank)) continue
    byRank.set(rank, [...(byRank.get(rank) ?? []), buckets])
  }
  const together = [...byRank].map(([rank, all]) => [rank, merged(all, { exponent })] as const)
  return { exponent, exact, curves: new Map(together.sort(([a], [b]) => a - b)) }
}

function askFor(metric: RunMetric, { from, to, buckets, leastWidth }: WantedCurve): CurveAsk {
  const { key, context = null, source = null } = metric
  return {
    metric: { key, context, source },
    ...(from === -Infinity && to === Infinity ? {} : { steps: { from, to: to + 1 } }),
    ...(buckets === bucketsDefault ? {} : { bucketsMax: buckets }),
    ...(leastWidth === 1 ? {} : { exponent: Math.log2(leastWidth) }),
  }
}

/**
 * Of a curve what is new: buckets as wide as those that somebody has, from a place on.
 *
 * @param steps that have other points than before
 * @returns undefined where that is not the end of the same curve: all of it is to be told then
 */
export async function answerEnd(
  run: KnownRun,
  metric: RunMetric,
  query: CurveQuery,
  { steps, width, cursor }: { readonly steps: Steps; readonly width: number; readonly cursor: string },
): Promise<CurveAnswer | undefined> {
  const { ranks = 'ribbon', by = 'step', buckets = bucketsDefault } = query
  if (by !== 'step' || ranks === 'all' || isOfMachines(metric) || metric.firstStep === undefined)
    return undefined
  const first = Math.max(query.from ?? -Infinity, metric.firstStep)
  const last = Math.min(query.to ?? Infinity, Math.max(steps.to - 1, metric.lastStep ?? -Infinity))
  const from = Math.max(first, Math.floor(steps.from / width) * width)
  if (from > last || (last + 1 - first) / buckets > width) return undefined
  const answer = await answerCurve(run, metric, { ...query, from, to: last }, cursor, width)
  return answer.width === width ? answer : undefined
}

function factsOf(
  metric: RunMetric,
  { by, from, to }: WantedCurve,
  cursor: string,
  { firstStep, lastStep, ranks }: Ribbon,
): Omit<CurveAnswer, 'kind' | 'width' | 'exact' | 'columns' | 'odd' | 'curves' | 'more'> {
  // Of a part of it the run's record says how far all of it goes.
  const isWhole = from === -Infinity && to === Infinity
  const known = isWhole || by === 'time' ? {} : { first: metric.firstStep, last: metric.lastStep }
  return {
    metric: metric.id,
    ...(metric.unit === undefined ? {} : { unit: metric.unit }),
    by,
    cursor,
    first: known.first ?? firstStep[0] ?? 0,
    last: Math.max(known.last ?? -Infinity, lastStep.at(-1) ?? known.last ?? 0),
    rankCount: Math.max(
      isWhole ? 0 : metric.ranks,
      ranks.reduce((most, one) => Math.max(most, one), 0),
    ),
  }
}

function ribbonColumns(ribbon: Ribbon): { readonly columns: CurveColumns; readonly odd: OddColumns } {
  const { min, minRank, minStep, median, max, maxRank, maxStep, points, nans, infinities, ranks } = ribbon
  return jsonColumns({
    x: beginsOf(ribbon),
    min,
    minRank,
    minStep,
    median,
    max,
    maxRank,
    maxStep,
    count: points,
    nan: nans,
    infinite: infinities,
    ranks,
  })
}

function rankCurve(rank: number, buckets: Buckets): RankCurve {
  const { min, max, last, points, nans, infinities } = buckets
  const mean = Float64Array.from(points, (_, i) => meanOf(buckets, i))
  const { columns, odd } = jsonColumns({
    x: beginsOf(buckets),
    min,
    max,
    mean,
    last,
    count: points,
    nan: nans,
    infinite: infinities,
  })
  return { rank, ...columns, odd }
}

function beginsOf({ firstStep, exponent }: Pick<Buckets, 'firstStep' | 'exponent'>): Float64Array {
  return firstStep.map((step) => bucketOf(step, exponent) * 2 ** exponent)
}
