import { slurmBatch, slurmStep } from './environment.ts'
import type { Environment } from './environment.ts'

const task = { launcher: 'slurm', rank: 5, worldSize: 8, localRank: 1, nodeRank: 1 }
const lone = { launcher: 'none', rankToldBy: 'alone', rank: 0, worldSize: 1 }

/** https://slurm.schedmd.com: srun, sbatch, "Output environment variables"; job_array; heterogeneous_jobs */
export const slurm: readonly Environment[] = [
  {
    name: 'a task of a step',
    variables: slurmStep,
    want: {
      ...task,
      localWorldSize: 4,
      nodeCount: 2,
      attempt: 0,
      restarts: 'all',
      jobKey: 'slurm-17.0',
      rankToldBy: 'launcher',
    },
  },
  {
    name: 'a task of the job’s second step: another run',
    variables: { ...slurmStep, SLURM_STEP_ID: '1' },
    want: { ...task, jobKey: 'slurm-17.1' },
  },
  {
    name: 'a task of a requeued job',
    variables: { ...slurmStep, SLURM_RESTART_COUNT: '2' },
    want: { ...task, attempt: 2, restarts: 'all', jobKey: 'slurm-17.0' },
  },
  {
    name: 'a task of an element of a job array',
    variables: { ...slurmStep, SLURM_JOB_ID: '19', SLURM_ARRAY_JOB_ID: '17', SLURM_ARRAY_TASK_ID: '3' },
    want: { ...task, jobKey: 'slurm-19_3.0' },
  },
  {
    name: 'a task of a job that is named bash',
    variables: { ...slurmStep, SLURM_JOB_NAME: 'bash' },
    want: { ...task, jobKey: 'slurm-17.0' },
  },
  {
    name: 'a task from an salloc shell, whose name Slurm gives it for a job’s',
    variables: { ...slurmStep, SLURM_JOB_NAME: 'interactive' },
    want: task,
  },
  {
    name: 'the shell of `srun --pty bash`, the only task of its step',
    variables: {
      ...slurmStep,
      SLURM_PROCID: '0',
      SLURM_LOCALID: '0',
      SLURM_NODEID: '0',
      SLURM_STEP_NUM_TASKS: '1',
      SLURM_NTASKS: '1',
      SLURM_STEP_NUM_NODES: '1',
      SLURM_STEP_TASKS_PER_NODE: '1',
      SLURM_JOB_NAME: 'bash',
    },
    want: { launcher: 'slurm', rank: 0, worldSize: 1, nodeCount: 1, jobKey: 'slurm-17.0' },
  },
  {
    name: 'the shell that salloc opens on a node, an interactive step',
    variables: {
      ...slurmBatch,
      SLURM_STEP_ID: '4294967290',
      SLURM_STEP_NUM_TASKS: '1',
      SLURM_JOB_NAME: 'interactive',
    },
    want: { ...lone, jobKey: 'slurm-17' },
  },
  {
    name: 'the shell of salloc on the login node: no step',
    variables: { SLURM_JOB_ID: '17', SLURM_NTASKS: '8', SLURM_JOB_NAME: 'interactive' },
    want: { ...lone, jobKey: 'slurm-17' },
  },
  {
    name: 'a batch script without srun, which is no rank',
    variables: slurmBatch,
    want: { ...lone, localRank: 0, nodeRank: 0, jobKey: 'slurm-17' },
  },
  {
    name: 'a batch script, with the step id that it has',
    variables: { ...slurmBatch, SLURM_STEP_ID: '4294967291' },
    want: { ...lone, jobKey: 'slurm-17' },
  },
  {
    name: 'a batch script that was requeued',
    variables: { ...slurmBatch, SLURM_RESTART_COUNT: '1' },
    want: { ...lone, attempt: 1 },
  },
  {
    name: 'a batch script of an element of a job array',
    variables: { ...slurmBatch, SLURM_ARRAY_TASK_ID: '4' },
    want: { ...lone, jobKey: 'slurm-17_4' },
  },
  {
    name: 'a task of the second component of a heterogeneous job: the first names it',
    variables: { ...slurmStep, SLURM_JOB_ID: '18', SLURM_HET_JOB_ID: '17', SLURM_NTASKS: '4' },
    want: { rank: 5, worldSize: 8, nodeCount: null, jobKey: 'slurm-17.0' },
  },
  {
    name: 'a heterogeneous job, named by the ids of its groups',
    variables: {
      ...slurmStep,
      SLURM_JOB_ID: '18',
      SLURM_HET_SIZE: '2',
      SLURM_JOB_ID_HET_GROUP_0: '17',
      SLURM_JOB_ID_HET_GROUP_1: '18',
    },
    want: { rank: 5, jobKey: 'slurm-17.0' },
  },
  {
    name: 'a heterogeneous job of an old Slurm, which called it a pack',
    variables: { ...slurmStep, SLURM_JOB_ID: '18', SLURM_PACK_JOB_ID: '17' },
    want: { rank: 5, jobKey: 'slurm-17.0' },
  },
  {
    name: 'a step of fewer tasks than the job, unevenly on its nodes',
    variables: {
      ...slurmStep,
      SLURM_PROCID: '2',
      SLURM_STEP_NUM_TASKS: '3',
      SLURM_STEP_TASKS_PER_NODE: '2,1',
      SLURM_LOCALID: '0',
    },
    want: { rank: 2, worldSize: 3, localWorldSize: 1, nodeRank: 1, contradictions: 0 },
  },
  {
    name: 'an old Slurm, which does not count a step’s tasks',
    variables: {
      SLURM_JOBID: '17',
      SLURM_STEPID: '0',
      SLURM_PROCID: '5',
      SLURM_NPROCS: '8',
      SLURM_JOB_NAME: 'train',
    },
    want: { launcher: 'slurm', rank: 5, worldSize: 8, jobKey: 'slurm-17.0' },
  },
  {
    name: 'Dask workers that set Slurm’s variables themselves, outside of Slurm',
    variables: { SLURM_PROCID: '0', SLURM_LOCALID: '0', SLURM_NTASKS: '4' },
    want: { launcher: 'slurm', rank: 0, worldSize: 4, jobKey: null },
  },
  {
    name: 'Dask workers that set Slurm’s variables themselves, in a batch script',
    variables: { ...slurmBatch, SLURM_PROCID: '2', SLURM_NTASKS: '4' },
    want: { launcher: 'slurm', rank: 2, worldSize: 4, jobKey: 'slurm-17' },
  },
  {
    name: 'Dask workers that set Slurm’s variables themselves, in a step’s only task',
    variables: {
      ...slurmStep,
      SLURM_STEP_NUM_TASKS: '1',
      SLURM_PROCID: '2',
      SLURM_NTASKS: '4',
      SLURM_STEP_TASKS_PER_NODE: '1',
      SLURM_LOCALID: '2',
    },
    want: { launcher: 'slurm', rank: 2, worldSize: 4, localWorldSize: null },
  },
]

/** Flux (flux-run(1)), PBS, LSF, Grid Engine */
export const otherBatch: readonly Environment[] = [
  {
    name: 'Flux on two nodes',
    variables: {
      FLUX_TASK_RANK: '3',
      FLUX_JOB_SIZE: '4',
      FLUX_TASK_LOCAL_ID: '1',
      FLUX_JOB_ID: 'ƒABC',
      FLUX_JOB_NNODES: '2',
      PMI_RANK: '3',
      PMI_SIZE: '4',
    },
    want: {
      launcher: 'flux',
      rank: 3,
      localRank: 1,
      localWorldSize: 2,
      nodeRank: 1,
      nodeCount: 2,
      jobKey: 'flux-ƒABC',
    },
  },
  {
    name: 'Flux with three tasks on two nodes: the node cannot be told',
    variables: {
      FLUX_TASK_RANK: '2',
      FLUX_JOB_SIZE: '3',
      FLUX_TASK_LOCAL_ID: '0',
      FLUX_JOB_ID: 'f1',
      FLUX_JOB_NNODES: '2',
    },
    want: { launcher: 'flux', rank: 2, nodeRank: null, nodeCount: 2 },
  },
  {
    name: 'Flux on Cray, which sets the variables of PALS too',
    variables: {
      FLUX_TASK_RANK: '1',
      FLUX_JOB_SIZE: '2',
      FLUX_JOB_ID: 'f1',
      PALS_RANKID: '1',
      PALS_APID: 'f1',
      PALS_NODEID: '0',
    },
    want: { launcher: 'flux', rank: 1, jobKey: 'flux-f1', attempt: 0, restarts: null },
  },
  {
    name: 'mpirun in a task of Flux',
    variables: {
      FLUX_TASK_RANK: '0',
      FLUX_JOB_SIZE: '1',
      FLUX_JOB_ID: 'f1',
      OMPI_COMM_WORLD_RANK: '2',
      OMPI_COMM_WORLD_SIZE: '4',
      PMIX_NAMESPACE: 'prterun-n0-9@1',
    },
    want: { launcher: 'openmpi', rank: 2, worldSize: 4, jobKey: 'pmix-prterun-n0-9@1@flux-f1' },
  },
  {
    name: 'a Flux instance in a Slurm step: Flux names the job',
    variables: { ...slurmStep, FLUX_TASK_RANK: '3', FLUX_JOB_SIZE: '4', FLUX_JOB_ID: 'f1' },
    want: { launcher: 'flux', rank: 3, worldSize: 4, jobKey: 'flux-f1' },
  },
  {
    name: 'a PBS script without mpiexec',
    variables: { PBS_JOBID: '12.x', PBS_NODENUM: '0', PBS_TASKNUM: '1' },
    want: { ...lone, attempt: 0, restarts: null, jobKey: 'pbs-12.x' },
  },
  {
    name: 'an element of an LSF array',
    variables: { LSB_JOBID: '55', LSB_JOBINDEX: '4' },
    want: { ...lone, jobKey: 'lsf-55.4' },
  },
  {
    name: 'a Grid Engine job that is no array',
    variables: { JOB_ID: '7', SGE_TASK_ID: 'undefined', SGE_ROOT: '/opt/sge' },
    want: { ...lone, jobKey: 'sge-7' },
  },
  {
    name: 'a JOB_ID of somebody’s own',
    variables: { JOB_ID: '7' },
    want: { ...lone, jobKey: null },
  },
]
