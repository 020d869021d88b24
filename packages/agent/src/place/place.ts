import { ProvloomError, isAttempt, isRank } from '@provloom/shared'
import type { Attempt, Rank } from '@provloom/shared'
import { countOf } from './variables.ts'
import type { Variables } from './variables.ts'
import { launchers } from './table.ts'
import type { LauncherRow } from './table.ts'

/** The place of a process in its job, as far as its environment tells. */
export interface Place {
  /** `none`: a lone process. */
  readonly launcher: string
  readonly rank: Rank
  readonly attempt: Attempt
  readonly worldSize?: number
  readonly localRank?: number
  readonly nodeRank?: number
  /** The launcher starts a failed rank again, at most this often. */
  readonly restartsMax?: number
  /** What does not fit together in the environment, in words. */
  readonly contradictions: readonly string[]
}

/**
 * Finds the place of a process from the variables its launcher set (`table.ts`).
 *
 * @param explicitRank wins over what the launcher says
 * @throws {ProvloomError} `BAD_OPTION` when the explicit rank is not below the job's size
 */
export function detectPlace(variables: Variables, explicitRank: number | undefined): Place {
  const row = launchers.find((one) => one.present(variables) && one.rank(variables) !== undefined)
  const found = row === undefined ? lone : placeBy(row, variables)
  if (explicitRank === undefined) return found
  if (found.worldSize !== undefined && row !== undefined && explicitRank >= found.worldSize) {
    throw new ProvloomError(
      'BAD_OPTION',
      `--rank must be below the job's size ${found.worldSize}, not ${explicitRank}`,
      {
        doing: 'find the rank',
        to: '--rank',
        hint: `Ranks count from 0. Leave --rank out: ${found.launcher} says it is rank ${found.rank}.`,
      },
    )
  }
  const { worldSize, ...rest } = found
  if (!isRank(explicitRank)) return found
  return {
    ...rest,
    ...(row === undefined || worldSize === undefined ? {} : { worldSize }),
    rank: explicitRank,
  }
}

const lone: Place = placeOf('none', 0, 0, { worldSize: 1, localRank: 0, nodeRank: 0 }, [])

function placeBy(row: LauncherRow, variables: Variables): Place {
  const rank = row.rank(variables) ?? 0
  const localRank = row.localRank(variables)
  const localSize = row.localSize(variables)
  const worldSize = row.worldSize(variables)
  const contradictions: string[] = []
  const fits = worldSize === undefined || rank < worldSize
  if (!fits) contradictions.push(`rank ${rank} is not below the job's size ${worldSize}; the size is ignored`)
  if (localRank !== undefined && localSize !== undefined && localRank >= localSize) {
    contradictions.push(`local rank ${localRank} is not below the node's ${localSize}`)
  }
  const slurm = countOf(variables, 'SLURM_PROCID')
  if (slurm !== undefined && slurm !== rank && row.launcher === 'generic') {
    contradictions.push(
      `RANK says ${rank} and SLURM_PROCID says ${slurm}; RANK won, because workers started inside a Slurm task inherit its number`,
    )
  }
  const even = localSize !== undefined && localSize > 0 && (worldSize ?? 1) % localSize === 0
  const nodeRank = row.nodeRank(variables) ?? (even ? Math.floor(rank / localSize) : undefined)
  return placeOf(
    row.launcher,
    rank,
    row.attempt?.(variables) ?? 0,
    {
      worldSize: fits ? worldSize : undefined,
      localRank,
      nodeRank,
      restartsMax: row.restartsMax?.(variables),
    },
    contradictions,
  )
}

type Optional = {
  readonly [Name in 'worldSize' | 'localRank' | 'nodeRank' | 'restartsMax']?: number | undefined
}

function placeOf(
  launcher: string,
  rank: number,
  attempt: number,
  optional: Optional,
  contradictions: readonly string[],
): Place {
  if (!isRank(rank) || !isAttempt(attempt)) throw new RangeError(`no rank: ${rank}, attempt ${attempt}`)
  const { worldSize, localRank, nodeRank, restartsMax } = optional
  return {
    launcher,
    rank,
    attempt,
    ...(worldSize === undefined ? {} : { worldSize }),
    ...(localRank === undefined ? {} : { localRank }),
    ...(nodeRank === undefined ? {} : { nodeRank }),
    ...(restartsMax === undefined ? {} : { restartsMax }),
    contradictions,
  }
}
