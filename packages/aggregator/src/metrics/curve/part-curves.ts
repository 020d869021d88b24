import { CurveMaker, bucketsMaxFor, pointsPerBucket } from '@provloom/rundir/curve'
import { isSameMetric, isSameSeries } from '@provloom/rundir/series'
import type { SeriesRow } from '@provloom/rundir/series'
import { halvesOf } from '../rows.ts'
import type { RowColumns } from '../rows.ts'
import { CurveFile } from './curve-file.ts'
import { curveShare } from './share.ts'

/** Smaller parts have no curves: their points are read as quickly. */
export const curveRowsMin = 16_384

/** Rows of one series of a part, sorted. */
interface SeriesRows {
  readonly series: SeriesRow
  readonly from: number
  readonly to: number
}

/** The series of a metric, with their buckets in the same order. */
interface MetricCurves {
  readonly names: readonly SeriesRow[]
  readonly maker: CurveMaker
}

/**
 * The curves of a part: of each metric that has, over its series, enough points for a bucket each, the buckets of all its
 * series, as narrow as their number allows. What they are follows from the part's rows alone. Yields between metrics.
 *
 * @param sorted by `bySeries`
 * @param series the run's series, by number
 * @returns the curve file's bytes; undefined where there would be none, or too many for the part's bytes
 */
export function* encodeCurves(
  sorted: RowColumns,
  series: readonly SeriesRow[],
  part: { readonly bytes: number; readonly sha256: string },
): Generator<void, Uint8Array | undefined> {
  if (sorted.count < curveRowsMin) return undefined
  const curves: MetricCurves[] = []
  for (const metric of metricsOf(sorted, series)) {
    const own = curvesOf(sorted, metric)
    if (own !== undefined) curves.push(own)
    yield
  }
  for (let rows = Infinity; curves.length > 0;) {
    const file = new CurveFile(part.sha256)
    for (const { names, maker } of curves) {
      const { begins, buckets } = maker.flat()
      file.all(names, begins, buckets)
    }
    const bytes = file.finish()
    if (bytes.length * curveShare <= part.bytes) return bytes
    if (file.rows >= rows) return undefined
    rows = file.rows
    yield
    for (const { maker } of curves) maker.widen(maker.flat().buckets.exponent + 1)
  }
  return undefined
}

/** The series of each metric, which lie together. */
function metricsOf(sorted: RowColumns, series: readonly SeriesRow[]): SeriesRows[][] {
  const metrics: SeriesRows[][] = []
  for (let from = 0; from < sorted.count;) {
    const own = series[sorted.series[from]!]!
    let to = from + 1
    // Two streams of a rank may have a series each of the same name.
    while (to < sorted.count && isSameSeries(series[sorted.series[to]!]!, own)) to++
    const before = metrics.at(-1)
    if (before !== undefined && isSameMetric(before[0]!.series, own)) before.push({ series: own, from, to })
    else metrics.push([{ series: own, from, to }])
    from = to
  }
  return metrics
}

function curvesOf(sorted: RowColumns, metric: readonly SeriesRows[]): MetricCurves | undefined {
  const points = metric.reduce((sum, { from, to }) => sum + to - from, 0)
  if (points < metric.length * pointsPerBucket) return undefined
  const [step, time] = [halvesOf(sorted.step), halvesOf(sorted.time)]
  const maker = new CurveMaker({ max: bucketsMaxFor(metric.length, points) })
  for (const { from, to } of metric) {
    maker.begin()
    for (let row = from; row < to; row++)
      maker.point(numberAt(step, row), numberAt(time, row), sorted.value[row]!)
  }
  return { names: metric.map(({ series }) => series), maker }
}

/** A 64-bit integer of two halves; beyond 2^53 the nearest double. */
function numberAt(halves: Int32Array, row: number): number {
  return halves[row * 2 + 1]! * 4_294_967_296 + (halves[row * 2]! >>> 0)
}
