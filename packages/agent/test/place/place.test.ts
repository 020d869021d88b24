import { describe, expect, test } from 'vitest'
import { detectPlace } from '../../src/place/place.ts'
import { devicesOf } from '../../src/place/devices.ts'
import { tasksPerNode } from '../../src/place/variables.ts'
import type { Variables } from '../../src/place/variables.ts'

const slurmStep = {
  SLURM_JOB_ID: '17',
  SLURM_STEP_ID: '0',
  SLURM_PROCID: '5',
  SLURM_NTASKS: '8',
  SLURM_STEP_NUM_TASKS: '8',
  SLURM_LOCALID: '1',
  SLURM_NODEID: '1',
  SLURM_STEP_TASKS_PER_NODE: '4(x2)',
  SLURM_JOB_NAME: 'train',
}
const slurmBatch = { SLURM_JOB_ID: '17', SLURM_PROCID: '0', SLURM_NTASKS: '8', SLURM_JOB_NAME: 'train' }

const rows: readonly (readonly [string, Variables, object])[] = [
  [
    'torchrun',
    {
      TORCHELASTIC_RUN_ID: 'none',
      RANK: '3',
      WORLD_SIZE: '8',
      LOCAL_RANK: '1',
      LOCAL_WORLD_SIZE: '2',
      GROUP_RANK: '1',
      TORCHELASTIC_RESTART_COUNT: '2',
      TORCHELASTIC_MAX_RESTARTS: '3',
    },
    { launcher: 'torchrun', rank: 3, worldSize: 8, localRank: 1, nodeRank: 1, attempt: 2, restartsMax: 3 },
  ],
  [
    'torchrun within a Slurm step, whose task number all its workers inherit',
    { ...slurmStep, TORCHELASTIC_RUN_ID: 'x', RANK: '6', WORLD_SIZE: '8', LOCAL_RANK: '2', GROUP_RANK: '1' },
    { launcher: 'torchrun', rank: 6, localRank: 2 },
  ],
  [
    'DeepSpeed',
    { RANK: '1', LOCAL_RANK: '1', CROSS_RANK: '0', WORLD_SIZE: '2', LOCAL_SIZE: '2' },
    { launcher: 'deepspeed', rank: 1, nodeRank: 0 },
  ],
  [
    'RANK and LOCAL_RANK',
    { RANK: '2', LOCAL_RANK: '0', WORLD_SIZE: '4', NODE_RANK: '1' },
    { launcher: 'generic', rank: 2, nodeRank: 1 },
  ],
  ['RANK alone', { RANK: '2', WORLD_SIZE: '4' }, { launcher: 'generic', rank: 2, worldSize: 4 }],
  [
    'Horovod',
    { HOROVOD_RANK: '1', HOROVOD_SIZE: '2', HOROVOD_LOCAL_RANK: '1' },
    { launcher: 'horovod', rank: 1, worldSize: 2 },
  ],
  [
    'Open MPI, whose NODE_RANK is no node number',
    {
      OMPI_COMM_WORLD_RANK: '5',
      OMPI_COMM_WORLD_SIZE: '8',
      OMPI_COMM_WORLD_LOCAL_RANK: '1',
      OMPI_COMM_WORLD_LOCAL_SIZE: '4',
      OMPI_COMM_WORLD_NODE_RANK: '7',
    },
    { launcher: 'openmpi', rank: 5, worldSize: 8, localRank: 1, nodeRank: 1 },
  ],
  [
    'Open MPI within a Slurm batch script',
    { ...slurmBatch, OMPI_COMM_WORLD_RANK: '3', OMPI_COMM_WORLD_SIZE: '8' },
    { launcher: 'openmpi', rank: 3, worldSize: 8 },
  ],
  ['MVAPICH2', { MV2_COMM_WORLD_RANK: '1', MV2_COMM_WORLD_SIZE: '2' }, { launcher: 'mvapich2', rank: 1 }],
  [
    'MPICH and Intel MPI',
    { PMI_RANK: '1', PMI_SIZE: '4', MPI_LOCALRANKID: '1', MPI_LOCALNRANKS: '2' },
    { launcher: 'mpich', rank: 1, worldSize: 4, localRank: 1, nodeRank: 0 },
  ],
  [
    'PMI of a singleton, within a Slurm step',
    { ...slurmStep, PMI_RANK: '0', PMI_SIZE: '1' },
    { launcher: 'slurm', rank: 5 },
  ],
  [
    'Cray PALS',
    { PALS_RANKID: '9', PMI_SIZE: '16', PALS_LOCAL_RANKID: '1', PALS_NODEID: '1' },
    { launcher: 'pals', rank: 9, worldSize: 16 },
  ],
  [
    'PMIx under Slurm',
    { ...slurmStep, PMIX_RANK: '5' },
    { launcher: 'pmix', rank: 5, worldSize: 8, nodeRank: 1 },
  ],
  [
    'jsrun',
    { JSM_NAMESPACE_RANK: '4', JSM_NAMESPACE_SIZE: '6' },
    { launcher: 'jsrun', rank: 4, worldSize: 6 },
  ],
  [
    'Flux',
    { FLUX_TASK_RANK: '1', FLUX_JOB_SIZE: '2', FLUX_TASK_LOCAL_ID: '1' },
    { launcher: 'flux', rank: 1, localRank: 1 },
  ],
  [
    'a Slurm step',
    { ...slurmStep, SLURM_RESTART_COUNT: '1' },
    { launcher: 'slurm', rank: 5, worldSize: 8, localRank: 1, nodeRank: 1, attempt: 1 },
  ],
  ['a Slurm batch script, which is no rank', slurmBatch, { launcher: 'none', rank: 0, worldSize: 1 }],
  ['an interactive Slurm shell', { ...slurmStep, SLURM_JOB_NAME: 'bash' }, { launcher: 'none', rank: 0 }],
  ['JAX', { JAX_PROCESS_ID: '1', JAX_NUM_PROCESSES: '2' }, { launcher: 'jax', rank: 1, worldSize: 2 }],
  [
    'PJRT',
    { PJRT_PROCESS_INDEX: '1', PJRT_NUM_PROCESSES: '2', PJRT_NODE_ID: '1' },
    { launcher: 'pjrt', rank: 1 },
  ],
  ['a Kubernetes indexed job', { JOB_COMPLETION_INDEX: '3' }, { launcher: 'kubernetes', rank: 3 }],
  [
    'provloom run',
    { PROVLOOM_LAUNCHER: 'provloom run', RANK: '1', LOCAL_RANK: '1', WORLD_SIZE: '2', NODE_RANK: '0' },
    { launcher: 'provloom run', rank: 1, worldSize: 2, localRank: 1, nodeRank: 0 },
  ],
  [
    'torchrun within provloom run',
    { PROVLOOM_LAUNCHER: 'provloom run', TORCHELASTIC_RUN_ID: 'x', RANK: '1', LOCAL_RANK: '1' },
    { launcher: 'torchrun', rank: 1 },
  ],
  [
    'a Cloud TPU pod',
    { TPU_WORKER_ID: '1', TPU_WORKER_HOSTNAMES: 'h0,h1,h2,h3' },
    { launcher: 'tpu', rank: 1, worldSize: 4, localRank: 0, nodeRank: 1 },
  ],
  [
    'a Cloud TPU pod of several slices',
    {
      TPU_WORKER_ID: '1',
      TPU_PROCESS_ADDRESSES: 'a,b',
      MEGASCALE_SLICE_ID: '2',
      MEGASCALE_NUM_SLICES: '3',
    },
    { launcher: 'tpu', rank: 5, worldSize: 6 },
  ],
  [
    'a Kubeflow Trainer node of one process',
    { PET_NODE_RANK: '2', PET_NNODES: '4', PET_NPROC_PER_NODE: '1' },
    { launcher: 'kubeflow', rank: 2, worldSize: 4, localRank: 0, nodeRank: 2 },
  ],
  [
    'a Kubeflow Trainer node of several, which is no rank',
    { PET_NODE_RANK: '2', PET_NNODES: '4', PET_NPROC_PER_NODE: '8' },
    { launcher: 'none', rank: 0 },
  ],
  [
    'SageMaker',
    { SM_HOSTS: '["algo-1","algo-2"]', SM_CURRENT_HOST: 'algo-2' },
    { launcher: 'sagemaker', rank: 1, worldSize: 2, nodeRank: 1 },
  ],
  [
    'TensorFlow, whose chief is rank 0',
    {
      TF_CONFIG:
        '{"cluster":{"chief":["a:1"],"worker":["b:1","c:1"],"ps":["d:1"]},"task":{"type":"worker","index":1}}',
    },
    { launcher: 'tensorflow', rank: 2, worldSize: 3 },
  ],
  [
    'a parameter server of TensorFlow, which is no rank',
    { TF_CONFIG: '{"cluster":{"ps":["d:1"],"worker":["b:1"]},"task":{"type":"ps","index":0}}' },
    { launcher: 'none', rank: 0 },
  ],
  ['a TF_CONFIG that is no JSON', { TF_CONFIG: '{' }, { launcher: 'none', rank: 0 }],
  ['Volcano', { VC_TASK_INDEX: '3' }, { launcher: 'volcano', rank: 3 }],
  ['nothing', {}, { launcher: 'none', rank: 0, worldSize: 1, localRank: 0, nodeRank: 0, attempt: 0 }],
  ['variables that are no numbers', { RANK: 'first', LOCAL_RANK: '-1' }, { launcher: 'none', rank: 0 }],
]

describe('the place of a process is found from', () => {
  test.each(rows)('%s', (_, variables, place) => {
    expect(detectPlace(variables, undefined)).toMatchObject(place)
  })
})

test('an explicit rank wins over the launcher, and keeps the rest of what it says', () => {
  expect(detectPlace(slurmStep, 2)).toMatchObject({ launcher: 'slurm', rank: 2, worldSize: 8 })
})

test('an explicit rank of a lone process says nothing of the size of its job', () => {
  expect(detectPlace({}, 3)).toMatchObject({ launcher: 'none', rank: 3 })
  expect(detectPlace({}, 3).worldSize).toBeUndefined()
})

test('an explicit rank that the job does not have is refused, naming option, expectation and value', () => {
  expect(() => detectPlace(slurmStep, 8)).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION', message: "--rank must be below the job's size 8, not 8" }),
  )
})

test('contradictions are told, and a size that cannot be is not passed on', () => {
  const place = detectPlace({ RANK: '4', LOCAL_RANK: '0', WORLD_SIZE: '4', SLURM_PROCID: '1' }, undefined)
  expect(place.worldSize).toBeUndefined()
  expect(place.contradictions).toHaveLength(2)
})

test('tasks per node are known when all nodes have the same', () => {
  expect([
    tasksPerNode('4(x2)'),
    tasksPerNode('4'),
    tasksPerNode('4(x2),3'),
    tasksPerNode(undefined),
  ]).toEqual([4, 4, undefined, undefined])
})

test('devices are the entry of the local rank, or the only visible one', () => {
  expect(devicesOf({ CUDA_VISIBLE_DEVICES: '2,3' }, 1)).toBe('3')
  expect(devicesOf({ CUDA_VISIBLE_DEVICES: 'GPU-aa' }, 3)).toBe('GPU-aa')
  expect(devicesOf({ HIP_VISIBLE_DEVICES: '0,1' }, undefined)).toBe('0,1')
  expect(devicesOf({ CUDA_VISIBLE_DEVICES: '' }, 0)).toBeUndefined()
})
