import { boundedKey, isAttempt, isRank } from '@provloom/shared'
import type { Attempt, Rank } from '@provloom/shared'
import { present } from '../client/present.ts'
import { launchedAs } from './launched.ts'
import type { Launched } from './launched.ts'
import type { Restarts, Told } from './row.ts'
import type { Sight } from './sight.ts'
import { isMintedRunKey } from './run-key.ts'
import { textOf } from './variables.ts'
import type { Variables } from './variables.ts'

/** Who told a rank: `start_run(rank=)` or an option, torch.distributed or mpi4py, the launcher, or nobody. */
export type RankToldBy = 'call' | 'library' | 'launcher' | 'alone'

/** The rank that a process said outright. */
export interface Said {
  readonly by: 'call' | 'library'
  readonly rank?: number
  readonly worldSize?: number
}

/** What is seen of a process, and the job of a rank that was said by hand: asked where nothing else names one. */
export type PlaceSight = Sight & { readonly said?: (told: Told) => string | undefined }

/** The place of a process in its job. */
export interface Place {
  /** `none`: a lone process. */
  readonly launcher: string
  readonly rank: Rank
  readonly rankToldBy: RankToldBy
  readonly attempt: Attempt
  readonly worldSize?: number
  readonly localRank?: number
  readonly localWorldSize?: number
  readonly nodeRank?: number
  readonly nodeCount?: number
  /** The last attempt that the launcher will make. */
  readonly restartsMax?: number
  /** Where the launcher starts ranks again: all of them, or the one that failed. */
  readonly restarts?: Restarts
  /** Names the job alike on all its ranks; absent where nothing does. */
  readonly jobKey?: string
  /** What does not fit together, in words. */
  readonly contradictions: readonly string[]
}

/**
 * Finds the place of a process: what it said of its rank, else what its own variables say by the launcher table
 * (`table.ts`), else 0. The job's key is the one given, unless `provloom run` made it up and a launcher below has its own, else that of the row, of the batch job, of whoever started ranks
 * that were said, of the process tree.
 * Never throws: what cannot be is told among the contradictions.
 *
 * @param variables the process's own: a child may have been given others than its parent has
 * @param jobKey given outright (`--job-key`, `PROVLOOM_JOB_KEY`)
 */
export function findPlace(
  said: Said | undefined,
  variables: Variables,
  sight: PlaceSight,
  jobKey: string | undefined = textOf(variables, 'PROVLOOM_JOB_KEY'),
): Place {
  const launched = launchedAs(variables)
  const found = said?.rank === undefined ? worldSaid(launched, said) : saidPlace(launched, said)
  const { row, rank, attempt, contradictions, ...optional } = found
  if (!isRank(rank) || !isAttempt(attempt)) throw new RangeError(`no place: rank ${rank}, attempt ${attempt}`)
  const ofRow = (): string | undefined => row?.job?.(toldBy(launched, variables), sight)
  const launchedBelow = jobKey !== undefined && isMintedRunKey(jobKey) && row?.isProgram === true
  const key =
    (launchedBelow ? ofRow() : undefined) ??
    jobKey ??
    ofRow() ??
    sight.batch ??
    // A job of one is its tree's.
    (row === undefined && isRank(said?.rank) && found.worldSize !== 1
      ? sight.said?.(toldBy(found, variables))
      : undefined) ??
    sight.tree?.key
  return {
    launcher: row?.launcher ?? (variables['PROVLOOM_LAUNCHER'] === 'provloom run' ? 'provloom run' : 'none'),
    rank,
    rankToldBy: isRank(said?.rank) ? (said?.by ?? 'call') : row === undefined ? 'alone' : 'launcher',
    attempt,
    ...optional,
    ...present({ jobKey: key === undefined ? undefined : boundedKey(key) }),
    contradictions,
  }
}

function toldBy({ rank, worldSize, localWorldSize, nodeCount }: Launched, variables: Variables): Told {
  return { variables, rank, worldSize, localWorldSize, nodeCount }
}

/** A world size said without a rank is the job's, where the launcher's rank is in it. */
function worldSaid(launched: Launched, said: Said | undefined): Launched {
  const worldSize = said?.worldSize
  if (worldSize === undefined || worldSize === launched.worldSize) return launched
  if (Number.isSafeInteger(worldSize) && launched.rank < worldSize) return { ...launched, worldSize }
  return told(launched, `rank ${launched.rank} is not below the size said, ${worldSize}; that is ignored`)
}

/**
 * A rank that was said, in a world that was said or in the launcher's. What the launcher says of the place on the node
 * is of that world alone: processes which a script starts in one of its tasks have other places.
 */
function saidPlace(launched: Launched, said: Said): Launched {
  const { rank, worldSize: size } = said
  if (!isRank(rank)) return told(launched, `${rank} is no rank; what is said of it is ignored`)
  const { worldSize, localRank: _place, localWorldSize: _size, nodeRank, nodeCount, ...rest } = launched
  const elsewhere = { ...rest, ...(launched.row === undefined ? {} : present({ nodeRank, nodeCount })), rank }
  if (size !== undefined && !(Number.isSafeInteger(size) && rank < size))
    return told(elsewhere, `rank ${rank} is not below the size said, ${size}; the size is ignored`)
  if (size !== undefined)
    return size === worldSize ? { ...launched, rank } : { ...elsewhere, worldSize: size }
  // A lone process, or a launcher's only one, says nothing of the size of a job whose ranks are told by others.
  if (worldSize === 1) return elsewhere
  if (worldSize === undefined || rank < worldSize) return { ...launched, rank }
  return told(elsewhere, `rank ${rank} is not below the job's size ${worldSize}; the size is ignored`)
}

function told(launched: Launched, contradiction: string): Launched {
  return { ...launched, contradictions: [...launched.contradictions, contradiction] }
}
