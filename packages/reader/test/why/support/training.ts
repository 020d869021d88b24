import type { Random } from '../../../../../test/support/random.ts'

export const beginUs = 1_767_600_000_000_000

/** How a training job goes: ranks in lockstep, each step as long as the slowest rank takes, and what is odd about each. */
export interface Plan {
  readonly ranks: number
  readonly perHost: number
  /** Ranks of a host that share a device; 1: each has its own. */
  readonly perDevice: number
  readonly steps: number
  /** What a step takes to compute, and to average over all ranks. */
  readonly computeSeconds: number
  readonly reduceSeconds: number
  /** What all wait for their data, as a share of the computing. */
  readonly dataShare: number
  /** What ranks log: a step timer's points, a metric of their own before they wait for each other, or only after it. */
  readonly logs: 'timer' | 'named' | 'before' | 'after'
  /** Noise of a step, and what ranks differ in lastingly: deviations of the logarithm. */
  readonly noise: number
  readonly bias: number
  /** Hosts' clocks, microseconds; and how well that is known. */
  readonly offsetsUs: readonly number[]
  readonly uncertaintyUs: number
  /** Computing takes so many times as long, by rank and step. */
  readonly slower?: (rank: number, step: number) => number
  /** Data comes so much later, seconds. */
  readonly later?: (rank: number, step: number) => number
  readonly isNan?: (rank: number, step: number) => boolean
  /** Nobody waits for another. */
  readonly alone?: boolean
  /** Of a rank that does not go on as long as the others. */
  readonly stepsOf?: (rank: number) => number
  /** The step in which a rank stops, before or after it logs the step's loss; Infinity where it does not. */
  readonly stops?: { readonly rank: number; readonly step: number; readonly logged: boolean } | undefined
}

/** Points of one rank, by key; times by its host's clock. */
export interface RankPoints {
  readonly loss: Column
  readonly own: Column
  readonly wait: Column
  /** Of the end of its last step, by its host's clock. */
  readonly endUs: number
}

export interface Column {
  readonly step: number[]
  readonly timeUs: number[]
  readonly value: number[]
}

/** Runs it. All chance is the random numbers'. */
export function train(plan: Plan, random: Random): RankPoints[] {
  const { ranks, steps, stops } = plan
  const points = Array.from({ length: ranks }, emptyPoints)
  const bias = Array.from({ length: ranks }, () => Math.exp(plan.bias * gaussian(random)))
  const hiccups = hiccupsOf(plan, random)
  const ends = new Float64Array(ranks)
  const begins = new Float64Array(ranks)
  for (let step = 0; step < steps; step++) {
    const arrivals = new Float64Array(ranks)
    let last = 0
    const alive = stops === undefined || step < stops.step ? ranks : ranks - 1
    for (let rank = 0; rank < ranks; rank++) {
      const own =
        plan.computeSeconds *
        bias[rank]! *
        Math.exp(plan.noise * gaussian(random)) *
        (step === 0 ? 6 : step < 3 ? 1.6 : 1) *
        hiccups(rank, step) *
        (plan.slower?.(rank, step) ?? 1)
      const wait =
        plan.computeSeconds * plan.dataShare * Math.exp(0.3 * gaussian(random)) +
        (plan.later?.(rank, step) ?? 0)
      if (step >= (plan.stepsOf?.(rank) ?? steps)) continue
      arrivals[rank] = begins[rank]! + own + wait
      record(plan, points[rank]!, { rank, step, own, wait, at: arrivals[rank]! }, random)
      last = Math.max(last, arrivals[rank]!)
    }
    if (alive < ranks && stops !== undefined) {
      stopAt(plan, points, arrivals, ends)
      break
    }
    const now = last + plan.reduceSeconds * (1 + 0.1 * random.unit())
    for (let rank = 0; rank < ranks; rank++) {
      if (step >= (plan.stepsOf?.(rank) ?? steps)) continue
      begins[rank] = plan.alone === true ? arrivals[rank]! : now
      ends[rank] = begins[rank]! + 1e-4 * random.unit()
      if (plan.logs !== 'before') logLoss(plan, points[rank]!, rank, step, ends[rank]!, random)
    }
  }
  return points.map((one, rank) => ({ ...one, endUs: clockOf(plan, rank, ends[rank]!) }))
}

interface OneStep {
  readonly rank: number
  readonly step: number
  readonly own: number
  readonly wait: number
  readonly at: number
}

function record(
  plan: Plan,
  points: RankPoints,
  { rank, step, own, wait, at }: OneStep,
  random: Random,
): void {
  if (plan.logs === 'timer' || plan.logs === 'named') {
    push(points.own, step, clockOf(plan, rank, at), own)
    push(points.wait, step, clockOf(plan, rank, at), wait)
  }
  if (plan.logs === 'before') logLoss(plan, points, rank, step, at, random)
}

function logLoss(
  plan: Plan,
  points: RankPoints,
  rank: number,
  step: number,
  at: number,
  random: Random,
): void {
  const value =
    plan.isNan?.(rank, step) === true ? NaN : 2.3 * Math.exp(-step / 40) * (1 + 0.1 * random.unit())
  push(points.loss, step, clockOf(plan, rank, at + 2e-5 * random.unit()), value)
}

/** In the step in which a rank stops nobody gets beyond it: who has not waited yet logs what it logs before it waits. */
function stopAt(plan: Plan, points: RankPoints[], arrivals: Float64Array, ends: Float64Array): void {
  const { rank: gone, step, logged } = plan.stops!
  for (const [rank, one] of points.entries()) {
    ends[rank] = arrivals[rank]!
    if (rank !== gone || logged) continue
    // It stopped before it came to log.
    ends[rank] = arrivals[rank]! - plan.computeSeconds / 2
    for (const column of [one.loss, one.own, one.wait]) while (column.step.at(-1)! >= step) pop(column)
  }
}

/** What happens to healthy runs too: rank 0 writes checkpoints, others stumble for a few steps. */
function hiccupsOf(plan: Plan, random: Random): (rank: number, step: number) => number {
  const every = 10 + random.below(30)
  const stumbles = Array.from({ length: 1 + random.below(4) }, () => ({
    rank: random.below(plan.ranks),
    from: random.below(plan.steps),
    steps: 1 + random.below(10),
    times: 1.5 + 2 * random.unit(),
  }))
  return (rank, step) => {
    const pause = rank === 0 && step % every === every - 1 ? 4 : 1
    return stumbles.reduce(
      (product, one) =>
        one.rank === rank && step >= one.from && step < one.from + one.steps ? product * one.times : product,
      pause,
    )
  }
}

export function hostOf({ perHost }: Plan, rank: number): number {
  return Math.floor(rank / perHost)
}

function clockOf(plan: Plan, rank: number, seconds: number): number {
  return Math.round(beginUs + seconds * 1e6 + (plan.offsetsUs[hostOf(plan, rank)] ?? 0))
}

function emptyPoints(): RankPoints {
  const column = (): Column => ({ step: [], timeUs: [], value: [] })
  return { loss: column(), own: column(), wait: column(), endUs: 0 }
}

function push(column: Column, step: number, timeUs: number, value: number): void {
  column.step.push(step)
  column.timeUs.push(timeUs)
  column.value.push(value)
}

function pop(column: Column): void {
  column.step.pop()
  column.timeUs.pop()
  column.value.pop()
}

/** Box and Muller. */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit())
}
