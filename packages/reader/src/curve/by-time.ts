import { CurveMaker, merged } from '@provloom/rundir/curve'
import type { Buckets } from '@provloom/rundir/curve'
import type { SeriesBuckets, Steps, Which } from '@provloom/rundir'
import type { RunMetric } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { isOfMachines, isRowsOf } from '../measured.ts'

export interface TimeAsk {
  readonly metric: RunMetric
  readonly by: 'step' | 'time'
  /** Inclusive; times in microseconds since the Unix epoch. */
  readonly from: number
  readonly to: number
  /** Of one rank, at most. */
  readonly buckets: number
}

/** A metric of a run in buckets of an axis, by rank: of different widths. */
export interface ByTime {
  readonly ranks: ReadonlyMap<number, Buckets>
  /** False where buckets by step were laid on the axis of time, of more points than are read for one answer. */
  readonly exact: boolean
}

/** Points that are read for one answer. */
const pointsReadMax = 2_000_000

/**
 * Buckets of a metric by time, or of what is measured of machines. They are made of its points where these are not too many; else of buckets by step, each of
 * which stands where it begins: then buckets are no narrower than those last.
 *
 * @param only ranks; all unless told
 */
export async function bucketsByTime(
  run: KnownRun,
  ask: TimeAsk,
  only: readonly number[] | undefined,
): Promise<ByTime> {
  const isMeant = (rank: number): boolean => only === undefined || only.includes(rank)
  // What is measured of machines is little, and has no buckets of the metric as a whole.
  if (ask.metric.points <= pointsReadMax || isOfMachines(ask.metric))
    return fromPoints(run, ask, isMeant, undefined)
  const metric = nameOf(ask.metric)
  const rank = only?.length === 1 ? { rank: only[0]! } : {}
  const { from, to, buckets: bucketsMax } = ask
  const whole = await run.curves({ metric, ...rank })
  const { steps, points } = within(whole.curves, isMeant, ask)
  if (steps === undefined) return { ranks: new Map(), exact: true }
  if (points <= pointsReadMax) return fromPoints(run, ask, isMeant, steps)
  const isAll = from === -Infinity && to === Infinity && bucketsMax >= 2
  const { curves } = isAll ? whole : await run.curves({ metric, ...rank, steps, bucketsMax })
  return { ranks: laidOut(curves, isMeant, ask), exact: false }
}

/** In which steps points of some times are, and how many points those steps have at most. */
function within(
  curves: readonly SeriesBuckets[],
  isMeant: (rank: number) => boolean,
  { from, to }: TimeAsk,
): { readonly steps: Steps | undefined; readonly points: number } {
  let [first, last, points] = [Infinity, -Infinity, 0]
  for (const { rank, buckets } of curves) {
    if (!isMeant(rank)) continue
    for (let at = 0; at < buckets.count; at++) {
      if (buckets.lastTime[at]! < from || buckets.firstTime[at]! > to) continue
      first = Math.min(first, buckets.firstStep[at]!)
      last = Math.max(last, buckets.lastStep[at]!)
      points += buckets.points[at]!
    }
  }
  return { steps: points === 0 ? undefined : { from: first, to: last + 1 }, points }
}

async function fromPoints(
  run: KnownRun,
  { metric, by, from, to, buckets }: TimeAsk,
  isMeant: (rank: number) => boolean,
  steps: Steps | undefined,
): Promise<ByTime> {
  const makers = new Map<number, CurveMaker>()
  for await (const { rank, count, step, time, value, ...rows } of run.points(whichOf(metric), steps)) {
    if (!isMeant(rank) || !isRowsOf(metric, rows)) continue
    const axis = by === 'step' ? step : time
    const maker = makers.get(rank) ?? begun(buckets)
    for (let i = 0; i < count; i++) {
      const x = axis[i]!
      if (x < from || x > to) continue
      makers.set(rank, maker)
      maker.point(x, time[i]!, value[i]!)
    }
  }
  return { ranks: finished(makers), exact: true }
}

/** A bucket by step as one by time that lies where its first point does. */
function laidOut(
  curves: readonly SeriesBuckets[],
  isMeant: (rank: number) => boolean,
  { from, to, buckets: bucketsMax }: TimeAsk,
): ReadonlyMap<number, Buckets> {
  const pieces = curves.flatMap(({ rank, buckets }) => (isMeant(rank) ? [{ rank, buckets }] : []))
  let longest = 1
  for (const { buckets } of pieces)
    for (let at = 0; at < buckets.count; at++)
      longest = Math.max(longest, buckets.lastTime[at]! - buckets.firstTime[at]! + 1)
  const exponent = Math.ceil(Math.log2(longest))
  const makers = new Map<number, CurveMaker>()
  for (const { rank, buckets } of pieces) {
    const maker = makers.get(rank) ?? begun(bucketsMax)
    makers.set(rank, maker)
    maker.buckets(merged([onTime(buckets, from, to)], { exponent }))
  }
  return finished(makers)
}

function onTime(buckets: Buckets, from: number, to: number): Buckets {
  const meant = Array.from(buckets.firstTime.keys()).filter(
    (at) => buckets.lastTime[at]! >= from && buckets.firstTime[at]! <= to,
  )
  const column = (of: Float64Array): Float64Array => Float64Array.from(meant, (at) => of[at]!)
  const [firstTime, lastTime, min, max] = [
    column(buckets.firstTime),
    column(buckets.lastTime),
    column(buckets.min),
    column(buckets.max),
  ]
  const whenKnown = (value: number, i: number): number => (Number.isNaN(value) ? NaN : firstTime[i]!)
  return {
    count: meant.length,
    exponent: 0,
    firstStep: firstTime,
    lastStep: lastTime,
    firstTime,
    lastTime,
    points: column(buckets.points),
    nans: column(buckets.nans),
    infinities: column(buckets.infinities),
    min,
    minStep: min.map(whenKnown),
    max,
    maxStep: max.map(whenKnown),
    sum: column(buckets.sum),
    last: column(buckets.last),
  }
}

function begun(perSeriesMax: number): CurveMaker {
  const maker = new CurveMaker({ perSeriesMax })
  maker.begin()
  return maker
}

function finished(makers: ReadonlyMap<number, CurveMaker>): ReadonlyMap<number, Buckets> {
  return new Map([...makers].sort(([a], [b]) => a - b).map(([rank, maker]) => [rank, maker.finish()[0]!]))
}

/** Of machines' rows any source may be meant. */
function whichOf(metric: RunMetric): Which {
  const { key, context, source } = nameOf(metric)
  return isOfMachines(metric) ? { key, context } : { key, context, source }
}

function nameOf({ key, context, source }: RunMetric): {
  readonly key: string
  readonly context: string | null
  readonly source: string | null
} {
  return { key, context: context ?? null, source: source ?? null }
}
