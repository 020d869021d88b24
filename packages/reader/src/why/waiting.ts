import type { Finding } from '../answer/why.ts'
import type { PaceFacts, WhyFacts } from './facts.ts'
import { stepsMin, waitingShare } from './limits.ts'
import { median, window } from './pace.ts'
import { percent, seconds } from './words.ts'

/** How much of a step all ranks wait for their data, or between their steps. */
export function waitingFindings({ pace, status }: WhyFacts): Finding[] {
  if (pace === undefined || pace.kind !== 'compute') return []
  const { from, to } = window(pace)
  if (to - from < stepsMin) return []
  const data = sharesOf(pace, (at) => medianAt(pace, pace.data, at), from, to)
  const gaps = pace.between
  // What the rank that nobody waits for spends there is none of waiting for others.
  const between = sharesOf(pace, (at) => (gaps === undefined ? 0 : leastAt(pace, gaps, at)), from, to)
  const [most, what] = data.share >= between.share ? [data, 'data'] : [between, 'between']
  if (most.share < waitingShare) return []
  const [waits, go] = status === 'running' ? ['wait', 'goes'] : ['waited', 'went']
  const words =
    what === 'data'
      ? `ranks ${waits} for their data: ${percent(most.share)} of a step, ${seconds(most.wait)} of ${seconds(most.whole)}`
      : `${percent(most.share)} of the time ${go} between the steps (loading, and whatever else stands there): ${seconds(most.wait)} of ${seconds(most.whole)} a step`
  return [
    {
      code: what === 'data' ? 'WAITING_FOR_DATA' : 'WAITING_BETWEEN_STEPS',
      level: 'warning',
      text: words,
      ranks: [],
      evidence: {
        metric: pace.metric,
        of: to - from,
        stepSeconds: Number(most.whole.toPrecision(3)),
        facts: { share: Number(most.share.toFixed(3)) },
      },
      link: { page: 'curves', metric: pace.metric },
    },
  ]
}

/** Of half of the ranks at least. */
function medianAt({ ranks, steps }: PaceFacts, cells: Float64Array, at: number): number {
  const column = Float64Array.from(ranks, (_, row) => cells[row * steps.length + at]!)
  return median(column.filter((value) => !Number.isNaN(value)))
}

function leastAt({ ranks, steps }: PaceFacts, cells: Float64Array, at: number): number {
  let least = NaN
  for (const row of ranks.keys()) {
    const value = cells[row * steps.length + at]!
    if (!(value >= least)) least = Number.isNaN(value) ? least : value
  }
  return least
}

function sharesOf(
  pace: PaceFacts,
  waitAt: (at: number) => number,
  from: number,
  to: number,
): { readonly share: number; readonly wait: number; readonly whole: number } {
  let [wait, whole, steps] = [0, 0, 0]
  for (let at = from; at < to; at++) {
    const [one, all] = [waitAt(at), pace.whole[at]!]
    if (!Number.isFinite(one) || !Number.isFinite(all)) continue
    wait += one
    whole += all
    steps++
  }
  return steps === 0 || whole === 0
    ? { share: 0, wait: 0, whole: 0 }
    : { share: wait / whole, wait: wait / steps, whole: whole / steps }
}
