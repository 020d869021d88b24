import { launcherKey, treeKey } from './environment.ts'
import type { Environment } from './environment.ts'

const lone = { launcher: 'none', rankToldBy: 'alone', rank: 0, worldSize: 1 }
const tfConfig = (type: string, index: number): string =>
  JSON.stringify({ cluster: { chief: ['a:1'], worker: ['b:1', 'c:1'], ps: ['d:1'] }, task: { type, index } })
const clusterSpec = (task: object, job: string): string =>
  JSON.stringify({ cluster: { workerpool0: ['a:2222'], workerpool1: ['b:2222', 'c:2222'] }, task, job })

/** JAX (jax.distributed), Cloud TPU, TensorFlow (TF_CONFIG), Vertex AI (CLUSTER_SPEC), SageMaker */
export const clouds: readonly Environment[] = [
  {
    name: 'JAX, one process a node',
    variables: { JAX_PROCESS_ID: '1', JAX_NUM_PROCESSES: '2', JAX_COORDINATOR_ADDRESS: 'a:1' },
    want: { launcher: 'jax', rank: 1, worldSize: 2, nodeRank: 1, jobKey: 'jax-a:1' },
  },
  {
    name: 'JAX, whose processes share a node’s devices',
    variables: {
      JAX_PROCESS_ID: '1',
      JAX_NUM_PROCESSES: '4',
      JAX_COORDINATOR_ADDRESS: 'a:1',
      JAX_LOCAL_DEVICE_IDS: '1',
    },
    want: { launcher: 'jax', rank: 1, nodeRank: null },
  },
  {
    name: 'JAX without a coordinator',
    variables: { JAX_PROCESS_ID: '1', JAX_NUM_PROCESSES: '2' },
    launcher: {},
    want: { launcher: 'jax', rank: 1, jobKey: launcherKey },
  },
  {
    name: 'a Cloud TPU pod',
    variables: { TPU_WORKER_ID: '1', TPU_WORKER_HOSTNAMES: 'h0,h1,h2,h3' },
    want: { launcher: 'tpu', rank: 1, worldSize: 4, localRank: 0, nodeRank: 1, jobKey: 'master-h0' },
  },
  {
    name: 'a Cloud TPU pod of several slices',
    variables: {
      TPU_WORKER_ID: '1',
      TPU_PROCESS_ADDRESSES: 'a:8476,b:8476',
      MEGASCALE_SLICE_ID: '2',
      MEGASCALE_NUM_SLICES: '3',
      MEGASCALE_COORDINATOR_ADDRESS: 'job-slice-0-0.job:8080',
    },
    want: { launcher: 'tpu', rank: 5, worldSize: 6, jobKey: 'master-job-slice-0-0.job:8080' },
  },
  {
    name: 'a TPU of one host',
    variables: { TPU_WORKER_ID: '0', TPU_WORKER_HOSTNAMES: 'localhost' },
    launcher: {},
    want: { launcher: 'tpu', rank: 0, worldSize: 1, nodeCount: 1, jobKey: launcherKey },
  },
  {
    name: 'a slice’s number so large that no rank comes of it',
    variables: { TPU_WORKER_ID: '1', TPU_WORKER_HOSTNAMES: 'a,b', MEGASCALE_SLICE_ID: '2147483647' },
    want: { launcher: 'none', rank: 0 },
  },
  {
    name: 'PJRT',
    variables: { PJRT_PROCESS_INDEX: '1', PJRT_NUM_PROCESSES: '2', PJRT_NODE_ID: '1' },
    want: { launcher: 'pjrt', rank: 1, nodeRank: 1 },
  },
  {
    name: 'SageMaker without torchrun: one process a host',
    variables: { SM_HOSTS: '["algo-1","algo-2"]', SM_CURRENT_HOST: 'algo-2', TRAINING_JOB_NAME: 'job-1' },
    want: {
      launcher: 'sagemaker',
      rank: 1,
      worldSize: 2,
      nodeRank: 1,
      nodeCount: 2,
      jobKey: 'sagemaker-job-1',
    },
  },
  {
    name: 'a host that SageMaker does not list',
    variables: { SM_HOSTS: '["algo-1"]', SM_CURRENT_HOST: 'algo-2', TRAINING_JOB_NAME: 'job-1' },
    want: { ...lone, jobKey: 'sagemaker-job-1' },
  },
  {
    name: 'TensorFlow, whose chief is rank 0',
    variables: { TF_CONFIG: tfConfig('worker', 1) },
    want: { launcher: 'tensorflow', rank: 2, worldSize: 3, jobKey: 'master-a:1' },
  },
  {
    name: 'a parameter server of TensorFlow, which is no rank',
    variables: { TF_CONFIG: tfConfig('ps', 0) },
    want: lone,
  },
  { name: 'a TF_CONFIG that is no JSON', variables: { TF_CONFIG: '{' }, want: lone },
  { name: 'a TF_CONFIG of another shape', variables: { TF_CONFIG: '{"cluster":[],"task":7}' }, want: lone },
  {
    name: 'Vertex AI',
    variables: { CLUSTER_SPEC: clusterSpec({ type: 'workerpool1', index: 1 }, '{}'), CLOUD_ML_JOB_ID: '123' },
    want: { launcher: 'vertex', rank: 2, worldSize: 3, jobKey: 'vertex-123' },
  },
  {
    name: 'a trial of a tuning of Vertex AI: a job of its own',
    variables: {
      CLUSTER_SPEC: clusterSpec({ type: 'workerpool0', index: 0, trial: '7' }, '{}'),
      CLOUD_ML_JOB_ID: '123',
      CLOUD_ML_TRIAL_ID: '7',
    },
    want: { launcher: 'vertex', rank: 0, jobKey: 'vertex-123.7' },
  },
  {
    name: 'Vertex AI without the job’s id: what the specification calls it',
    variables: { CLUSTER_SPEC: clusterSpec({ type: 'workerpool1', index: 0, trial: 2 }, 'job-9') },
    want: { launcher: 'vertex', rank: 1, jobKey: 'vertex-job-9.2' },
  },
]

/** Kubernetes: Indexed Job, JobSet, Trainer v2; Volcano (svc and env plugins) */
export const pods: readonly Environment[] = [
  {
    name: 'a pod of an Indexed Job, which is started again alone',
    variables: { JOB_COMPLETION_INDEX: '3', HOSTNAME: 'train-3', KUBERNETES_SERVICE_HOST: '10.0.0.1' },
    want: { launcher: 'kubernetes', rank: 3, worldSize: null, restarts: 'one', jobKey: 'kubernetes-train' },
  },
  {
    name: 'a pod of a JobSet: each of its Jobs numbers its pods',
    variables: { JOB_COMPLETION_INDEX: '1', HOSTNAME: 'set-workers-2-1' },
    want: { launcher: 'kubernetes', rank: 1, jobKey: 'kubernetes-set-workers-2' },
  },
  {
    name: 'a pod of an Indexed Job whose host has another name: the tree',
    variables: { JOB_COMPLETION_INDEX: '1', HOSTNAME: 'node-of-hostnetwork' },
    tree: treeKey,
    want: { launcher: 'kubernetes', rank: 1, jobKey: treeKey },
  },
  {
    name: 'a Trainer node of one process',
    variables: {
      PET_NODE_RANK: '2',
      PET_NNODES: '4',
      PET_NPROC_PER_NODE: '1',
      PET_MASTER_ADDR: 'job-node-0-0.job',
      PET_MASTER_PORT: '29500',
    },
    want: {
      launcher: 'kubeflow',
      rank: 2,
      worldSize: 4,
      localRank: 0,
      nodeRank: 2,
      jobKey: 'master-job-node-0-0.job:29500',
    },
  },
  {
    name: 'a Trainer node of several, which is no rank',
    variables: {
      PET_NODE_RANK: '2',
      PET_NNODES: '4',
      PET_NPROC_PER_NODE: '8',
      JOB_COMPLETION_INDEX: '2',
      HOSTNAME: 'job-node-0-2',
    },
    want: lone,
  },
  {
    name: 'a sidecar of a pod that is told nothing',
    variables: { KUBERNETES_SERVICE_HOST: '10.0.0.1', HOSTNAME: 'train-3' },
    want: { ...lone, jobKey: null },
  },
  {
    name: 'Volcano with one role',
    variables: {
      VC_TASK_INDEX: '1',
      VC_WORKER_HOSTS: 'job-worker-0.job,job-worker-1.job',
      VC_WORKER_NUM: '2',
    },
    want: { launcher: 'volcano', rank: 1, worldSize: 2, nodeRank: 1, jobKey: 'master-job-worker-0.job' },
  },
  {
    name: 'Volcano with two roles, each of which it numbers from 0',
    variables: {
      VC_TASK_INDEX: '0',
      VC_WORKER_HOSTS: 'job-worker-0.job',
      VC_MASTER_HOSTS: 'job-master-0.job',
      HOSTNAME: 'job-worker-0',
    },
    want: { launcher: 'volcano', rank: 1, worldSize: 2, jobKey: 'master-job-master-0.job' },
  },
  {
    name: 'Volcano, the index alone',
    variables: { VK_TASK_INDEX: '3' },
    want: { launcher: 'volcano', rank: 3 },
  },
]

/** What nobody has written down, and is seen all the same. */
export const odd: readonly Environment[] = [
  { name: 'nothing', variables: {}, want: { ...lone, localRank: 0, nodeRank: 0, attempt: 0, jobKey: null } },
  {
    name: 'nothing, in a tree',
    variables: {},
    tree: treeKey,
    want: { ...lone, jobKey: treeKey },
  },
  {
    name: 'empty variables, which are as good as none',
    variables: {
      RANK: '',
      LOCAL_RANK: '',
      WORLD_SIZE: '',
      SLURM_JOB_ID: '',
      SLURM_PROCID: ' ',
      TORCHELASTIC_RUN_ID: '',
    },
    want: { ...lone, jobKey: null, contradictions: 0 },
  },
  {
    name: 'variables that are no numbers, told',
    variables: { RANK: 'first', LOCAL_RANK: '-1', WORLD_SIZE: '1e3' },
    want: { ...lone, contradictions: 2 },
  },
  {
    name: 'a rank that no count holds',
    variables: { RANK: '99999999999', LOCAL_RANK: '0', WORLD_SIZE: '4' },
    want: { launcher: 'lightning', rank: 0, worldSize: 4, contradictions: 1 },
  },
  {
    name: 'a variable that cannot be read before one that can: both are told',
    variables: {
      PMI_RANK: 'x',
      PMI_SIZE: '2',
      JAX_PROCESS_ID: '1',
      JAX_NUM_PROCESSES: '2',
      JAX_COORDINATOR_ADDRESS: 'a:1',
    },
    want: { launcher: 'jax', rank: 1, contradictions: 1 },
  },
  {
    name: 'a rank said in a call, which wins',
    variables: { RANK: '1', LOCAL_RANK: '1', WORLD_SIZE: '4' },
    said: { by: 'call', rank: 2 },
    want: { rank: 2, rankToldBy: 'call', worldSize: 4, localRank: 1 },
  },
  {
    name: 'ranks of a library in one task: the task’s place on the node is not theirs',
    variables: { RANK: '0', LOCAL_RANK: '0', WORLD_SIZE: '1', NODE_RANK: '0' },
    said: { by: 'library', rank: 3, worldSize: 4 },
    want: { rank: 3, rankToldBy: 'library', worldSize: 4, localRank: null, nodeRank: 0 },
  },
]
