import { countOf, has, tasksPerNode } from './variables.ts'
import type { Variables } from './variables.ts'
import { placeIn, sagemakerHosts, tensorflowTask, tpuHosts } from './lists.ts'

type Count = (variables: Variables) => number | undefined

/** How one launcher tells a process its place: read from the first row that is present. */
export interface LauncherRow {
  readonly launcher: string
  readonly present: (variables: Variables) => boolean
  readonly rank: Count
  readonly worldSize: Count
  readonly localRank: Count
  readonly localSize: Count
  readonly nodeRank: Count
  readonly attempt?: Count
  readonly restartsMax?: Count
}

const of =
  (...names: readonly string[]): Count =>
  (variables) =>
    countOf(variables, ...names)
const none: Count = () => undefined

/** Batch scripts and shells inside an allocation are no ranks, though Slurm numbers them 0. */
const notTasks = new Set(['bash', 'interactive'])

/**
 * The launchers, most telling first. Why this order:
 * RANK with LOCAL_RANK stands before Slurm, because under `srun torchrun` all workers of a node inherit one
 * SLURM_PROCID. MPI stands before Slurm, because under `sbatch` + `mpirun` every rank inherits the batch step's
 * SLURM_PROCID=0. Slurm counts only inside a step. PMI with a size of 1 is a singleton, and says nothing.
 */
export const launchers: readonly LauncherRow[] = [
  {
    launcher: 'torchrun',
    present: (variables) => has(variables, 'TORCHELASTIC_RUN_ID', 'RANK'),
    rank: of('RANK'),
    worldSize: of('WORLD_SIZE'),
    localRank: of('LOCAL_RANK'),
    localSize: of('LOCAL_WORLD_SIZE'),
    nodeRank: of('GROUP_RANK'),
    attempt: of('TORCHELASTIC_RESTART_COUNT'),
    restartsMax: of('TORCHELASTIC_MAX_RESTARTS'),
  },
  {
    launcher: 'deepspeed',
    present: (variables) => has(variables, 'RANK', 'LOCAL_RANK', 'CROSS_RANK'),
    rank: of('RANK'),
    worldSize: of('WORLD_SIZE'),
    localRank: of('LOCAL_RANK'),
    localSize: of('LOCAL_SIZE'),
    nodeRank: of('CROSS_RANK'),
  },
  {
    launcher: 'provloom run',
    present: (variables) =>
      variables['PROVLOOM_LAUNCHER'] === 'provloom run' && has(variables, 'RANK', 'LOCAL_RANK'),
    rank: of('RANK'),
    worldSize: of('WORLD_SIZE'),
    localRank: of('LOCAL_RANK'),
    localSize: of('LOCAL_WORLD_SIZE'),
    nodeRank: of('NODE_RANK'),
  },
  {
    launcher: 'generic',
    present: (variables) => has(variables, 'RANK', 'LOCAL_RANK'),
    rank: of('RANK'),
    worldSize: of('WORLD_SIZE'),
    localRank: of('LOCAL_RANK'),
    localSize: of('LOCAL_WORLD_SIZE'),
    nodeRank: of('NODE_RANK', 'GROUP_RANK'),
  },
  {
    launcher: 'horovod',
    present: (variables) => has(variables, 'HOROVOD_RANK', 'HOROVOD_SIZE'),
    rank: of('HOROVOD_RANK'),
    worldSize: of('HOROVOD_SIZE'),
    localRank: of('HOROVOD_LOCAL_RANK'),
    localSize: of('HOROVOD_LOCAL_SIZE'),
    nodeRank: of('HOROVOD_CROSS_RANK'),
  },
  {
    // OMPI_COMM_WORLD_NODE_RANK is the place on the node over all jobs, and no node's number.
    launcher: 'openmpi',
    present: (variables) => has(variables, 'OMPI_COMM_WORLD_RANK'),
    rank: of('OMPI_COMM_WORLD_RANK'),
    worldSize: of('OMPI_COMM_WORLD_SIZE'),
    localRank: of('OMPI_COMM_WORLD_LOCAL_RANK'),
    localSize: of('OMPI_COMM_WORLD_LOCAL_SIZE'),
    nodeRank: none,
  },
  {
    launcher: 'mvapich2',
    present: (variables) => has(variables, 'MV2_COMM_WORLD_RANK'),
    rank: of('MV2_COMM_WORLD_RANK'),
    worldSize: of('MV2_COMM_WORLD_SIZE'),
    localRank: of('MV2_COMM_WORLD_LOCAL_RANK'),
    localSize: of('MV2_COMM_WORLD_LOCAL_SIZE'),
    nodeRank: none,
  },
  {
    launcher: 'pals',
    present: (variables) => has(variables, 'PALS_RANKID'),
    rank: of('PALS_RANKID'),
    worldSize: of('PMI_SIZE', 'PALS_SIZE'),
    localRank: of('PALS_LOCAL_RANKID', 'PMI_LOCAL_RANK'),
    localSize: of('PMI_LOCAL_SIZE'),
    nodeRank: of('PALS_NODEID'),
  },
  {
    launcher: 'mpich',
    present: (variables) => has(variables, 'PMI_RANK') && (countOf(variables, 'PMI_SIZE') ?? 0) > 1,
    rank: of('PMI_RANK'),
    worldSize: of('PMI_SIZE'),
    localRank: of('MPI_LOCALRANKID'),
    localSize: of('MPI_LOCALNRANKS'),
    nodeRank: none,
  },
  {
    launcher: 'pmix',
    present: (variables) => has(variables, 'PMIX_RANK'),
    rank: of('PMIX_RANK'),
    worldSize: of('SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS'),
    localRank: of('SLURM_LOCALID'),
    localSize: (variables) => tasksPerNode(variables['SLURM_STEP_TASKS_PER_NODE']),
    nodeRank: of('SLURM_NODEID'),
    attempt: of('SLURM_RESTART_COUNT'),
  },
  {
    launcher: 'jsrun',
    present: (variables) => has(variables, 'JSM_NAMESPACE_RANK'),
    rank: of('JSM_NAMESPACE_RANK'),
    worldSize: of('JSM_NAMESPACE_SIZE'),
    localRank: of('JSM_NAMESPACE_LOCAL_RANK'),
    localSize: none,
    nodeRank: none,
  },
  {
    launcher: 'flux',
    present: (variables) => has(variables, 'FLUX_TASK_RANK'),
    rank: of('FLUX_TASK_RANK'),
    worldSize: of('FLUX_JOB_SIZE'),
    localRank: of('FLUX_TASK_LOCAL_ID'),
    localSize: none,
    nodeRank: none,
  },
  {
    launcher: 'slurm',
    present: (variables) =>
      has(variables, 'SLURM_PROCID') &&
      (has(variables, 'SLURM_STEP_ID') || has(variables, 'SLURM_STEP_NODELIST')) &&
      /^\d{1,9}$/.test(variables['SLURM_STEP_ID'] ?? '0') &&
      !notTasks.has(variables['SLURM_JOB_NAME'] ?? ''),
    rank: of('SLURM_PROCID'),
    worldSize: of('SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS'),
    localRank: of('SLURM_LOCALID'),
    localSize: (variables) => tasksPerNode(variables['SLURM_STEP_TASKS_PER_NODE']),
    nodeRank: of('SLURM_NODEID'),
    attempt: of('SLURM_RESTART_COUNT'),
  },
  {
    launcher: 'jax',
    present: (variables) => has(variables, 'JAX_PROCESS_ID', 'JAX_NUM_PROCESSES'),
    rank: of('JAX_PROCESS_ID'),
    worldSize: of('JAX_NUM_PROCESSES'),
    localRank: none,
    localSize: none,
    nodeRank: of('JAX_PROCESS_ID'),
  },
  {
    // A worker's number counts within its slice.
    launcher: 'tpu',
    present: (variables) => has(variables, 'TPU_WORKER_ID'),
    rank: (variables) => {
      const worker = countOf(variables, 'TPU_WORKER_ID')
      const hosts = tpuHosts(variables)
      const slice = countOf(variables, 'MEGASCALE_SLICE_ID') ?? 0
      if (worker === undefined || (slice > 0 && hosts === undefined)) return undefined
      return slice * (hosts ?? 0) + worker
    },
    worldSize: (variables) => {
      const hosts = tpuHosts(variables)
      return hosts === undefined ? undefined : hosts * (countOf(variables, 'MEGASCALE_NUM_SLICES') ?? 1)
    },
    localRank: () => 0,
    localSize: () => 1,
    nodeRank: none,
  },
  {
    launcher: 'pjrt',
    present: (variables) => has(variables, 'PJRT_PROCESS_INDEX', 'PJRT_NUM_PROCESSES'),
    rank: of('PJRT_PROCESS_INDEX'),
    worldSize: of('PJRT_NUM_PROCESSES'),
    localRank: none,
    localSize: none,
    nodeRank: of('PJRT_NODE_ID'),
  },
  {
    // Without LOCAL_RANK it is a pod's number (PyTorchJob), right as long as a pod runs one process.
    launcher: 'generic',
    present: (variables) => has(variables, 'RANK'),
    rank: of('RANK'),
    worldSize: of('WORLD_SIZE'),
    localRank: none,
    localSize: of('LOCAL_WORLD_SIZE'),
    nodeRank: of('NODE_RANK', 'GROUP_RANK'),
  },
  {
    // It numbers nodes, and torchrun within them their ranks: a node is a rank where it has one process.
    launcher: 'kubeflow',
    present: (variables) => has(variables, 'PET_NODE_RANK') && countOf(variables, 'PET_NPROC_PER_NODE') === 1,
    rank: of('PET_NODE_RANK'),
    worldSize: of('PET_NNODES'),
    localRank: () => 0,
    localSize: () => 1,
    nodeRank: of('PET_NODE_RANK'),
  },
  {
    launcher: 'kubernetes',
    present: (variables) => has(variables, 'JOB_COMPLETION_INDEX'),
    rank: of('JOB_COMPLETION_INDEX'),
    worldSize: none,
    localRank: none,
    localSize: none,
    nodeRank: of('JOB_COMPLETION_INDEX'),
  },
  {
    launcher: 'sagemaker',
    present: (variables) => has(variables, 'SM_HOSTS', 'SM_CURRENT_HOST'),
    rank: (variables) => placeIn(sagemakerHosts(variables), variables['SM_CURRENT_HOST']),
    worldSize: (variables) => sagemakerHosts(variables)?.length,
    localRank: none,
    localSize: none,
    nodeRank: (variables) => placeIn(sagemakerHosts(variables), variables['SM_CURRENT_HOST']),
  },
  {
    launcher: 'tensorflow',
    present: (variables) => has(variables, 'TF_CONFIG'),
    rank: (variables) => tensorflowTask(variables)?.rank,
    worldSize: (variables) => tensorflowTask(variables)?.worldSize,
    localRank: none,
    localSize: none,
    nodeRank: none,
  },
  {
    launcher: 'volcano',
    present: (variables) => has(variables, 'VC_TASK_INDEX'),
    rank: of('VC_TASK_INDEX'),
    worldSize: none,
    localRank: none,
    localSize: none,
    nodeRank: of('VC_TASK_INDEX'),
  },
]
