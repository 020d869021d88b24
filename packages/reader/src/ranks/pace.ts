import type { RunMetric } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { lowerMedian } from '@provloom/rundir/curve'
import { paceKeys } from '@provloom/rundir/entry'

/** What the clients' step timers write is of this source. */
const timer = 'step'
const stepsLooked = 20
/** Of a rank that is behind the others the last steps are further back: so far back they are looked for. */
const stepsBack = 256

/** Undefined where no metric tells it. */
export function paceMetric(metrics: readonly RunMetric[]): RunMetric | undefined {
  for (const key of paceKeys) {
    const found = metrics.find(
      (one) => one.key === key && (one.measured === undefined || one.source === timer),
    )
    if (found !== undefined) return found
  }
  return undefined
}

/** Points of a metric's last steps, as far as they are on disk. */
export interface Recent {
  /** The last step of any rank, and how far back is looked. */
  readonly fromStep: number
  readonly toStep: number
  /** By step, then rank; the steps ascending, some before `fromStep` among them. */
  readonly steps: ReadonlyMap<number, ReadonlyMap<number, RecentPoint>>
}

interface RecentPoint {
  readonly value: number
  /** Microseconds since the Unix epoch, by the rank's clock. */
  readonly time: number
}

/** Undefined where there are none. */
export async function recentOf(run: KnownRun, metric: RunMetric): Promise<Recent | undefined> {
  const { key, context = null, source = null } = metric
  const known = metric.lastStep ?? (await lastStepOf(run, metric))
  if (known === undefined) return undefined
  const steps = new Map<number, Map<number, RecentPoint>>()
  // What was logged since then is behind it.
  for await (const { rank, count, step, time, value } of run.points(
    { key, context, source },
    { from: known - stepsBack + 1, to: Infinity },
  ))
    for (let i = 0; i < count; i++) {
      const at = steps.get(step[i]!) ?? new Map<number, RecentPoint>()
      steps.set(step[i]!, at.set(rank, { value: value[i]!, time: time[i]! }))
    }
  if (steps.size === 0) return undefined
  const inOrder = [...steps].sort(([a], [b]) => a - b)
  const toStep = inOrder.at(-1)?.[0] ?? known
  return { fromStep: toStep - stepsLooked + 1, toStep, steps: new Map(inOrder) }
}

async function lastStepOf(run: KnownRun, { key, context, source }: RunMetric): Promise<number | undefined> {
  const { curves } = await run.ribbon({ metric: { key, context: context ?? null, source: source ?? null } })
  return curves.lastStep.at(-1)
}

export interface Ratios {
  readonly fromStep: number
  readonly toStep: number
  /** By rank: the median over its last steps of its value by that of all ranks at the same step. */
  readonly byRank: ReadonlyMap<number, number>
}

export async function ratiosOf(run: KnownRun, metric: RunMetric): Promise<Ratios | undefined> {
  const recent = await recentOf(run, metric)
  if (recent === undefined) return undefined
  const ratios = new Map<number, number[]>()
  for (const at of recent.steps.values()) {
    const finite = [...at].filter(([, { value }]) => Number.isFinite(value))
    const median = lowerMedian(finite.map(([, { value }]) => value))
    if (finite.length < 2 || median <= 0) continue
    for (const [rank, { value }] of finite) {
      const known = ratios.get(rank)
      if (known === undefined) ratios.set(rank, [value / median])
      else known.push(value / median)
    }
  }
  return {
    fromStep: recent.fromStep,
    toStep: recent.toStep,
    byRank: new Map([...ratios].map(([rank, all]) => [rank, lowerMedian(all.slice(-stepsLooked))])),
  }
}
