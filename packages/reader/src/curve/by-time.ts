import { CurveMaker } from '@provloom/rundir/curve'
import type { Buckets } from '@provloom/rundir/curve'
import type { SeriesBuckets, Steps, Which } from '@provloom/rundir'
import type { RunMetric } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { isOfMachines, isRowsOf } from '../measured.ts'
import { exponentFor } from './width.ts'

export interface TimeAsk {
  readonly metric: RunMetric
  readonly by: 'step' | 'time'
  /** Inclusive; times in microseconds since the Unix epoch. */
  readonly from: number
  readonly to: number
  /** Of all ranks together, at most. */
  readonly buckets: number
}

/** A metric of a run in buckets of an axis, by rank. */
export interface ByTime {
  readonly ranks: ReadonlyMap<number, Buckets>
  /** They are 2^exponent wide, all of them. */
  readonly exponent: number
  /** False where buckets by step were laid on the axis of time, of more points than are read for one answer. */
  readonly exact: boolean
}

/** Points that are read for one answer. */
const pointsReadMax = 2_000_000

/**
 * Buckets of a metric by time, or of what is measured of machines. They are made of its points where these are not too many;
 * else of buckets by step, each of which stands where it begins: then buckets are no narrower than those last.
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
  const { steps, points } = await placesOf(run, ask, only)
  if (steps === undefined) return { ranks: new Map(), exponent: 0, exact: true }
  if (points <= pointsReadMax) return fromPoints(run, ask, isMeant, steps)
  const isAll = from === -Infinity && to === Infinity && bucketsMax >= 2
  const { curves } = await run.curves({ metric, ...rank, ...(isAll ? {} : { steps, bucketsMax }) })
  return { ...laidOut(curves, isMeant, ask), exact: false }
}

/** In which steps points of some times are, and how many points those steps have at most. */
async function placesOf(
  run: KnownRun,
  { metric, from, to }: TimeAsk,
  only: readonly number[] | undefined,
): Promise<{ readonly steps: Steps | undefined; readonly points: number }> {
  const name = nameOf(metric)
  const [rank, ...others] = only ?? []
  const one = rank !== undefined && others.length === 0 ? { rank } : {}
  // Of all ranks the ribbon tells it, which is a thousandth of their buckets.
  const all: readonly Extent[] =
    only === undefined
      ? [(await run.ribbon({ metric: name })).curves]
      : (await run.curves({ metric: name, ...one })).curves.flatMap(({ rank: own, buckets }) =>
          only.includes(own) ? [buckets] : [],
        )
  let [first, last, points] = [Infinity, -Infinity, 0]
  for (const buckets of all)
    for (let at = 0; at < buckets.count; at++) {
      if (buckets.lastTime[at]! < from || buckets.firstTime[at]! > to) continue
      first = Math.min(first, buckets.firstStep[at]!)
      last = Math.max(last, buckets.lastStep[at]!)
      points += buckets.points[at]!
    }
  return { steps: points === 0 ? undefined : { from: first, to: last + 1 }, points }
}

type Extent = Pick<Buckets, 'count' | 'firstTime' | 'lastTime' | 'firstStep' | 'lastStep' | 'points'>

async function fromPoints(
  run: KnownRun,
  { metric, by, from, to, buckets }: TimeAsk,
  isMeant: (rank: number) => boolean,
  steps: Steps | undefined,
): Promise<ByTime> {
  const read: Placed[] = []
  for await (const { rank, count, step, time, value, ...rows } of run.points(whichOf(metric), steps)) {
    if (!isMeant(rank) || !isRowsOf(metric, rows)) continue
    const axis = by === 'step' ? step : time
    if (axis.every((x) => x >= from && x <= to)) {
      read.push({ rank, x: axis, time, value })
      continue
    }
    const meant = Array.from({ length: count }, (_, at) => at).filter(
      (at) => axis[at]! >= from && axis[at]! <= to,
    )
    const [x, when, what] = [axis, time, value].map((of) => Float64Array.from(meant, (at) => of[at]!))
    if (meant.length > 0) read.push({ rank, x: x!, time: when!, value: what! })
  }
  const exponent = exponentFor(
    read.map(({ x }) => x),
    buckets,
  )
  const makers = new Map<number, CurveMaker>()
  for (const { rank, x, time, value } of read) {
    const maker = makers.get(rank) ?? begun({ exponent })
    makers.set(rank, maker)
    for (let at = 0; at < x.length; at++) maker.point(x[at]!, time[at]!, value[at]!)
  }
  return { ranks: finished(makers), exponent, exact: true }
}

interface Placed {
  readonly rank: number
  /** Where its points are on the axis. */
  readonly x: Float64Array
  readonly time: Float64Array
  readonly value: Float64Array
}

/** A bucket by step as one by time that lies where its first point does. */
function laidOut(
  curves: readonly SeriesBuckets[],
  isMeant: (rank: number) => boolean,
  { from, to, buckets: bucketsMax }: TimeAsk,
): Pick<ByTime, 'ranks' | 'exponent'> {
  const pieces = curves.flatMap(({ rank, buckets }) => (isMeant(rank) ? [{ rank, buckets }] : []))
  let longest = 1
  for (const { buckets } of pieces)
    for (let at = 0; at < buckets.count; at++)
      longest = Math.max(longest, buckets.lastTime[at]! - buckets.firstTime[at]! + 1)
  const widest = Math.ceil(Math.log2(longest))
  const placed = pieces.map(({ rank, buckets }) => ({ rank, buckets: onTime(buckets, from, to) }))
  const exponent = exponentFor(
    placed.map(({ buckets }) => buckets.firstStep),
    bucketsMax,
    widest,
  )
  const makers = new Map<number, CurveMaker>()
  for (const { rank, buckets } of placed) {
    const maker = makers.get(rank) ?? begun({ exponent })
    makers.set(rank, maker)
    maker.buckets(buckets)
  }
  return { ranks: finished(makers), exponent }
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

function begun({ exponent }: { readonly exponent: number }): CurveMaker {
  const maker = new CurveMaker({ exponent, perSeriesMax: Infinity })
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
