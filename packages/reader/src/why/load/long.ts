import type { Curves, PointsOfSeries, SeriesBuckets, Steps } from '@provloom/rundir'
import { bucketOf, meanOf } from '@provloom/rundir/curve'
import type { MetricName } from '../../metric-id.ts'
import { cellsMax } from './table.ts'
import type { PointSource, Table } from './table.ts'

/** Where buckets are from: `RunReader.curves`, or anything like it. */
export type CurveSource = (ask: {
  readonly metric: { readonly key: string; readonly context: string | null; readonly source: string | null }
}) => Promise<Curves<SeriesBuckets[]>>

export interface Sources {
  readonly points: PointSource
  /** Absent where all points are to be read, however many they are. */
  readonly curves?: CurveSource | undefined
}

/** The last steps, which are read one by one: somewhat more than are looked at. */
const stepsRead = 64

/** A metric with more points than are read: what is known of it now. */
export interface Long {
  readonly metric: MetricName
  readonly exponent: number
  /** The last one of each rank. */
  readonly attempts: ReadonlyMap<number, number>
  /** Of these. */
  readonly buckets: readonly SeriesBuckets[]
  readonly exact: readonly { readonly steps: Steps; readonly points: readonly PointsOfSeries[] }[]
}

/** @returns undefined where its points are few enough to be read */
export async function longOf(
  { points, curves }: Sources,
  metric: MetricName & { readonly points?: number },
): Promise<Long | undefined> {
  if (curves === undefined || (metric.points ?? 0) <= cellsMax) return undefined
  const { exponent, curves: all } = await curves({ metric: whichOf(metric) })
  const buckets = lastAttempts(all)
  const last = buckets.reduce((most, one) => Math.max(most, one.buckets.lastStep.at(-1) ?? most), -Infinity)
  const attempts = new Map(buckets.map(({ rank, attempt }) => [rank, attempt]))
  const long = { metric, exponent, attempts, buckets, exact: [] }
  return last === -Infinity
    ? undefined
    : withExact(points, long, { from: last + 1 - stepsRead, to: last + 1 })
}

/** With some steps one by one. Of a bucket that they begin within the rest stands for what is before them. */
export async function withExact(source: PointSource, long: Long, steps: Steps): Promise<Long> {
  const points: PointsOfSeries[] = []
  for await (const one of source(whichOf(long.metric), steps))
    if (long.attempts.get(one.rank) === one.attempt) points.push(one)
  return { ...long, exact: [...long.exact, { steps, points }] }
}

/** A column a step where they were read one by one, and else one a bucket with each rank's mean. */
export function tableOfLong({ exponent, attempts, buckets, exact }: Long): Table {
  const width = 2 ** exponent
  const isExact = (step: number): boolean => {
    for (const { steps } of exact) if (step >= steps.from && step < steps.to) return true
    return false
  }
  const widths = new Map<number, number>()
  for (const { buckets: own } of buckets)
    for (const step of own.firstStep) {
      const begun = bucketOf(step, exponent) * width
      if (!widths.has(begun) && !isExact(step)) widths.set(begun, width)
    }
  for (const { points, steps } of exact) {
    const begun = bucketOf(steps.from, exponent) * width
    if (widths.has(begun)) widths.set(begun, Math.max(1, steps.from - begun))
    for (const { step } of points) for (const one of step) widths.set(one, 1)
  }
  const steps = Float64Array.from(widths.keys()).sort()
  const at = new Map([...steps].map((step, i) => [step, i]))
  const ranks = [...attempts.keys()].sort((a, b) => a - b)
  const rows = new Map(ranks.map((rank, row) => [rank, row]))
  const value = new Float64Array(ranks.length * steps.length).fill(NaN)
  const time = new Float64Array(ranks.length * steps.length).fill(NaN)
  for (const { rank, buckets: own } of buckets) {
    const begin = rows.get(rank)! * steps.length
    for (let i = 0; i < own.count; i++) {
      const first = own.firstStep[i]!
      if (isExact(first)) continue
      const cell = begin + at.get(bucketOf(first, exponent) * width)!
      value[cell] = meanOf(own, i)
      time[cell] = own.firstTime[i]!
    }
  }
  for (const { points } of exact)
    for (const one of points) {
      const begin = rows.get(one.rank)! * steps.length
      for (let i = 0; i < one.count; i++) {
        const cell = begin + at.get(one.step[i]!)!
        value[cell] = one.value[i]!
        time[cell] = one.time[i]!
      }
    }
  return { ranks, steps, value, time, widths: steps.map((step) => widths.get(step)!) }
}

function lastAttempts(all: readonly SeriesBuckets[]): SeriesBuckets[] {
  const last = new Map<number, SeriesBuckets>()
  for (const one of all) if (one.attempt >= (last.get(one.rank)?.attempt ?? 0)) last.set(one.rank, one)
  return [...last.values()]
}

export function whichOf({ key, context, source }: MetricName): {
  readonly key: string
  readonly context: string | null
  readonly source: string | null
} {
  return { key, context: context ?? null, source: source ?? null }
}
