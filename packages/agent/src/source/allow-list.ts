import { limits } from '@provloom/shared'
import { placeVariables, untoldVariables } from '../place/read-variables.ts'
import type { Variables } from '../place/variables.ts'
import { maskText } from '../secrets.ts'
import { mask } from '../secrets/table.ts'

/** Variables that say how a run was set up and are no one's secret. Nothing outside this list is ever recorded. */
const recorded: ReadonlySet<string> = new Set([
  ...placeVariables.filter((name) => !untoldVariables.has(name)),
  ...`
  ROLE_RANK ROLE_NAME ROLE_WORLD_SIZE SLURM_JOB_PARTITION SLURM_ARRAY_JOB_ID
  SLURM_CPUS_PER_TASK SLURM_GPUS_ON_NODE SLURM_CLUSTER_NAME SLURMD_NODENAME PBS_JOBNAME PBS_QUEUE
  LSB_JOBNAME LSB_QUEUE CUDA_DEVICE_ORDER CUDA_LAUNCH_BLOCKING CUBLAS_WORKSPACE_CONFIG
  NVIDIA_TF32_OVERRIDE TORCH_NCCL_ASYNC_ERROR_HANDLING TORCH_DISTRIBUTED_DEBUG PYTORCH_CUDA_ALLOC_CONF
  XLA_FLAGS NCCL_DEBUG NCCL_SOCKET_IFNAME NCCL_IB_DISABLE NCCL_P2P_DISABLE NCCL_ALGO NCCL_PROTO
  GLOO_SOCKET_IFNAME OMP_NUM_THREADS OMP_PROC_BIND OMP_PLACES MKL_NUM_THREADS OPENBLAS_NUM_THREADS
  PYTHONHASHSEED TF_DETERMINISTIC_OPS TF_ENABLE_ONEDNN_OPTS CONDA_DEFAULT_ENV CONDA_PREFIX VIRTUAL_ENV
  LOADEDMODULES TZ LANG LC_ALL
  `
    .trim()
    .split(/\s+/),
])

export function recordedVariables(variables: Variables): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of Object.keys(variables).sort()) {
    const value = variables[name]
    if (recorded.has(name) && value !== undefined)
      kept[name] = shownValue(value.slice(0, limits.variableLengthMax))
  }
  return kept
}

/** user:password@host, as a whole value: an address with a login in it. */
const account = /^([^\t-\r :/@]{1,64}:)(?!\/\/)[^\t-\r @]{1,256}(?=@)/

const shownValue = (value: string): string => maskText(value).replace(account, `$1${mask}`)
