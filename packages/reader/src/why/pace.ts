import { largeHost, slowRatio, slowTimes, stepsLookedAt, stepsMin } from './limits.ts'
import type { PaceFacts } from './facts.ts'

/** A rank that takes longer than the others, step for step. */
export interface Laggard {
  readonly rank: number
  /** Its row in the facts. */
  readonly row: number
  /** Median over the steps looked at, to the median of the other ranks. */
  readonly ratio: number
  /** It was slow in so many of so many steps. */
  readonly times: number
  readonly of: number
  /** Index of the step since which it is; 0: from the first that is looked at on. */
  readonly since: number
  /** Of what it takes more than others, what it waits for data. */
  readonly dataShare: number
}

/** Columns that are looked at: the last ones. Of a short run the first ones are left out, in which things warm up. */
export function window({ steps }: PaceFacts): { readonly from: number; readonly to: number } {
  const warm = Math.min(5, Math.ceil(steps.length / 10))
  return { from: Math.max(warm, steps.length - stepsLookedAt), to: steps.length }
}

/**
 * Ranks that were slow in most of the last steps, the slowest first.
 *
 * @param hosts machines of ranks, as far as they are known
 */
export function laggards(pace: PaceFacts, hosts: ReadonlyMap<number, string> = new Map()): Laggard[] {
  const { from, to } = window(pace)
  if (to - from < stepsMin || pace.ranks.length < 2) return []
  const medians = mediansOf(pace)
  const byHost = withoutLargeHosts(pace, hosts)
  const found: Laggard[] = []
  for (const [row, rank] of pace.ranks.entries()) {
    const others = byHost.get(hosts.get(rank) ?? '') ?? medians
    const seen = ratiosOf(pace, row, others, from, to).filter((ratio) => !Number.isNaN(ratio))
    const times = seen.filter((ratio) => ratio >= slowRatio).length
    if (seen.length < stepsMin || times < slowTimes * seen.length) continue
    found.push({
      rank,
      row,
      ratio: median(seen),
      times,
      of: seen.length,
      since: begunAt(ratiosOf(pace, row, others)),
      dataShare: dataShareOf(pace, row, from, to),
    })
  }
  return found.sort((a, b) => b.ratio - a.ratio || a.rank - b.rank)
}

/** By step, of all ranks that logged it: two neighbours, of which one is the lower median without a rank. */
interface Medians {
  readonly low: Float64Array
  readonly high: Float64Array
}

/** Of a machine of many of the ranks the medians of all others: where it is slow, half of what its ranks are beside is slow too. */
function withoutLargeHosts(pace: PaceFacts, hosts: ReadonlyMap<number, string>): Map<string, Medians> {
  const { ranks, steps, own } = pace
  const found = new Map<string, Medians>()
  for (const host of new Set(hosts.values())) {
    const rows = [...ranks.keys()].filter((row) => hosts.get(ranks[row]!) !== host)
    if (rows.length === 0 || ranks.length - rows.length < largeHost * ranks.length) continue
    const low = steps.map((_, at) =>
      median(
        Float64Array.from(rows, (row) => own[row * steps.length + at]!).filter((one) => !Number.isNaN(one)),
      ),
    )
    found.set(host, { low, high: low })
  }
  return found
}

function mediansOf({ ranks, steps, own }: PaceFacts): Medians {
  const low = new Float64Array(steps.length).fill(NaN)
  const high = new Float64Array(steps.length).fill(NaN)
  const column = new Float64Array(ranks.length)
  for (let at = 0; at < steps.length; at++) {
    let count = 0
    for (let row = 0; row < ranks.length; row++) {
      const value = own[row * steps.length + at]!
      if (!Number.isNaN(value)) column[count++] = value
    }
    if (count < 2) continue
    const sorted = column.subarray(0, count).sort()
    const middle = Math.floor((count - 2) / 2)
    low[at] = sorted[middle]!
    high[at] = sorted[middle + 1]!
  }
  return { low, high }
}

/** Of one rank's values to the lower median of the others', by step; of all steps unless told. */
function ratiosOf(
  { steps, own }: PaceFacts,
  row: number,
  { low, high }: Medians,
  from = 0,
  to: number = steps.length,
): Float64Array {
  const ratios = new Float64Array(to - from)
  for (let at = from; at < to; at++) {
    const value = own[row * steps.length + at]!
    const others = value > low[at]! ? low[at]! : high[at]!
    ratios[at - from] = others > 0 ? value / others : NaN
  }
  return ratios
}

/** Since when it is slow: where the rest, counted from there, speaks most for it. */
function begunAt(ratios: Float64Array): number {
  let [score, best, since] = [0, 0, 0]
  for (let at = ratios.length - 1; at >= 0; at--) {
    const ratio = ratios[at]!
    if (Number.isNaN(ratio)) continue
    score += ratio >= slowRatio ? 1 : -2
    if (score >= best) [best, since] = [score, at]
  }
  return since
}

function dataShareOf(pace: PaceFacts, row: number, from: number, to: number): number {
  const { ranks, steps, own, data } = pace
  const of = (values: Float64Array, one: number): number =>
    median(
      values.subarray(one * steps.length + from, one * steps.length + to).filter((x) => !Number.isNaN(x)),
    )
  const all = (values: Float64Array): number => median(Float64Array.from(ranks, (_, one) => of(values, one)))
  const more = of(own, row) - all(own)
  return more > 0 ? (of(data, row) - all(data)) / more : 0
}

/** What ranks cost: how much longer the slowest of all takes than the slowest without them, a step and in all. */
export interface Cost {
  readonly perStep: number
  /** Of a step's time; NaN where that is not known. */
  readonly share: number
  readonly stepSeconds: number
  /** Since they are slow. */
  readonly seconds: number
}

/** @param rows whose cost it is @param known rows that are named before, and do not count any more */
export function costOf(
  pace: PaceFacts,
  rows: ReadonlySet<number>,
  known: ReadonlySet<number>,
  since: number,
): Cost {
  const { from, to } = window(pace)
  let [perStep, seconds, steps] = [0, 0, 0]
  const wholes: number[] = []
  for (let at = Math.min(since, from); at < to; at++) {
    const more = excess(pace, at, rows, known)
    if (at >= since) seconds += more * (pace.widths?.[at] ?? 1)
    if (at < from) continue
    perStep += more
    steps++
    const whole = pace.whole[at]!
    if (Number.isFinite(whole)) wholes.push(whole)
  }
  const mean = steps === 0 ? 0 : perStep / steps
  const stepSeconds =
    wholes.length === 0 ? slowest(pace, from, to) : wholes.reduce((a, b) => a + b, 0) / wholes.length
  return { perStep: mean, share: mean / stepSeconds, stepSeconds, seconds }
}

function excess(
  { ranks, steps, own }: PaceFacts,
  at: number,
  rows: ReadonlySet<number>,
  known: ReadonlySet<number>,
): number {
  let [theirs, others] = [-Infinity, -Infinity]
  for (let row = 0; row < ranks.length; row++) {
    const value = own[row * steps.length + at]!
    if (Number.isNaN(value) || known.has(row)) continue
    if (rows.has(row)) theirs = Math.max(theirs, value)
    else others = Math.max(others, value)
  }
  return Number.isFinite(theirs) && Number.isFinite(others) ? Math.max(0, theirs - others) : 0
}

/** Where nobody says how long a step takes: as long as the slowest computes. */
function slowest({ ranks, steps, own }: PaceFacts, from: number, to: number): number {
  let sum = 0
  for (let at = from; at < to; at++) {
    let most = 0
    for (let row = 0; row < ranks.length; row++) {
      const value = own[row * steps.length + at]!
      if (value > most) most = value
    }
    sum += most
  }
  return sum / (to - from)
}

/**
 * Whether the others wait for these ranks: then all take the same time from step to step, whoever computes longer. Where
 * nobody waits each takes as much longer as it computes longer.
 */
export function areWaitedFor(pace: PaceFacts, rows: ReadonlySet<number>): boolean {
  if (pace.inStep === true) return true
  const [theirs, others] = apart(pace, pace.interval, rows)
  // What a metric that somebody names counts in is not known.
  if (pace.kind === 'named') return !(theirs >= (1 + apartMin) * others)
  const [own, rest] = apart(pace, pace.own, rows)
  return !(theirs - others >= (own - rest) / 2)
}

/** So much longer takes a step at least where nobody waits; in lockstep all take the same. */
const apartMin = 0.05

/** The median of their means, and of the others'. */
function apart(pace: PaceFacts, values: Float64Array, rows: ReadonlySet<number>): [number, number] {
  const means = meansOf(pace, values)
  const of = (are: boolean): number =>
    median(means.filter((one, row) => rows.has(row) === are && !Number.isNaN(one)))
  return [of(true), of(false)]
}

/** By rank, of the steps that are looked at; NaN where it has none. */
export function meansOf(pace: PaceFacts, values: Float64Array): Float64Array {
  const { from, to } = window(pace)
  const { length } = pace.steps
  return Float64Array.from(pace.ranks, (_, row) => {
    const seen = values.subarray(row * length + from, row * length + to).filter((one) => !Number.isNaN(one))
    return seen.length === 0 ? NaN : seen.reduce((sum, one) => sum + one, 0) / seen.length
  })
}

/** Of none NaN. */
export function median(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort()
  return sorted.length === 0 ? NaN : sorted[Math.floor((sorted.length - 1) / 2)]!
}
