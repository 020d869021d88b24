import type { Stop } from './stop.ts'

/** Who logged last before the others did. It is seen, and says nothing of why. */
export interface FellSilent {
  readonly ranks: readonly number[]
  /** They came less far than the others; or all came as far, and its last point was before all others'. */
  readonly by: 'step' | 'time'
  readonly step: number
  /** Where the others came to: the least and the most. */
  readonly othersFrom: number
  readonly othersTo: number
  /** Its last point, by the aggregator's clock, and by how much it was before the next one's. */
  readonly timeUs: number | undefined
  readonly earlierUs: number | undefined
}

/** Points that are nearer to each other are at once. */
const atOnceUs = 1_000

/** @returns undefined where nobody logged, or all fell silent at once */
export function silentFirst(stops: readonly Stop[]): FellSilent | undefined {
  const logged = stops.filter(({ lastStep }) => lastStep !== undefined)
  if (logged.length < 2) return undefined
  const steps = logged.map(({ lastStep }) => lastStep!)
  const step = least(steps)
  const first = logged.filter(({ lastStep }) => lastStep === step)
  const others = steps.filter((one) => one !== step)
  const far = { step, othersFrom: least(others), othersTo: -least(others.map((one) => -one)) }
  if (others.length > 0 && first.length <= others.length)
    return {
      ...far,
      ranks: first.map(({ rank }) => rank).sort((a, b) => a - b),
      by: 'step',
      timeUs: least(first.flatMap((one) => timeOf(one) ?? [])),
      earlierUs: undefined,
    }
  return others.length > 0 ? undefined : byTime(logged, step)
}

function byTime(logged: readonly Stop[], step: number): FellSilent | undefined {
  const timed = logged.flatMap((stop) => {
    const timeUs = timeOf(stop)
    return timeUs === undefined ? [] : [{ stop, timeUs }]
  })
  const [first, next] = timed.sort((a, b) => a.timeUs - b.timeUs)
  if (first === undefined || next === undefined) return undefined
  const earlierUs = next.timeUs - first.timeUs
  if (earlierUs <= Math.max(atOnceUs, errorBetween(first.stop, next.stop))) return undefined
  return {
    ranks: [first.stop.rank],
    by: 'time',
    step,
    othersFrom: step,
    othersTo: step,
    timeUs: first.timeUs,
    earlierUs,
  }
}

function timeOf({ lastUs, clock }: Stop): number | undefined {
  return lastUs === undefined ? undefined : lastUs - (clock?.offsetUs ?? 0)
}

function errorBetween(one: Stop, other: Stop): number {
  const host = one.clock?.host
  if (host !== undefined && host === other.clock?.host) return 0
  return (one.clock?.uncertaintyUs ?? 0) + (other.clock?.uncertaintyUs ?? 0)
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity)
}
