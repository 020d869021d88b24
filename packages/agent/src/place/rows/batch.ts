import { of } from '../row.ts'
import type { LauncherRow } from '../row.ts'
import { nodesOf, stepOf, tasksOf, tasksPerNode } from '../slurm.ts'
import { countOf, has, textOf } from '../variables.ts'
import type { Variables } from '../variables.ts'
import { slurmStepKey } from './mpi.ts'

/** Batch systems that start ranks themselves. */

/** It sets PMI's variables too, and stands before Slurm, whose task a Flux instance often is. */
export const flux: LauncherRow = {
  launcher: 'flux',
  isProgram: true,
  present: (variables) => has(variables, 'FLUX_TASK_RANK') && !holdsMpirun(variables),
  variable: 'FLUX_TASK_RANK',
  rank: of('FLUX_TASK_RANK'),
  worldSize: of('FLUX_JOB_SIZE'),
  localRank: of('FLUX_TASK_LOCAL_ID'),
  localWorldSize: (variables) => {
    const [size, nodes] = [countOf(variables, 'FLUX_JOB_SIZE'), countOf(variables, 'FLUX_JOB_NNODES')]
    return size !== undefined && nodes !== undefined && nodes > 0 && size % nodes === 0
      ? size / nodes
      : undefined
  },
  nodeCount: of('FLUX_JOB_NNODES'),
  job: ({ variables }) => {
    const id = textOf(variables, 'FLUX_JOB_ID')
    return id === undefined ? undefined : `flux-${id}`
  },
}

/** An mpirun within one task of Flux: its ranks all have that task's number. */
function holdsMpirun(variables: Variables): boolean {
  const [rank, size] = [
    countOf(variables, 'OMPI_COMM_WORLD_RANK'),
    countOf(variables, 'OMPI_COMM_WORLD_SIZE'),
  ]
  if (rank === undefined || size === undefined) return false
  return rank !== countOf(variables, 'FLUX_TASK_RANK') || size !== countOf(variables, 'FLUX_JOB_SIZE')
}

const slurmTask = {
  launcher: 'slurm',
  isProgram: true,
  variable: 'SLURM_PROCID',
  rank: of('SLURM_PROCID'),
  worldSize: tasksOf,
  localRank: of('SLURM_LOCALID'),
} as const

/** A task of a step. Batch scripts and shells are none, though Slurm numbers them 0. */
export const slurm: LauncherRow = {
  ...slurmTask,
  present: (variables) => stepOf(variables) !== undefined,
  localWorldSize: (variables) =>
    tasksPerNode(variables['SLURM_STEP_TASKS_PER_NODE'], countOf(variables, 'SLURM_NODEID')),
  nodeRank: of('SLURM_NODEID'),
  nodeCount: nodesOf,
  job: ({ variables }, { batch }) => slurmStepKey(variables, batch),
}

/**
 * Slurm's variables without its step: a script has set them for its own processes (Dask's workers), or a container was
 * given a part of them. In a batch job the number 0 is the batch script's.
 */
export const slurmByScript: LauncherRow = {
  ...slurmTask,
  present: (variables) => {
    const rank = countOf(variables, 'SLURM_PROCID')
    if (rank === undefined || stepOf(variables) !== undefined) return false
    return rank > 0 || !(has(variables, 'SLURM_JOB_ID') || has(variables, 'SLURM_JOBID'))
  },
}
