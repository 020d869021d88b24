import { countOf } from './variables.ts'
import type { Sight } from './sight.ts'
import type { Variables } from './variables.ts'

export type Count = (variables: Variables) => number | undefined

/** Where a launcher starts ranks again: all of a job, or the one that failed. */
export type Restarts = 'all' | 'one'

/** What a row has told so far: its job's key may hang on it. */
export interface Told {
  readonly variables: Variables
  readonly rank: number
  readonly worldSize: number | undefined
  readonly localWorldSize: number | undefined
  readonly nodeCount: number | undefined
}

/** How one launcher tells a process its place: read from the first row that is present. */
export interface LauncherRow {
  readonly launcher: string
  /** It is a program that starts ranks, and is none itself: below `provloom run` each is a job of its own. */
  readonly isProgram?: true
  readonly present: (variables: Variables) => boolean
  /** The variable that a rank is told by, where it is one alone. */
  readonly variable?: string
  readonly rank: Count
  readonly worldSize?: Count
  readonly localRank?: Count
  readonly localWorldSize?: Count
  readonly nodeRank?: Count
  readonly nodeCount?: Count
  /** Where it does not say: Slurm's count of requeues. */
  readonly attempt?: Count
  /** The last attempt that this launcher will make. */
  readonly restartsMax?: Count
  readonly restarts?: (variables: Variables) => Restarts | undefined
  /** The job's key. Where it tells none: the batch job, else the process tree. */
  readonly job?: (told: Told, sight: Sight) => string | undefined
}

/** The first of these variables that is a count. */
export const of =
  (...names: readonly string[]): Count =>
  (variables) =>
    countOf(variables, ...names)

/** Whether a job has its ranks on one node; undefined where that is not told. */
export function onOneNode({
  worldSize,
  localWorldSize,
  nodeCount,
}: Pick<Told, 'worldSize' | 'localWorldSize' | 'nodeCount'>): boolean | undefined {
  if (nodeCount !== undefined) return nodeCount === 1
  if (worldSize === undefined || localWorldSize === undefined) return undefined
  return worldSize === localWorldSize
}
