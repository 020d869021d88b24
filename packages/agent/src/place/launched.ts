import { isAttempt, isRank, shortened } from '@provloom/shared'
import { present } from '../client/present.ts'
import type { LauncherRow, Restarts } from './row.ts'
import { stepOf } from './slurm.ts'
import { launchers } from './table.ts'
import { countOf, has, textOf } from './variables.ts'
import type { Variables } from './variables.ts'

/** What a launcher's variables tell of a process. */
export interface Launched {
  /** Undefined where none has started it, but perhaps a batch script has. */
  readonly row: LauncherRow | undefined
  readonly rank: number
  readonly attempt: number
  readonly worldSize?: number
  readonly localRank?: number
  readonly localWorldSize?: number
  readonly nodeRank?: number
  readonly nodeCount?: number
  readonly restartsMax?: number
  readonly restarts?: Restarts
  /** What does not fit together in the environment, in words. */
  readonly contradictions: readonly string[]
}

/** Reads the first row of the table that is present and tells a rank. Never throws, whatever the variables hold. */
export function launchedAs(variables: Variables): Launched {
  const unread = new Set<string>()
  for (const row of launchers) {
    if (!row.present(variables)) continue
    const rank = row.rank(variables)
    if (isRank(rank)) return readBy(row, rank, variables, [...unread])
    for (const message of unreadableBy(row, variables)) unread.add(message)
  }
  const attempt = attemptOf(undefined, variables)
  const contradictions = [...unread]
  const alone = { worldSize: 1, localRank: 0, localWorldSize: 1, nodeRank: 0, nodeCount: 1 }
  return { row: undefined, rank: 0, attempt, ...alone, contradictions }
}

function readBy(row: LauncherRow, rank: number, variables: Variables, unread: readonly string[]): Launched {
  const contradictions = [...unread]
  const worldSize = checked(
    row.worldSize?.(variables),
    (size) => rank < size,
    contradictions,
    (size) => `rank ${rank} is not below the job's size ${size}; the size is ignored`,
  )
  const localRank = row.localRank?.(variables)
  const localWorldSize = checked(
    row.localWorldSize?.(variables),
    (size) => size > 0 && (localRank ?? 0) < size && size <= (worldSize ?? size),
    contradictions,
    (size) =>
      localRank !== undefined && localRank >= size
        ? `local rank ${localRank} is not below the node's ${size}`
        : `the node's ${size} ranks are not among the job's ${worldSize}`,
  )
  const whole = worldSize !== undefined && worldSize === localWorldSize
  const nodes = row.nodeCount?.(variables) ?? (whole ? 1 : undefined)
  const nodeRank =
    row.nodeRank?.(variables) ??
    derivedNode(rank, worldSize, localRank, localWorldSize, nodes ?? allocatedNodes(variables))
  const nodeCount = checked(
    nodes,
    (count) => (nodeRank ?? 0) < count,
    contradictions,
    (count) => `node ${nodeRank ?? 0} is not below the job's ${count} nodes`,
  )
  contradictions.push(...disagreements(row, rank, variables))
  const restarts = restartsOf(row, variables)
  const most = row.restartsMax?.(variables)
  const restartsMax = isAttempt(most) ? most : undefined
  return {
    row,
    rank,
    attempt: attemptOf(row, variables),
    ...present({ worldSize, localRank, localWorldSize, nodeRank, nodeCount, restarts, restartsMax }),
    contradictions,
  }
}

/**
 * The node's number where all nodes have the same number of ranks, one node's after the other's, as far as the numbers
 * show: `mpirun --map-by node` deals ranks out one by one.
 */
function derivedNode(
  rank: number,
  worldSize: number | undefined,
  localRank: number | undefined,
  localWorldSize: number | undefined,
  nodes: number | undefined,
): number | undefined {
  if (localWorldSize === undefined || worldSize === undefined) return undefined
  if (localRank !== undefined && rank % localWorldSize !== localRank) return undefined
  const even = nodes === undefined ? worldSize % localWorldSize === 0 : worldSize === localWorldSize * nodes
  return even ? Math.floor(rank / localWorldSize) : undefined
}

/** Nodes of the batch job, all of which a launcher in it uses where nothing else is said. */
function allocatedNodes(variables: Variables): number | undefined {
  return inSlurm(variables) ? countOf(variables, 'SLURM_JOB_NUM_NODES', 'SLURM_NNODES') : undefined
}

/** Slurm starts all tasks of a job again when it is requeued, whichever launcher runs within it. */
function restartsOf(row: LauncherRow, variables: Variables): Restarts | undefined {
  return row.restarts?.(variables) ?? (inSlurm(variables) ? 'all' : undefined)
}

function attemptOf(row: LauncherRow | undefined, variables: Variables): number {
  const requeues = inSlurm(variables) ? countOf(variables, 'SLURM_RESTART_COUNT') : undefined
  const attempt = row?.attempt?.(variables) ?? requeues ?? 0
  return isAttempt(attempt) ? attempt : 0
}

function inSlurm(variables: Variables): boolean {
  return has(variables, 'SLURM_JOB_ID') || has(variables, 'SLURM_JOBID')
}

function checked(
  value: number | undefined,
  fits: (value: number) => boolean,
  contradictions: string[],
  message: (value: number) => string,
): number | undefined {
  if (value === undefined || fits(value)) return value
  contradictions.push(message(value))
  return undefined
}

/** A row's variable is there and tells no rank: somebody has set it wrongly, or for another purpose. */
function unreadableBy({ variable }: LauncherRow, variables: Variables): string[] {
  const text = variable === undefined ? undefined : textOf(variables, variable)
  if (variable === undefined || text === undefined) return []
  const shown = JSON.stringify(shortened(text, 64))
  return countOf(variables, variable) === undefined
    ? [`${variable} is ${shown}, which is no rank`]
    : [`${variable} is ${shown}, which with the other variables tells no rank`]
}

function disagreements({ launcher }: LauncherRow, rank: number, variables: Variables): string[] {
  const slurm = countOf(variables, 'SLURM_PROCID')
  if (launcher !== 'generic' || slurm === undefined || slurm === rank) return []
  // A batch script's 0 is nobody's rank.
  if (slurm === 0 && stepOf(variables) === undefined) return []
  return [
    `RANK says ${rank} and SLURM_PROCID says ${slurm}; RANK won, because workers started inside a Slurm task inherit its number`,
  ]
}

/** Whether a launcher's variables say that this is the first rank, or none has started it. */
export function firstInJob(variables: Variables): boolean {
  return launchedAs(variables).rank === 0
}
