import type { HeadMetric } from '@provloom/rundir'
import { lowerMedian } from '@provloom/rundir/curve'
import { stepsSeries, stepsWanted } from '@provloom/rundir/entry'
import type { RunGoing, RunMetric } from '../answer/run.ts'
import type { KnownRun } from '../folder/folder.ts'
import { lifeOf } from '../folder/life.ts'
import { paceMetric, recentOf } from '../ranks/pace.ts'
import type { Recent } from '../ranks/pace.ts'

/** Undefined where nothing is logged step by step. Read are the last steps of one metric, and only of a run that has not ended. */
export async function goingOf(run: KnownRun, metrics: readonly RunMetric[]): Promise<RunGoing | undefined> {
  const ofScript = metrics.filter(({ measured }) => measured === undefined)
  const metric = paceMetric(metrics) ?? ofScript[0]
  if (metric === undefined) return undefined
  const { state } = lifeOf(run)
  const recent = state === 'ended' ? undefined : await recentOf(run, metric)
  const steps = [...ofScript, metric].flatMap(({ lastStep }) => lastStep ?? [])
  const step = Math.max(...steps, recent?.toStep ?? -Infinity)
  if (!Number.isFinite(step)) return undefined
  const began = Date.parse(run.file.startTime)
  const { file } = run
  const end = file.endTime === null ? Date.now() : Date.parse(file.endTime)
  const told = (source: string): HeadMetric | undefined =>
    file.head?.metrics.shown.find((one) => one.key === stepsSeries.key && one.source === source)
  const wanted = stepsWanted({
    params: file.head?.params.shown ?? [],
    step,
    seconds: (end - began) / 1000,
    total: told(stepsSeries.total),
    loop: told(stepsSeries.loop),
  })
  const pace =
    recent === undefined
      ? meanPace([metric, ...ofScript].find((one) => one.lastStep === step) ?? metric)
      : stepsPerSecond(recent)
  const last = recent === undefined ? undefined : latest(recent) / 1000
  const goesOn = state === 'alive' && last !== undefined && !isStalled(last, pace, Date.now())
  // Steps are counted from 0 as a rule.
  const left = wanted === undefined ? 0 : Math.max(0, wanted.steps - 1 - step)
  return {
    step,
    ...(last === undefined ? {} : { stepTime: new Date(last).toISOString() }),
    ...wanted,
    ...(pace === undefined ? {} : { stepsPerSecond: pace }),
    ...(pace === undefined || left === 0 || !goesOn ? {} : { secondsToGo: left / pace }),
  }
}

/** No step for so long, and for so many times as long as one takes, and nobody guesses when the last will come. */
const stalledMs = 5_000
const stalledSteps = 20

/** @param lastMs when a step was logged last, milliseconds since the Unix epoch */
export function isStalled(lastMs: number, stepsPerSecond: number | undefined, nowMs: number): boolean {
  const usual = stepsPerSecond === undefined ? 0 : (stalledSteps * 1000) / stepsPerSecond
  return nowMs - lastMs > Math.max(stalledMs, usual)
}

/** From its first step to its last: what came after was no training. */
function meanPace({ firstStep, lastStep, span }: RunMetric): number | undefined {
  if (span === undefined || firstStep === undefined || lastStep === undefined) return undefined
  const pace = (lastStep - firstStep) / ((span.lastUs - span.firstUs) / 1e6)
  return Number.isFinite(pace) && pace > 0 ? pace : undefined
}

function latest({ steps, toStep }: Recent): number {
  return Math.max(...[...(steps.get(toStep)?.values() ?? [])].map(({ time }) => time))
}

/** Each rank's over the last steps. */
function stepsPerSecond({ steps, fromStep }: Recent): number | undefined {
  const ends = new Map<number, { readonly first: Place; last: Place }>()
  for (const [step, ranks] of steps) {
    if (step < fromStep) continue
    for (const [rank, { time }] of ranks) {
      const known = ends.get(rank)
      if (known === undefined) ends.set(rank, { first: { step, time }, last: { step, time } })
      else known.last = { step, time }
    }
  }
  const paces = [...ends.values()]
    .map(({ first, last }) => ((last.step - first.step) * 1e6) / (last.time - first.time))
    .filter((pace) => Number.isFinite(pace) && pace > 0)
  return paces.length === 0 ? undefined : lowerMedian(paces)
}

interface Place {
  readonly step: number
  readonly time: number
}
