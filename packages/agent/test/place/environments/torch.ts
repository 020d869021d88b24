import { launcherKey, slurmBatch, slurmStep } from './environment.ts'
import type { Environment } from './environment.ts'

/** torchrun's worker 5 of 8, on the second of two nodes. */
const worker = {
  TORCHELASTIC_RUN_ID: 'none',
  RANK: '5',
  WORLD_SIZE: '8',
  LOCAL_RANK: '1',
  LOCAL_WORLD_SIZE: '4',
  GROUP_RANK: '1',
  GROUP_WORLD_SIZE: '2',
  TORCHELASTIC_RESTART_COUNT: '1',
  TORCHELASTIC_MAX_RESTARTS: '3',
  MASTER_ADDR: 'n0',
  MASTER_PORT: '41357',
}
/** The same of one node. */
const alone = { ...worker, RANK: '1', WORLD_SIZE: '4', GROUP_RANK: '0', GROUP_WORLD_SIZE: '1' }
const place = { launcher: 'torchrun', rank: 5, worldSize: 8, localRank: 1, nodeRank: 1 }

/** https://docs.pytorch.org/docs/stable/elastic/run.html, "Environment Variables" */
export const torchrun: readonly Environment[] = [
  {
    name: 'torchrun with an id',
    variables: { ...worker, TORCHELASTIC_RUN_ID: 'abc' },
    want: {
      ...place,
      localWorldSize: 4,
      nodeCount: 2,
      attempt: 1,
      restartsMax: 3,
      restarts: 'all',
      jobKey: 'torchrun-abc',
    },
  },
  {
    name: 'torchrun with an id in a batch job, whose name is behind it: tutorials repeat ids',
    variables: { ...slurmBatch, ...worker, TORCHELASTIC_RUN_ID: '100' },
    want: { ...place, jobKey: 'torchrun-100@slurm-17' },
  },
  {
    name: 'torchrun in a requeued batch job: its own count begins again',
    variables: { ...slurmBatch, ...worker, TORCHELASTIC_RUN_ID: '100', SLURM_RESTART_COUNT: '2' },
    want: { attempt: 9, restartsMax: 11, restarts: 'all' },
  },
  {
    name: 'torchrun on one node without an id: the launcher itself, whatever port its restart took',
    variables: alone,
    launcher: {},
    want: { rank: 1, worldSize: 4, nodeCount: 1, jobKey: launcherKey },
  },
  {
    name: 'torchrun on one node of a batch job without an id: the launcher itself, for two may run in it',
    variables: { ...slurmBatch, ...alone },
    launcher: {},
    want: { rank: 1, jobKey: launcherKey },
  },
  {
    name: 'torchrun on one node, where no process is in sight',
    variables: alone,
    want: { rank: 1, jobKey: 'master-n0' },
  },
  {
    name: 'torchrun on two nodes without an id and without a batch system: MASTER_ADDR, which restarts do not change',
    variables: worker,
    launcher: { argv: ['python3', 'torchrun', '--rdzv-endpoint', 'n0:29400', 't.py'] },
    want: { ...place, jobKey: 'master-n0' },
  },
  {
    name: 'torchrun on two nodes of a batch job without an id: the endpoint of its command line',
    variables: { ...slurmStep, ...worker },
    launcher: { argv: ['python3', '-m', 'torch.distributed.run', '--rdzv_endpoint=n0:29511', 't.py'] },
    want: { ...place, jobKey: 'slurm-17:n0:29511' },
  },
  {
    name: 'torchrun with the static rendezvous: the same, from two options',
    variables: { ...slurmStep, ...worker },
    launcher: { argv: ['torchrun', '--master_addr', 'n0', '--master-port=29512', '--nnodes=2', 't.py'] },
    want: { ...place, jobKey: 'slurm-17:n0:29512' },
  },
  {
    name: 'accelerate launch on two nodes, which is torchrun within',
    variables: { ...slurmStep, ...worker },
    launcher: {
      argv: ['accelerate', 'launch', '--main_process_ip', 'n0', '--main_process_port', '29513', 't.py'],
    },
    want: { ...place, jobKey: 'slurm-17:n0:29513' },
  },
  {
    name: 'torchrun on two nodes of a batch job, whose command line cannot be read',
    variables: { ...slurmStep, ...worker },
    launcher: { argv: [] },
    want: { ...place, jobKey: 'slurm-17:n0' },
  },
  {
    name: 'torchrun --nnodes 1:2 before its second node joins: what it is called must last',
    variables: alone,
    launcher: { argv: ['torchrun', '--nnodes', '1:2', '--rdzv-endpoint', 'n0:29400', 't.py'] },
    want: { rank: 1, worldSize: 4, jobKey: 'master-n0' },
  },
  {
    name: 'two torchruns as two nodes of one machine: where they meet there, for all its jobs have that MASTER_ADDR',
    variables: { ...worker, MASTER_ADDR: '127.0.0.1' },
    launcher: { argv: ['torchrun', '--nnodes', '2', '--rdzv-endpoint', '127.0.0.1:29612', 't.py'] },
    want: { ...place, jobKey: 'master-HOST:29612' },
  },
  {
    name: 'torchrun in pods of Trainer v2',
    variables: {
      ...worker,
      PET_NNODES: '2',
      PET_NPROC_PER_NODE: '4',
      PET_NODE_RANK: '1',
      PET_MASTER_ADDR: 'job-node-0-0.job',
      PET_MASTER_PORT: '29500',
      JOB_COMPLETION_INDEX: '1',
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
    },
    want: { ...place, jobKey: 'master-job-node-0-0.job:29500' },
  },
  {
    name: 'torchrun in containers of SageMaker',
    variables: {
      ...worker,
      SM_HOSTS: '["algo-1","algo-2"]',
      SM_CURRENT_HOST: 'algo-2',
      TRAINING_JOB_NAME: 'job-1',
    },
    launcher: {
      argv: ['torchrun', '--nnodes', '2', '--master_addr', 'algo-1', '--master_port', '7777', 't.py'],
    },
    want: { ...place, jobKey: 'sagemaker-job-1:algo-1:7777' },
  },
  {
    name: 'torchrun within a Slurm step, whose task number all its workers inherit',
    variables: {
      ...slurmStep,
      TORCHELASTIC_RUN_ID: 'x',
      RANK: '6',
      WORLD_SIZE: '8',
      LOCAL_RANK: '2',
      GROUP_RANK: '1',
    },
    want: { launcher: 'torchrun', rank: 6, localRank: 2, contradictions: 0 },
  },
  {
    name: 'a torchrun of one process in each of eight Slurm tasks: eight jobs, not one',
    variables: {
      ...slurmStep,
      ...worker,
      TORCHELASTIC_RUN_ID: 'u-u-i-d',
      RANK: '0',
      WORLD_SIZE: '1',
      LOCAL_RANK: '0',
      LOCAL_WORLD_SIZE: '1',
      GROUP_RANK: '0',
      GROUP_WORLD_SIZE: '1',
    },
    want: { launcher: 'torchrun', rank: 0, worldSize: 1, jobKey: 'torchrun-u-u-i-d@slurm-17' },
  },
  {
    name: 'a torchrun in a later step of a batch job is another one, whatever its id: sweeps give all of them one',
    variables: {
      ...slurmStep,
      ...worker,
      TORCHELASTIC_RUN_ID: '17',
      SLURM_STEP_ID: '3',
      SLURM_STEP_NUM_NODES: '2',
      GROUP_WORLD_SIZE: '2',
    },
    want: { launcher: 'torchrun', jobKey: 'torchrun-17@slurm-17.3' },
  },
  {
    name: 'a torchrun of which each node has a step of its own is one job',
    variables: {
      ...slurmStep,
      ...worker,
      TORCHELASTIC_RUN_ID: '17',
      SLURM_STEP_ID: '3',
      SLURM_STEP_NUM_NODES: '1',
      GROUP_WORLD_SIZE: '2',
    },
    want: { launcher: 'torchrun', jobKey: 'torchrun-17@slurm-17' },
  },
  {
    name: 'torchrun below a provloom run that nobody named a job is a job of its own',
    variables: {
      PROVLOOM_LAUNCHER: 'provloom run',
      PROVLOOM_JOB_KEY: 'run-0123abcd',
      TORCHELASTIC_RUN_ID: 'x',
      RANK: '1',
      LOCAL_RANK: '1',
    },
    want: { launcher: 'torchrun', rank: 1, jobKey: 'torchrun-x' },
  },
  {
    name: 'torchrun within provloom run',
    variables: { PROVLOOM_LAUNCHER: 'provloom run', TORCHELASTIC_RUN_ID: 'x', RANK: '1', LOCAL_RANK: '1' },
    want: { launcher: 'torchrun', rank: 1, jobKey: 'torchrun-x' },
  },
  {
    name: 'a key given outright wins over all',
    variables: { ...slurmStep, ...worker, PROVLOOM_JOB_KEY: 'mine' },
    want: { ...place, jobKey: 'mine' },
  },
]
