import { endpointIn, launcherOrEndpoint, meetingKey, optionIn, within } from '../job-key.ts'
import type { Endpoint } from '../job-key.ts'
import { of, onOneNode } from '../row.ts'
import type { LauncherRow } from '../row.ts'
import { isStepRank, nodesOf, stepOf, tasksOf, tasksPerNode } from '../slurm.ts'
import { countOf, has, textOf } from '../variables.ts'
import type { Variables } from '../variables.ts'

/** Launchers of MPI, and those that set its variables too. */

export const horovod: LauncherRow = {
  launcher: 'horovod',
  isProgram: true,
  present: (variables) => has(variables, 'HOROVOD_RANK', 'HOROVOD_SIZE'),
  variable: 'HOROVOD_RANK',
  rank: of('HOROVOD_RANK'),
  worldSize: of('HOROVOD_SIZE'),
  localRank: of('HOROVOD_LOCAL_RANK'),
  localWorldSize: of('HOROVOD_LOCAL_SIZE'),
  nodeRank: of('HOROVOD_CROSS_RANK'),
  // CROSS_SIZE counts the nodes that have a rank of this one's local number: all of them where that is 0.
  nodeCount: (variables) =>
    countOf(variables, 'HOROVOD_LOCAL_RANK') === 0 ? countOf(variables, 'HOROVOD_CROSS_SIZE') : undefined,
  // horovodrun starts each rank by a process of its own, so that these would be as many launchers.
  job: (told, sight) =>
    meetingKey(rendezvous(told.variables), sight) ?? launcherOrEndpoint('HOROVOD_RANK')(told, sight),
}

const rendezvous = (variables: Variables): Endpoint | undefined =>
  endpointIn(variables, 'HOROVOD_GLOO_RENDEZVOUS_ADDR', 'HOROVOD_GLOO_RENDEZVOUS_PORT')

/** It sets the variables of Open MPI and PMIx, and so stands before them. */
export const jsrun: LauncherRow = {
  launcher: 'jsrun',
  isProgram: true,
  present: (variables) => has(variables, 'JSM_NAMESPACE_RANK'),
  variable: 'JSM_NAMESPACE_RANK',
  rank: of('JSM_NAMESPACE_RANK'),
  worldSize: of('JSM_NAMESPACE_SIZE'),
  localRank: of('JSM_NAMESPACE_LOCAL_RANK'),
  localWorldSize: of('JSM_NAMESPACE_LOCAL_SIZE'),
  job: launcherOrEndpoint('JSM_NAMESPACE_RANK'),
}

export const openmpi: LauncherRow = {
  // OMPI_COMM_WORLD_NODE_RANK is the place on the node over all jobs, and no node's number.
  launcher: 'openmpi',
  isProgram: true,
  present: (variables) => has(variables, 'OMPI_COMM_WORLD_RANK'),
  variable: 'OMPI_COMM_WORLD_RANK',
  rank: of('OMPI_COMM_WORLD_RANK'),
  worldSize: of('OMPI_COMM_WORLD_SIZE'),
  localRank: of('OMPI_COMM_WORLD_LOCAL_RANK'),
  localWorldSize: of('OMPI_COMM_WORLD_LOCAL_SIZE'),
  nodeCount: of('OMPI_MCA_orte_num_nodes'),
  job: (told, sight) => {
    const name = textOf(told.variables, 'PMIX_NAMESPACE', 'OMPI_MCA_ess_base_jobid')
    if (name !== undefined) return within(`pmix-${name}`, sight.batch)
    return sight.batch ?? launcherOrEndpoint('OMPI_COMM_WORLD_RANK')(told, sight)
  },
}

export const mvapich: LauncherRow = {
  launcher: 'mvapich2',
  isProgram: true,
  present: (variables) => has(variables, 'MV2_COMM_WORLD_RANK') || has(variables, 'MVP_COMM_WORLD_RANK'),
  variable: 'MV2_COMM_WORLD_RANK',
  rank: of('MV2_COMM_WORLD_RANK', 'MVP_COMM_WORLD_RANK'),
  worldSize: of('MV2_COMM_WORLD_SIZE', 'MVP_COMM_WORLD_SIZE'),
  localRank: of('MV2_COMM_WORLD_LOCAL_RANK', 'MVP_COMM_WORLD_LOCAL_RANK'),
  localWorldSize: of('MV2_COMM_WORLD_LOCAL_SIZE', 'MVP_COMM_WORLD_LOCAL_SIZE'),
  job: (told, sight) => {
    const version = has(told.variables, 'MV2_COMM_WORLD_RANK') ? 'MV2' : 'MVP'
    return launcherOrEndpoint(`${version}_COMM_WORLD_RANK`)(told, sight)
  },
}

/** HPE's, on Cray machines; there Slurm sets its variables as well, and tells more. */
export const pals: LauncherRow = {
  launcher: 'pals',
  isProgram: true,
  present: (variables) =>
    has(variables, 'PALS_RANKID') &&
    !isStepRank(variables, countOf(variables, 'PALS_RANKID'), countOf(variables, 'PMI_SIZE', 'PALS_SIZE')),
  variable: 'PALS_RANKID',
  rank: of('PALS_RANKID'),
  worldSize: of('PMI_SIZE', 'PALS_SIZE'),
  localRank: of('PALS_LOCAL_RANKID', 'PMI_LOCAL_RANK'),
  localWorldSize: of('PMI_LOCAL_SIZE', 'PALS_LOCAL_SIZE'),
  nodeRank: of('PALS_NODEID'),
  job: ({ variables }) => {
    const id = textOf(variables, 'PALS_APID')
    return id === undefined ? undefined : `pals-${id}`
  },
}

/** Hydra, of MPICH and Intel MPI. PMI with a size of 1 is a singleton, and says nothing. */
export const mpich: LauncherRow = {
  launcher: 'mpich',
  isProgram: true,
  present: (variables) =>
    has(variables, 'PMI_RANK') &&
    (countOf(variables, 'PMI_SIZE') ?? 0) > 1 &&
    (has(variables, 'MPI_LOCALRANKID') ||
      !isStepRank(variables, countOf(variables, 'PMI_RANK'), countOf(variables, 'PMI_SIZE'))),
  variable: 'PMI_RANK',
  rank: of('PMI_RANK'),
  worldSize: of('PMI_SIZE'),
  localRank: of('MPI_LOCALRANKID', 'PMI_LOCAL_RANK'),
  localWorldSize: of('MPI_LOCALNRANKS', 'PMI_LOCAL_SIZE'),
  job: (told, sight) => {
    const several = onOneNode(told) === false
    const launcher = sight.launcher('PMI_RANK')
    if (!several && launcher !== undefined && !launcher.ours) return launcher.key
    // Each node has a proxy of its own, which is told where mpiexec listens.
    const control = optionIn(launcher?.argv ?? [], 'control-port')
    return sight.batch ?? (control === undefined ? undefined : `hydra-${control}`)
  },
}

/** PRRTE, and `srun --mpi=pmix`, which alone leaves Slurm's variables of the same task beside it. */
export const pmix: LauncherRow = {
  launcher: 'pmix',
  isProgram: true,
  present: (variables) => has(variables, 'PMIX_RANK'),
  variable: 'PMIX_RANK',
  rank: of('PMIX_RANK'),
  worldSize: ofStep(tasksOf),
  localRank: ofStep(of('SLURM_LOCALID')),
  localWorldSize: ofStep((variables) =>
    tasksPerNode(variables['SLURM_STEP_TASKS_PER_NODE'], countOf(variables, 'SLURM_NODEID')),
  ),
  nodeRank: ofStep(of('SLURM_NODEID')),
  nodeCount: ofStep(nodesOf),
  job: ({ variables }, { batch }) => {
    const name = textOf(variables, 'PMIX_NAMESPACE')
    return name === undefined ? slurmStepKey(variables, batch) : within(`pmix-${name}`, batch)
  },
}

function ofStep(count: (variables: Variables) => number | undefined): typeof count {
  return (variables) =>
    isStepRank(variables, countOf(variables, 'PMIX_RANK'), undefined) ? count(variables) : undefined
}

export function slurmStepKey(variables: Variables, batch: string | undefined): string | undefined {
  const step = stepOf(variables)
  return batch === undefined || step === undefined ? batch : `${batch}.${step}`
}

/** Ranks that a launcher outside has started, as far as one says. */
export function launchedSize(variables: Variables): number | undefined {
  const told = [
    ['HOROVOD_RANK', 'HOROVOD_SIZE'],
    ['JSM_NAMESPACE_RANK', 'JSM_NAMESPACE_SIZE'],
    ['FLUX_TASK_RANK', 'FLUX_JOB_SIZE'],
    ['OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE'],
    ['MV2_COMM_WORLD_RANK', 'MV2_COMM_WORLD_SIZE'],
    ['MVP_COMM_WORLD_RANK', 'MVP_COMM_WORLD_SIZE'],
    ['PALS_RANKID', 'PALS_SIZE'],
    ['PMI_RANK', 'PMI_SIZE'],
  ].flatMap(([rank, size]) => (has(variables, rank!) ? (countOf(variables, size!) ?? []) : []))
  if (stepOf(variables) !== undefined) told.push(countOf(variables, 'SLURM_STEP_NUM_TASKS') ?? 1)
  return told.length === 0 ? undefined : Math.max(...told)
}
