import { bucketOf } from '@provloom/rundir/curve'
import type { Buckets } from '@provloom/rundir/curve'

export interface Point {
  readonly step: number
  readonly time: number
  readonly value: number
}

/** What a bucket says, in words that share nothing with how it is made. */
export function said(points: readonly Point[]): Record<string, number> {
  const finite = points.filter(({ value }) => Number.isFinite(value))
  const least = finite.toSorted((a, b) => a.value - b.value || a.step - b.step)[0]
  const most = finite.toSorted((a, b) => b.value - a.value || a.step - b.step)[0]
  const lastStep = Math.max(...points.map(({ step }) => step))
  return {
    firstStep: Math.min(...points.map(({ step }) => step)),
    lastStep,
    firstTime: Math.min(...points.map(({ time }) => time)),
    lastTime: Math.max(...points.map(({ time }) => time)),
    points: points.length,
    nans: points.filter(({ value }) => Number.isNaN(value)).length,
    infinities: points.filter(({ value }) => Math.abs(value) === Infinity).length,
    min: least?.value ?? NaN,
    minStep: least?.step ?? NaN,
    max: most?.value ?? NaN,
    maxStep: most?.step ?? NaN,
    sum: finite.reduce((sum, { value }) => sum + value, 0),
    last: points.findLast(({ step }) => step === lastStep)!.value,
  }
}

/** The buckets of some points, of a width. */
export function naiveBuckets(points: readonly Point[], exponent: number): Record<string, number>[] {
  const byBucket = new Map<number, Point[]>()
  for (const point of points) {
    const id = bucketOf(point.step, exponent)
    byBucket.set(id, [...(byBucket.get(id) ?? []), point])
  }
  return [...byBucket].sort(([a], [b]) => a - b).map(([, own]) => said(own))
}

/** Columns as rows. */
export function rowsOf({ count, exponent: _exponent, ...columns }: Buckets): Record<string, number>[] {
  return Array.from({ length: count }, (_, at) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[at]!])),
  )
}

export function columnsOf(points: readonly Point[]): {
  count: number
  step: number[]
  time: number[]
  value: number[]
} {
  return {
    count: points.length,
    step: points.map(({ step }) => step),
    time: points.map(({ time }) => time),
    value: points.map(({ value }) => value),
  }
}
