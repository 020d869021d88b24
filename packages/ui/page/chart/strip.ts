import type { CurveAnswer, RankCurve, RibbonAnswer } from '@provloom/reader'
import { whole } from '../model/odd.ts'

/** What is drawn of one run or one rank: a line, and the range around it. Columns are as long as `x`. */
export interface Strip {
  readonly label: string
  /** Of the palette; a dash too, so that colour is never all. */
  readonly colour: number
  readonly dashed: boolean
  readonly x: readonly number[]
  readonly mid: readonly (number | null)[]
  readonly min?: readonly (number | null)[]
  readonly max?: readonly (number | null)[]
  readonly minRank?: readonly number[]
  readonly maxRank?: readonly number[]
  /** Points that are no number, and those that are infinite. */
  readonly nan: readonly number[]
  readonly infinite: readonly number[]
  readonly count: readonly number[]
  readonly ranks?: number
  /** Ranks that have points, by place. */
  readonly reached?: readonly number[]
}

/** How the axis is read: steps, time of day, or seconds since the run began. */
export interface Axis {
  readonly by: 'step' | 'time' | 'since'
  /** Microseconds since the epoch. */
  readonly startUs: number
}

interface Look {
  readonly label: string
  readonly colour: number
  readonly dashed?: boolean
}

export function stripsOf(answer: CurveAnswer, look: Look, axis: Axis): Strip[] {
  if (answer.kind === 'ribbon') return [ribbonStrip(answer, look, axis)]
  return answer.curves.map((curve, at) =>
    rankStrip(curve, { ...look, label: `rank ${curve.rank}`, colour: look.colour + at }, axis),
  )
}

function ribbonStrip({ columns, odd, rankCount }: RibbonAnswer, look: Look, axis: Axis): Strip {
  const several = rankCount > 1 || columns.min.some((one, at) => one !== columns.max[at])
  return {
    label: look.label,
    colour: look.colour,
    dashed: look.dashed === true,
    x: columns.x.map((one) => placed(one, axis)),
    mid: finite(whole('median', columns.median, odd)),
    ...(several
      ? {
          min: finite(whole('min', columns.min, odd)),
          max: finite(whole('max', columns.max, odd)),
          minRank: columns.minRank,
          maxRank: columns.maxRank,
        }
      : {}),
    nan: columns.nan,
    infinite: columns.infinite,
    count: columns.count,
    ranks: rankCount,
    reached: columns.ranks,
  }
}

export function rankStrip(curve: RankCurve, look: Look, axis: Axis): Strip {
  const ranged = curve.min.some((one, at) => one !== curve.max[at])
  return {
    label: look.label,
    colour: look.colour,
    dashed: look.dashed === true,
    x: curve.x.map((one) => placed(one, axis)),
    mid: finite(whole('mean', curve.mean, curve.odd)),
    ...(ranged
      ? { min: finite(whole('min', curve.min, curve.odd)), max: finite(whole('max', curve.max, curve.odd)) }
      : {}),
    nan: curve.nan,
    infinite: curve.infinite,
    count: curve.count,
  }
}

function placed(x: number, { by, startUs }: Axis): number {
  if (by === 'step') return x
  return by === 'time' ? x / 1e6 : (x - startUs) / 1e6
}

function finite(values: readonly number[]): (number | null)[] {
  return values.map((one) => (Number.isFinite(one) ? one : null))
}

/** The slowest rank of each stretch as a line of its own, and the median as what it is against. */
export function withSlowest(strip: Strip): Strip[] {
  const { max } = strip
  if (max === undefined) return [strip]
  const median = bare(strip)
  const end = reachedByAll(strip)
  return [
    { ...median, label: 'slowest', mid: max.map((one, at) => (at < end ? one : null)), colour: 1 },
    { ...median, colour: 7 },
  ]
}

/** The line without its range, as far as most have come: of those that are ahead there is no median. */
export function bare(strip: Strip): Strip {
  const { min: _min, max: _max, ...line } = strip
  const end = reachedByAll(strip)
  return { ...line, mid: line.mid.map((one, at) => (at < end ? one : null)) }
}

/** Ranks are not all at the same step: the slowest of the last few stretches may not have come there yet. */
const aheadMax = 8

function reachedByAll({ x, reached = [] }: Strip): number {
  const least = reached.at(-aheadMax - 1) ?? 0
  let end = x.length
  while (end > 0 && end > x.length - aheadMax && (reached[end - 1] ?? 0) < least) end -= 1
  return end
}

/** A running mean over so many buckets on both sides; what it is of stays to be seen as a band. */
export function smoothed(strip: Strip, over: number): Strip {
  if (over <= 0) return strip
  const mid = strip.mid.map((one, at) => {
    if (one === null) return null
    const near = strip.mid.slice(Math.max(0, at - over), at + over + 1).filter((value) => value !== null)
    return near.reduce((sum, value) => sum + value, 0) / near.length
  })
  return { ...strip, mid, min: strip.min ?? strip.mid, max: strip.max ?? strip.mid }
}
