import type { CurveAnswer, CurveColumns, RankCurve } from '../answer/curve.ts'
import type { CurveChange } from '../answer/live.ts'
import type { Odd, OddColumns } from '../answer/numbers.ts'

/** Of a curve the buckets from the one on that holds a place of the axis. */
export function changeFrom(answer: CurveAnswer, place: number): CurveChange {
  const { width, exact, last } = answer
  const fromX = Number.isFinite(place) ? Math.floor(place / width) * width : -Infinity
  const facts = {
    fromX: Number.isFinite(fromX) ? fromX : Math.floor(answer.first / width) * width,
    width,
    exact,
    last,
  }
  if (answer.kind === 'ribbon') {
    const at = beginOf(answer.columns.x, fromX)
    return { ...facts, columns: ribbonFrom(answer.columns, at), odd: oddFrom(answer.odd, at) }
  }
  return { ...facts, curves: answer.curves.map((one) => curveFrom(one, beginOf(one.x, fromX))) }
}

function beginOf(x: readonly number[], from: number): number {
  const at = x.findIndex((one) => one >= from)
  return at < 0 ? x.length : at
}

function ribbonFrom(columns: CurveColumns, at: number): CurveColumns {
  const { x, min, minRank, minStep, median, max, maxRank, maxStep, count, nan, infinite, ranks } = columns
  return {
    x: x.slice(at),
    min: min.slice(at),
    minRank: minRank.slice(at),
    minStep: minStep.slice(at),
    median: median.slice(at),
    max: max.slice(at),
    maxRank: maxRank.slice(at),
    maxStep: maxStep.slice(at),
    count: count.slice(at),
    nan: nan.slice(at),
    infinite: infinite.slice(at),
    ranks: ranks.slice(at),
  }
}

function curveFrom(curve: RankCurve, at: number): RankCurve {
  const { rank, x, min, max, mean, last, count, nan, infinite, odd } = curve
  return {
    rank,
    x: x.slice(at),
    min: min.slice(at),
    max: max.slice(at),
    mean: mean.slice(at),
    last: last.slice(at),
    count: count.slice(at),
    nan: nan.slice(at),
    infinite: infinite.slice(at),
    odd: oddFrom(odd, at),
  }
}

function oddFrom(odd: OddColumns, at: number): OddColumns {
  const behind = (indexes: readonly number[] | undefined): number[] =>
    (indexes ?? []).flatMap((one) => (one >= at ? [one - at] : []))
  return Object.fromEntries(
    Object.entries(odd).flatMap(([name, one]) => {
      const [nan, positiveInfinity, negativeInfinity] = [
        one.nan,
        one.positiveInfinity,
        one.negativeInfinity,
      ].map(behind)
      const found: Odd = {
        ...(nan!.length === 0 ? {} : { nan: nan! }),
        ...(positiveInfinity!.length === 0 ? {} : { positiveInfinity: positiveInfinity! }),
        ...(negativeInfinity!.length === 0 ? {} : { negativeInfinity: negativeInfinity! }),
      }
      return Object.keys(found).length === 0 ? [] : [[name, found] as const]
    }),
  )
}
