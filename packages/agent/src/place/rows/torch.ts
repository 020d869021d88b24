import {
  endpointIn,
  endpointKey,
  endpointOfText,
  firstRankOrEndpoint,
  isLoopback,
  launcherOrEndpoint,
  master,
  optionIn,
  seemsOnOneNode,
  within,
} from '../job-key.ts'
import type { Endpoint } from '../job-key.ts'
import { lightningRank, lightningSize } from '../lightning.ts'
import { of, onOneNode } from '../row.ts'
import type { LauncherRow, Told } from '../row.ts'
import type { Sight } from '../sight.ts'
import { nodesOf, stepOf } from '../slurm.ts'
import { countOf, has, textOf } from '../variables.ts'
import type { Variables } from '../variables.ts'
import { flux, slurm } from './batch.ts'
import { jsrun, launchedSize, mpich, mvapich, openmpi, pals, pmix, slurmStepKey } from './mpi.ts'

/** Launchers of PyTorch, and what they have in common: RANK, LOCAL_RANK, WORLD_SIZE. */

const common = {
  variable: 'RANK',
  rank: of('RANK'),
  worldSize: of('WORLD_SIZE'),
  localRank: of('LOCAL_RANK'),
  localWorldSize: of('LOCAL_WORLD_SIZE'),
}

export const torchrun: LauncherRow = {
  ...common,
  launcher: 'torchrun',
  isProgram: true,
  present: (variables) => has(variables, 'TORCHELASTIC_RUN_ID', 'RANK'),
  nodeRank: of('GROUP_RANK'),
  nodeCount: of('GROUP_WORLD_SIZE'),
  // A requeue starts torchrun again, whose own count begins again.
  attempt: (variables) => requeues(variables) * (most(variables) + 1) + (restarted(variables) ?? 0),
  restartsMax: (variables) =>
    has(variables, 'TORCHELASTIC_MAX_RESTARTS')
      ? requeues(variables) * (most(variables) + 1) + most(variables)
      : undefined,
  restarts: () => 'all',
  job: torchrunKey,
}

const requeues = (variables: Variables): number => countOf(variables, 'SLURM_RESTART_COUNT') ?? 0
const most = (variables: Variables): number => countOf(variables, 'TORCHELASTIC_MAX_RESTARTS') ?? 0
const restarted = of('TORCHELASTIC_RESTART_COUNT')

function torchrunKey(told: Told, sight: Sight): string | undefined {
  const { variables } = told
  const id = textOf(variables, 'TORCHELASTIC_RUN_ID')
  if (id !== 'none') return within(`torchrun-${id}`, stepKey(told, sight.batch))
  // Kubernetes gives torchrun its options by variables, the same in every pod.
  const given =
    endpointOfText(variables['PET_RDZV_ENDPOINT']) ??
    endpointIn(variables, 'PET_MASTER_ADDR', 'PET_MASTER_PORT')
  if (given !== undefined && !isLoopback(given.address) && sight.batch === undefined)
    return endpointKey(given, sight.host)
  const launcher = sight.launcher('TORCHELASTIC_RUN_ID')
  const argv = launcher?.argv ?? []
  // Where nodes may join later, the first one is not alone for long.
  const elastic = (optionIn(argv, 'nnodes') ?? textOf(variables, 'PET_NNODES'))?.includes(':') === true
  if (onOneNode(told) === true && !elastic && launcher !== undefined)
    return launcher.ours ? undefined : launcher.key
  const endpoint = given ?? endpointOfArguments(argv)
  const place = master(variables)
  if (sight.batch !== undefined) return meetingIn(sight.batch, endpoint ?? { ...place, port: undefined })
  // Text that was typed for each node may differ: MASTER_ADDR does not, but that of one machine is all its jobs'.
  const port = place !== undefined && isLoopback(place.address) ? endpoint?.port : undefined
  return place === undefined ? undefined : endpointKey({ ...place, port }, sight.host)
}

/**
 * A step that holds all of the job's nodes: several torchruns of a batch script, each by an srun of its own, are often
 * given one id, its batch job's. Where each node has a step of its own the batch job stands for them, and where there is
 * one step alone, the first.
 */
function stepKey({ variables, nodeCount }: Told, batch: string | undefined): string | undefined {
  const nodes = nodesOf(variables) ?? (countOf(variables, 'SLURM_NNODES') === 1 ? 1 : undefined)
  const holdsAll = nodes !== undefined && nodeCount !== undefined && nodes >= nodeCount
  return holdsAll && stepOf(variables) !== '0' ? slurmStepKey(variables, batch) : batch
}

function meetingIn(batch: string, { address, port }: Partial<Endpoint>): string | undefined {
  if (address === undefined) return undefined
  return port === undefined ? `${batch}:${address}` : `${batch}:${address}:${port}`
}

/** Where the agents of torchrun, or of `accelerate launch`, meet. MASTER_PORT is another one at each restart. */
function endpointOfArguments(argv: readonly string[]): Endpoint | undefined {
  const told = endpointOfText(optionIn(argv, 'rdzv-endpoint'))
  const address = optionIn(argv, 'master-addr', 'main-process-ip')
  if (told !== undefined || address === undefined) return told
  return { address, port: optionIn(argv, 'master-port', 'main-process-port') }
}

export const deepspeed: LauncherRow = {
  ...common,
  launcher: 'deepspeed',
  isProgram: true,
  present: (variables) => has(variables, 'RANK', 'LOCAL_RANK', 'CROSS_RANK'),
  localWorldSize: of('LOCAL_SIZE', 'LOCAL_WORLD_SIZE'),
  nodeRank: of('CROSS_RANK'),
  nodeCount: of('CROSS_SIZE'),
  job: launcherOrEndpoint('LOCAL_RANK'),
}

export const provloomRun: LauncherRow = {
  ...common,
  launcher: 'provloom run',
  present: (variables) =>
    variables['PROVLOOM_LAUNCHER'] === 'provloom run' && has(variables, 'RANK', 'LOCAL_RANK'),
  nodeRank: of('NODE_RANK'),
  job: launcherOrEndpoint('LOCAL_RANK'),
}

export const azureml: LauncherRow = {
  ...common,
  launcher: 'azureml',
  present: (variables) => has(variables, 'AZUREML_RUN_ID', 'RANK', 'LOCAL_RANK'),
  nodeRank: of('NODE_RANK'),
  nodeCount: of('AZUREML_NODE_COUNT'),
}

export const generic: LauncherRow = {
  ...common,
  launcher: 'generic',
  present: (variables) => has(variables, 'RANK', 'LOCAL_RANK'),
  nodeRank: of('NODE_RANK', 'GROUP_RANK'),
  nodeCount: of('NNODES', 'GROUP_WORLD_SIZE'),
  restarts: podsRestart,
  job: genericKey,
}

/**
 * A script that each rank runs first often takes RANK from the launcher outside. On one node that launcher names the job,
 * for there is a script, and perhaps a shell of it, for every rank.
 */
function genericKey(told: Told, sight: Sight): string | undefined {
  const { variables, rank, worldSize } = told
  const outside = launchersOutside.find(
    (row) =>
      row.present(variables) && row.rank(variables) === rank && row.worldSize?.(variables) === worldSize,
  )
  const key = outside === undefined ? undefined : (outside.job?.(told, sight) ?? sight.batch)
  const one = seemsOnOneNode(told, master(variables), sight)
  return (one ? key : undefined) ?? launcherOrEndpoint('LOCAL_RANK')(told, sight) ?? key
}

const launchersOutside = [jsrun, flux, openmpi, mvapich, pals, mpich, pmix, slurm]

/**
 * RANK without LOCAL_RANK: a pod's number (PyTorchJob), which is a rank's where a pod has one process; or what a script
 * gave its own processes, perhaps below a launcher that started just the one.
 */
export const rankAlone: LauncherRow = {
  ...common,
  launcher: 'generic',
  present: (variables) =>
    has(variables, 'RANK') && (launchedSize(variables) ?? 1) <= 1 && !hasPodsOfSeveral(variables),
  localRank: () => undefined,
  nodeRank: of('NODE_RANK', 'GROUP_RANK'),
  restarts: podsRestart,
  job: launcherOrEndpoint('RANK', podsMaster),
}

/** The first pod of a PyTorchJob was told `localhost`, once; to the others it goes by its own name. */
function podsMaster(variables: Variables): Endpoint | undefined {
  const told = master(variables)
  const pod = textOf(variables, 'HOSTNAME')
  if (told === undefined || !isLoopback(told.address) || pod === undefined) return told
  return podsRestart(variables) === undefined ? told : { ...told, address: pod }
}

/** Kubernetes starts a failed pod again, and leaves the others. */
function podsRestart(variables: Variables): 'one' | undefined {
  return has(variables, 'KUBERNETES_SERVICE_HOST') ? 'one' : undefined
}

/** While no torchrun has told LOCAL_RANK, the numbers of such pods are those of nodes. */
function hasPodsOfSeveral(variables: Variables): boolean {
  return has(variables, 'PET_NPROC_PER_NODE') && countOf(variables, 'PET_NPROC_PER_NODE') !== 1
}

/** Lightning and Fabric: their rank 0 starts the others with LOCAL_RANK, NODE_RANK and WORLD_SIZE, and no RANK. */
export const lightning: LauncherRow = {
  launcher: 'lightning',
  present: (variables) =>
    has(variables, 'LOCAL_RANK', 'WORLD_SIZE') && !isLaunched(variables, countOf(variables, 'WORLD_SIZE')),
  variable: 'LOCAL_RANK',
  rank: lightningRank,
  worldSize: of('WORLD_SIZE'),
  localRank: of('LOCAL_RANK'),
  localWorldSize: lightningSize,
  nodeRank: of('NODE_RANK', 'GROUP_RANK'),
  job: firstRankOrEndpoint('LOCAL_RANK'),
}

/** A launcher outside has told the rank outright: what is said of the same world beside it is a copy. */
function isLaunched(variables: Variables, size: number | undefined): boolean {
  return size !== undefined && size > 1 && launchedSize(variables) === size
}

/** Trainer v2. It numbers nodes, and torchrun within them their ranks: a node is a rank where it has one process. */
export const kubeflow: LauncherRow = {
  launcher: 'kubeflow',
  present: (variables) => has(variables, 'PET_NODE_RANK') && countOf(variables, 'PET_NPROC_PER_NODE') === 1,
  variable: 'PET_NODE_RANK',
  rank: of('PET_NODE_RANK'),
  worldSize: of('PET_NNODES'),
  localRank: () => 0,
  localWorldSize: () => 1,
  nodeRank: of('PET_NODE_RANK'),
  nodeCount: of('PET_NNODES'),
  restarts: podsRestart,
  job: ({ variables }, { host }) =>
    endpointKey(endpointIn(variables, 'PET_MASTER_ADDR', 'PET_MASTER_PORT'), host),
}
