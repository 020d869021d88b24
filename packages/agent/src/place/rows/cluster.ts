import { endpointOfText, launcherOrEndpoint, master } from '../job-key.ts'
import { placeIn, sagemakerHosts, tensorflowTask, tpuHosts, vertexTask, volcanoTask } from '../lists.ts'
import { of } from '../row.ts'
import type { LauncherRow } from '../row.ts'
import { countOf, has, textOf } from '../variables.ts'

/** Clouds, Kubernetes, and what they tell their containers. */

export const jax: LauncherRow = {
  launcher: 'jax',
  present: (variables) => has(variables, 'JAX_PROCESS_ID', 'JAX_NUM_PROCESSES'),
  variable: 'JAX_PROCESS_ID',
  rank: of('JAX_PROCESS_ID'),
  worldSize: of('JAX_NUM_PROCESSES'),
  // A process has a node of its own, but where it is told which of the node's devices are its.
  nodeRank: (variables) =>
    has(variables, 'JAX_LOCAL_DEVICE_IDS') ? undefined : countOf(variables, 'JAX_PROCESS_ID'),
  job: (told, sight) => {
    const coordinator = textOf(told.variables, 'JAX_COORDINATOR_ADDRESS')
    return coordinator === undefined
      ? launcherOrEndpoint('JAX_PROCESS_ID')(told, sight)
      : `jax-${coordinator}`
  },
}

export const tpu: LauncherRow = {
  // A worker's number counts within its slice.
  launcher: 'tpu',
  present: (variables) => has(variables, 'TPU_WORKER_ID'),
  variable: 'TPU_WORKER_ID',
  rank: (variables) => {
    const worker = countOf(variables, 'TPU_WORKER_ID')
    const hosts = tpuHosts(variables)?.length
    const slice = countOf(variables, 'MEGASCALE_SLICE_ID') ?? 0
    if (worker === undefined || (slice > 0 && hosts === undefined)) return undefined
    return slice * (hosts ?? 0) + worker
  },
  worldSize: (variables) => {
    const hosts = tpuHosts(variables)?.length
    return hosts === undefined ? undefined : hosts * (countOf(variables, 'MEGASCALE_NUM_SLICES') ?? 1)
  },
  localRank: () => 0,
  localWorldSize: () => 1,
  job: launcherOrEndpoint('TPU_WORKER_ID', (variables) =>
    endpointOfText(textOf(variables, 'MEGASCALE_COORDINATOR_ADDRESS') ?? tpuHosts(variables)?.[0]),
  ),
}

export const pjrt: LauncherRow = {
  launcher: 'pjrt',
  present: (variables) => has(variables, 'PJRT_PROCESS_INDEX', 'PJRT_NUM_PROCESSES'),
  variable: 'PJRT_PROCESS_INDEX',
  rank: of('PJRT_PROCESS_INDEX'),
  worldSize: of('PJRT_NUM_PROCESSES'),
  nodeRank: of('PJRT_NODE_ID'),
  job: launcherOrEndpoint('PJRT_PROCESS_INDEX'),
}

export const vertex: LauncherRow = {
  launcher: 'vertex',
  present: (variables) => vertexTask(variables) !== undefined,
  rank: (variables) => vertexTask(variables)?.rank,
  worldSize: (variables) => vertexTask(variables)?.worldSize,
  nodeRank: (variables) => vertexTask(variables)?.rank,
  nodeCount: (variables) => vertexTask(variables)?.worldSize,
  job: ({ variables }, { batch }) => batch ?? vertexTask(variables)?.job,
}

export const sagemaker: LauncherRow = {
  launcher: 'sagemaker',
  present: (variables) => has(variables, 'SM_HOSTS', 'SM_CURRENT_HOST'),
  rank: (variables) => placeIn(sagemakerHosts(variables), textOf(variables, 'SM_CURRENT_HOST')),
  worldSize: (variables) => sagemakerHosts(variables)?.length,
  nodeRank: (variables) => placeIn(sagemakerHosts(variables), textOf(variables, 'SM_CURRENT_HOST')),
  nodeCount: (variables) => sagemakerHosts(variables)?.length,
}

export const tensorflow: LauncherRow = {
  launcher: 'tensorflow',
  present: (variables) => has(variables, 'TF_CONFIG'),
  rank: (variables) => tensorflowTask(variables)?.rank,
  worldSize: (variables) => tensorflowTask(variables)?.worldSize,
  job: launcherOrEndpoint('TF_CONFIG', (variables) => endpointOfText(tensorflowTask(variables)?.first)),
}

export const volcano: LauncherRow = {
  launcher: 'volcano',
  present: (variables) => has(variables, 'VC_TASK_INDEX') || has(variables, 'VK_TASK_INDEX'),
  rank: (variables) => volcanoTask(variables)?.rank,
  worldSize: (variables) => volcanoTask(variables)?.worldSize,
  nodeRank: (variables) => volcanoTask(variables)?.rank,
  job: launcherOrEndpoint(
    'VC_TASK_INDEX',
    (variables) => master(variables) ?? endpointOfText(volcanoTask(variables)?.first),
  ),
}

/** An Indexed Job, of a JobSet or alone. Of a Trainer's pods with several processes each it numbers nodes. */
export const kubernetes: LauncherRow = {
  launcher: 'kubernetes',
  present: (variables) => has(variables, 'JOB_COMPLETION_INDEX') && !has(variables, 'PET_NODE_RANK'),
  variable: 'JOB_COMPLETION_INDEX',
  rank: of('JOB_COMPLETION_INDEX'),
  nodeRank: of('JOB_COMPLETION_INDEX'),
  restarts: () => 'one',
  job: ({ variables }, { hostName }) => {
    const index = `-${countOf(variables, 'JOB_COMPLETION_INDEX')}`
    const [pod] = (textOf(variables, 'HOSTNAME') ?? hostName).split('.')
    return pod?.endsWith(index) ? `kubernetes-${pod.slice(0, -index.length)}` : undefined
  },
}
