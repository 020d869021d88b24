import { CurveMaker } from '@provloom/rundir/curve'
import type { Buckets } from '@provloom/rundir/curve'
import type { KnownRun } from '../folder/folder.ts'
import { isOfMachines, isRowsOf } from '../measured.ts'
import type { RunMetric } from '../answer/run.ts'

export interface Wanted {
  readonly metric: RunMetric
  readonly by: 'step' | 'time'
  /** Inclusive. */
  readonly from: number
  readonly to: number
  /** Of one rank, at most. */
  readonly bucketsMax: number
  /** All unless told. */
  readonly ranks?: ReadonlySet<number>
}

/** A metric of a run in buckets, by rank: of different widths. */
export interface Loaded {
  readonly ranks: ReadonlyMap<number, Buckets>
  /** Of all its points, whatever part was wanted; no points: Infinity and -Infinity. */
  readonly first: number
  readonly last: number
  /** Ranks that have points of it. */
  readonly rankCount: number
  readonly exact: boolean
}

/** Buckets of a metric made from its points, each read once: memory is that of the buckets and of one part. */
export async function loadBuckets(run: KnownRun, wanted: Wanted): Promise<Loaded> {
  const { by, from, to, bucketsMax } = wanted
  const makers = new Map<number, CurveMaker>()
  const seen = new Set<number>()
  let [first, last] = [Infinity, -Infinity]
  for await (const { rank, count, step, time, value, ...rows } of run.points(whichOf(wanted.metric))) {
    if (!isRowsOf(wanted.metric, rows)) continue
    if (count > 0) seen.add(rank)
    const axis = by === 'step' ? step : time
    const isWanted = wanted.ranks === undefined || wanted.ranks.has(rank)
    const maker = makers.get(rank) ?? begun(bucketsMax)
    for (let i = 0; i < count; i++) {
      const x = axis[i]!
      if (x < first) first = x
      if (x > last) last = x
      if (!isWanted || x < from || x > to) continue
      makers.set(rank, maker)
      maker.point(x, time[i]!, value[i]!)
    }
  }
  const ranks = new Map(
    [...makers].sort(([a], [b]) => a - b).map(([rank, maker]) => [rank, maker.finish()[0]!]),
  )
  return { ranks, first, last, rankCount: seen.size, exact: true }
}

/** Of machines' rows any source may be meant. */
function whichOf(metric: RunMetric): {
  readonly key: string
  readonly context: string | null
  readonly source?: string | null
} {
  const { key, context = null, source = null } = metric
  return isOfMachines(metric) ? { key, context } : { key, context, source }
}

function begun(perSeriesMax: number): CurveMaker {
  const maker = new CurveMaker({ perSeriesMax })
  maker.begin()
  return maker
}
