import type { HeadMetric } from '@provloom/rundir'
import { limits } from '@provloom/shared'
import type { Quiet } from '../answer/quiet.ts'
import type { KnownRun } from '../folder/folder.ts'
import { lifeOf } from '../folder/life.ts'

/** How ranks log, by what run.json tells: of all metrics that they log themselves. */
export interface Rhythm {
  /** Seconds from one log of a rank to the next: of the metric that is logged most often, the mean... */
  readonly usual: number
  /** ...and the longest that there was, of the metric of which that is shortest. */
  readonly longest: number
  /** When any of them logged last, by its clock, microseconds since the Unix epoch, and the last step. */
  readonly lastUs: number
  readonly lastStep: number
}

/** Points of a rank that say how it logs. */
const pointsMin = 3
/** Quiet is who says nothing for so many times as long as usual... */
const usualTimes = 20
/** ...and for so many times as long as ever before: an evaluation, a checkpoint and a slow epoch come again. */
const longestTimes = 3

/** @returns undefined where too little was logged */
export function rhythmOf(metrics: readonly HeadMetric[]): Rhythm | undefined {
  let [usual, longest] = [Infinity, Infinity]
  let [lastUs, lastStep] = [-Infinity, -Infinity]
  for (const { span, measured, source, points, ranks, lastStep: step } of metrics) {
    if (span === undefined || (measured === true && source !== 'step')) continue
    lastUs = Math.max(lastUs, span.lastUs)
    lastStep = Math.max(lastStep, step)
    const each = points / Math.max(1, ranks)
    if (each < pointsMin) continue
    usual = Math.min(usual, (span.lastUs - span.firstUs) / (each - 1) / 1e6)
    longest = Math.min(longest, span.gapUs / 1e6)
  }
  return Number.isFinite(usual) ? { usual, longest, lastUs, lastStep } : undefined
}

/** Whether so many seconds without a log say something. */
export function isQuiet({ usual, longest }: Rhythm, seconds: number): boolean {
  return seconds >= Math.max(limits.silentAfterMs / 1000, usualTimes * usual, longestTimes * longest)
}

/** Of a run that goes on. */
export function quietOf(run: KnownRun, nowMs: number = Date.now()): Quiet | undefined {
  if (run.file.status !== 'running' || lifeOf(run).state !== 'alive') return undefined
  const rhythm = rhythmOf(run.file.head?.metrics.shown ?? [])
  if (rhythm === undefined || !isQuiet(rhythm, nowMs / 1000 - rhythm.lastUs / 1e6)) return undefined
  return { since: new Date(rhythm.lastUs / 1000).toISOString(), usualSeconds: rhythm.usual }
}
