import type { PointsOfSeries, Steps } from '@provloom/rundir'

/** Steps that are kept of a metric, the last ones: since when something is as it is may be no longer ago. */
export const stepsMax = 16_384
/** Numbers that are kept of a metric of all ranks: of 1,024 ranks 4,096 steps. */
export const cellsMax: number = 2 ** 22

/** Points of one metric, by rank and step. */
export interface Table {
  readonly ranks: readonly number[]
  /** Ascending. */
  readonly steps: Float64Array
  /** By rank, then step; NaN where nothing was logged. */
  readonly value: Float64Array
  readonly time: Float64Array
  /** Steps that each column stands for, in buckets more than one; absent where it is one in all. */
  readonly widths?: Float64Array
}

/** Where points are from: `RunReader.points`, or anything like it. */
export type PointSource = (
  which: {
    readonly key: string
    readonly source?: string | null
    readonly context?: string | null
  },
  steps?: Steps,
) => AsyncIterable<PointsOfSeries>

/** The last attempt of each rank; of several points of a step the last one. */
export async function tableOf(points: AsyncIterable<PointsOfSeries>): Promise<Table> {
  const columns = new Map<number, { attempt: number; pieces: PointsOfSeries[] }>()
  for await (const one of points) {
    const known = columns.get(one.rank)
    if (known === undefined || known.attempt < one.attempt)
      columns.set(one.rank, { attempt: one.attempt, pieces: [one] })
    else if (known.attempt === one.attempt) known.pieces.push(one)
  }
  const ranks = [...columns.keys()].sort((a, b) => a - b)
  const steps = stepsOf(
    [...columns.values()].flatMap(({ pieces }) => pieces),
    ranks.length,
  )
  const at = new Map([...steps].map((step, i) => [step, i]))
  const value = new Float64Array(ranks.length * steps.length).fill(NaN)
  const time = new Float64Array(ranks.length * steps.length).fill(NaN)
  for (const [row, rank] of ranks.entries()) {
    for (const piece of columns.get(rank)?.pieces ?? []) {
      for (let i = 0; i < piece.count; i++) {
        const column = at.get(piece.step[i]!)
        if (column === undefined) continue
        value[row * steps.length + column] = piece.value[i]!
        time[row * steps.length + column] = piece.time[i]!
      }
    }
  }
  return { ranks, steps, value, time }
}

function stepsOf(pieces: readonly PointsOfSeries[], ranks: number): Float64Array {
  const steps = new Set<number>()
  for (const { step } of pieces) for (const one of step) steps.add(one)
  const sorted = Float64Array.from(steps).sort()
  return sorted.slice(-Math.min(stepsMax, Math.max(64, Math.floor(cellsMax / Math.max(1, ranks)))))
}
