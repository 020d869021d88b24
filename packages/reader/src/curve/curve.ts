import { bucketOf, meanOf, merged, ribbonOf } from '@provloom/rundir/curve'
import type { Buckets, Ribbon } from '@provloom/rundir/curve'
import { ProvloomError, limits } from '@provloom/shared'
import type { CurveAnswer, CurveColumns, CurveQuery, RankCurve } from '../answer/curve.ts'
import type { OddColumns } from '../answer/numbers.ts'
import type { RunMetric } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { jsonColumns } from './columns.ts'
import { loadBuckets } from './load.ts'
import { commonExponent } from './width.ts'

export const bucketsDefault = 512

/** @throws {ProvloomError} `BAD_QUERY`, `FILE_UNREADABLE` */
export async function answerCurve(
  run: KnownRun,
  metric: RunMetric,
  query: CurveQuery,
  cursor: string,
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
  const only = typeof asked === 'string' ? undefined : new Set(asked)
  const loaded = await loadBuckets(run, {
    metric,
    by,
    from,
    to,
    bucketsMax: buckets,
    ...(only === undefined ? {} : { ranks: only }),
  })
  const shown = asked === 'ribbon' ? loaded.ranks : new Map([...loaded.ranks].slice(0, limits.curvesShownMax))
  const exponent = commonExponent(shown.values(), buckets)
  const facts = {
    metric: metric.id,
    ...(metric.unit === undefined ? {} : { unit: metric.unit }),
    by,
    cursor,
    width: 2 ** exponent,
    exact: loaded.exact,
    first: Number.isFinite(loaded.first) ? loaded.first : 0,
    last: Number.isFinite(loaded.last) ? loaded.last : 0,
    rankCount: loaded.rankCount,
  }
  if (asked === 'ribbon') {
    const pieces = [...shown].map(([rank, one]) => ({ rank, buckets: one }))
    return { kind: 'ribbon', ...facts, ...ribbonColumns(ribbonOf(pieces, exponent)) }
  }
  const curves = [...shown].map(([rank, one]) => rankCurve(rank, merged([one], { exponent })))
  return { kind: 'ranks', ...facts, curves, more: loaded.ranks.size - shown.size }
}

function ribbonColumns(ribbon: Ribbon): { readonly columns: CurveColumns; readonly odd: OddColumns } {
  const { min, minRank, minStep, median, max, maxRank, maxStep, points, nans, ranks } = ribbon
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
    ranks,
  })
}

function rankCurve(rank: number, buckets: Buckets): RankCurve {
  const { min, max, last, points, nans } = buckets
  const mean = Float64Array.from(points, (_, i) => meanOf(buckets, i))
  const { columns, odd } = jsonColumns({
    x: beginsOf(buckets),
    min,
    max,
    mean,
    last,
    count: points,
    nan: nans,
  })
  return { rank, ...columns, odd }
}

function beginsOf({ firstStep, exponent }: Pick<Buckets, 'firstStep' | 'exponent'>): Float64Array {
  return firstStep.map((step) => bucketOf(step, exponent) * 2 ** exponent)
}
