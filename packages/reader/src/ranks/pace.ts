import type { RunMetric } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { lowerMedian } from '@provloom/rundir/curve'

/** What tells who is slow, the best first: in lockstep all ranks take the same time a step, but not the same to compute. */
const paceKeys = ['compute_time', 'step_time', 'batch_time', 'iteration_time']
const stepsLooked = 20

/** Undefined where no metric tells it. */
export function paceMetric(metrics: readonly RunMetric[]): RunMetric | undefined {
  for (const key of paceKeys) {
    const found = metrics.find((one) => one.key === key && one.measured === undefined)
    if (found !== undefined) return found
  }
  return undefined
}

export interface Ratios {
  readonly fromStep: number
  readonly toStep: number
  /** By rank: the median over the last steps of its value by that of all ranks at the same step. */
  readonly byRank: ReadonlyMap<number, number>
}

export async function ratiosOf(run: KnownRun, metric: RunMetric): Promise<Ratios | undefined> {
  const { key, context = null, source = null } = metric
  const { curves } = await run.ribbon({ metric: { key, context, source } })
  const last = curves.lastStep.at(-1)
  if (last === undefined) return undefined
  const from = last - stepsLooked + 1
  const steps = new Map<number, Map<number, number>>()
  for await (const { rank, count, step, value } of run.points(
    { key, context, source },
    { from, to: last + 1 },
  ))
    for (let i = 0; i < count; i++) {
      if (step[i]! < from || !Number.isFinite(value[i]!)) continue
      const at = steps.get(step[i]!) ?? new Map<number, number>()
      steps.set(step[i]!, at.set(rank, value[i]!))
    }
  const ratios = new Map<number, number[]>()
  for (const at of steps.values()) {
    const median = lowerMedian([...at.values()])
    if (at.size < 2 || median <= 0) continue
    for (const [rank, value] of at) ratios.set(rank, [...(ratios.get(rank) ?? []), value / median])
  }
  return {
    fromStep: from,
    toStep: last,
    byRank: new Map([...ratios].map(([rank, all]) => [rank, lowerMedian(all)])),
  }
}
