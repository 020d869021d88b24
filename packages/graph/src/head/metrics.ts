import { isOfPace } from '@provloom/rundir/entry'
import { isLogged } from '@provloom/shared'
import type { HeadMetric } from '@provloom/rundir/entry'
import type { SeriesIndex } from '../series-index.ts'
import { statisticsOf } from '../statistics.ts'
import type { Statistics } from '../statistics.ts'
import type { MetricState, RunState, SeriesState } from '../state.ts'
import type { Tallies } from '../tally.ts'
import { isMainMetric } from './main.ts'
import { headNumber } from './shown.ts'

/** What heads are made from. */
export interface HeadSources {
  readonly state: RunState
  readonly tallies: Tallies
  readonly index: SeriesIndex
}

/**
 * Keys of metrics, of one kind in the order in which they came: those that people look at first, those that tell the pace,
 * the scripts' own of them before the timers', the others that scripts log, and what agents measure.
 */
export function metricsInOrder({ metrics }: RunState): string[] {
  const lists: [string[], string[], string[], string[], string[]] = [[], [], [], [], []]
  for (const [key, one] of metrics) lists[kindOf(one)].push(key)
  return lists.flat()
}

function kindOf({ key, source, measures }: MetricState): 0 | 1 | 2 | 3 | 4 {
  if (measures !== undefined) return 4
  const isTimers = !isLogged({ source })
  if (isOfPace({ key, ...(isTimers && source !== undefined ? { source } : {}) })) return isTimers ? 2 : 1
  if (isTimers) return 4
  return isMainMetric(key) ? 0 : 3
}

/** Series between two yields: less than a millisecond. */
const seriesPerStep = 512

/** @returns undefined when it has no point */
export function* headMetric(
  { state, tallies, index }: HeadSources,
  key: string,
): Generator<void, HeadMetric | undefined> {
  const metric = state.metrics.get(key)
  if (metric === undefined) return undefined
  const all: Statistics[] = []
  /** Of each rank the first point of its first attempt, and the last of its last. */
  const firsts = new Map<number | string, OfAttempt>()
  const lasts = new Map<number | string, OfAttempt>()
  for (const [i, seriesKey] of index.ofMetric(key).entries()) {
    if ((i + 1) % seriesPerStep === 0) yield
    const series = state.series.get(seriesKey)
    const statistics = series === undefined ? undefined : statisticsOf(tallies, slotsOf(series))
    if (series === undefined || statistics === undefined) continue
    all.push(statistics)
    // What is measured of a machine counts as one.
    const found = state.ranks.get(series.ownerKey)
    const [whose, attempt] = [found?.rank ?? series.ownerKey, found?.attempt ?? 0]
    const first = firsts.get(whose)
    if (first === undefined || attempt < first.attempt)
      firsts.set(whose, { attempt, value: statistics.first })
    const last = lasts.get(whose)
    if (last === undefined || attempt >= last.attempt) lasts.set(whose, { attempt, value: statistics.last })
  }
  if (all.length === 0) return undefined
  return {
    ...namesOf(metric),
    ranks: lasts.size,
    points: all.reduce((sum, { rows }) => sum + rows, 0),
    first: headNumber(lowerMedian([...firsts.values()].map(({ value }) => value))),
    last: headNumber(lowerMedian([...lasts.values()].map(({ value }) => value))),
    ...extremes(all),
    firstStep: least(all.map(({ firstStep }) => firstStep)),
    lastStep: -least(all.map(({ lastStep }) => -lastStep)),
    seconds: secondsOf(all),
    ...sparkOf(metric, tallies),
  }
}

interface OfAttempt {
  readonly attempt: number
  readonly value: number
}

function namesOf({
  key,
  context,
  source,
  unit,
  measures,
}: MetricState): Pick<HeadMetric, 'key' | 'context' | 'source' | 'unit' | 'measured'> {
  return {
    key,
    ...(context === undefined ? {} : { context }),
    // As rows of the Parquet files have it; a machine's rows name the machine too.
    ...(measures === 'rank' ? { source: 'worker' } : source === undefined ? {} : { source }),
    ...(unit === undefined ? {} : { unit }),
    ...(isLogged({ source, measures }) ? {} : { measured: true as const }),
  }
}

function slotsOf({ slots }: SeriesState): number[] {
  return slots.map(({ slot }) => slot)
}

/** NaN is above all numbers: where less than half of the ranks have it, it is not the median. */
export function lowerMedian(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.floor((sorted.length - 1) / 2)]!
}

/** The first of equal ones, in the order of series. */
function extremes(all: readonly Statistics[]): Pick<HeadMetric, 'min' | 'minStep' | 'max' | 'maxStep'> {
  let [low, high]: (Statistics | undefined)[] = []
  for (const one of all) {
    if (one.min === undefined || one.max === undefined) continue
    if (low?.min === undefined || one.min < low.min) low = one
    if (high?.max === undefined || one.max > high.max) high = one
  }
  if (low?.min === undefined || high?.max === undefined) return {}
  return { min: low.min, minStep: low.minStep, max: high.max, maxStep: high.maxStep }
}

function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Infinity)
}

function secondsOf(all: readonly Statistics[]): number {
  const firstUs = least(all.map(({ firstTime }) => firstTime))
  const lastUs = -least(all.map(({ lastTime }) => -lastTime))
  return short((lastUs - firstUs) / 1e6)
}

function sparkOf({ spark }: MetricState, tallies: Tallies): Pick<HeadMetric, 'spark'> {
  const values = spark === undefined ? [] : tallies.sparks.values(spark).filter(Number.isFinite)
  return values.length === 0 ? {} : { spark: values.map(short) }
}

/** Six digits are more than any picture shows. */
function short(value: number): number {
  return Number(value.toPrecision(6))
}
