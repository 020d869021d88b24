import { launcherKey, slurmBatch, slurmStep, treeKey } from './environment.ts'
import type { Environment } from './environment.ts'

const child = { LOCAL_RANK: '1', NODE_RANK: '1', WORLD_SIZE: '4', MASTER_ADDR: 'a', MASTER_PORT: '1234' }
const onThis = { ...child, NODE_RANK: '0', MASTER_ADDR: '127.0.0.1' }

/** lightning/pytorch/strategies/launchers/subprocess_script.py, lightning/fabric/plugins/environments/lightning.py */
export const lightning: readonly Environment[] = [
  {
    name: 'a child of Lightning on the second node: the ranks of a node follow from the world',
    variables: child,
    want: { launcher: 'lightning', rank: 3, localWorldSize: 2, nodeRank: 1, jobKey: 'master-a:1234' },
  },
  {
    name: 'a child of Lightning on one node: rank 0 is its launcher',
    variables: onThis,
    launcher: {},
    want: { rank: 1, worldSize: 4, localWorldSize: 4, nodeCount: 1, jobKey: launcherKey },
  },
  {
    name: 'rank 0 of Lightning, which has set the variables itself: its tree',
    variables: { ...onThis, LOCAL_RANK: '0' },
    launcher: { ours: true },
    tree: treeKey,
    want: { rank: 0, worldSize: 4, jobKey: treeKey },
  },
  {
    name: 'a child of Lightning below our wrapper, whose rank 0 has not said anything yet',
    variables: onThis,
    launcher: {},
    tree: treeKey,
    want: { rank: 1, jobKey: treeKey },
  },
  {
    name: 'a child of Lightning in a batch script: the key of the lone process that rank 0 was before',
    variables: { ...slurmBatch, ...onThis },
    launcher: {},
    want: { rank: 1, worldSize: 4, jobKey: 'slurm-17' },
  },
  {
    name: 'a child of Lightning in the shell of `srun --pty bash`',
    variables: {
      ...slurmStep,
      SLURM_PROCID: '0',
      SLURM_STEP_NUM_TASKS: '1',
      SLURM_JOB_NAME: 'bash',
      ...onThis,
    },
    want: { launcher: 'lightning', rank: 1, worldSize: 4 },
  },
  {
    name: 'LOCAL_RANK and WORLD_SIZE that a script takes from Slurm, which deals ranks out node by node: it tells the rank outright',
    variables: {
      ...slurmStep,
      SLURM_PROCID: '2',
      SLURM_STEP_NUM_TASKS: '4',
      SLURM_NODEID: '0',
      SLURM_STEP_TASKS_PER_NODE: '2(x2)',
      LOCAL_RANK: '1',
      NODE_RANK: '0',
      WORLD_SIZE: '4',
      MASTER_ADDR: 'n0',
    },
    want: { launcher: 'slurm', rank: 2, nodeRank: 0, jobKey: 'slurm-17.0' },
  },
  {
    name: 'a child of Lightning on a later node, where several numbers of ranks fit: no rank is made up',
    variables: { ...child, WORLD_SIZE: '16' },
    want: { launcher: 'none', rank: 0, contradictions: 1 },
  },
  {
    name: 'the same, with visible devices that tell the number',
    variables: { ...child, WORLD_SIZE: '16', CUDA_VISIBLE_DEVICES: '0,1,2,3' },
    want: { launcher: 'lightning', rank: 5, localWorldSize: 4 },
  },
  {
    name: 'the same, with a number of nodes',
    variables: { ...child, WORLD_SIZE: '16', NNODES: '2' },
    want: { launcher: 'lightning', rank: 9, localWorldSize: 8 },
  },
  {
    name: 'LOCAL_RANK alone, which says nothing of a job',
    variables: { LOCAL_RANK: '2' },
    want: { launcher: 'none', rank: 0 },
  },
]
