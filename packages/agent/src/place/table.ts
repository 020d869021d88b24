import type { LauncherRow } from './row.ts'
import { flux, slurm, slurmByScript } from './rows/batch.ts'
import { jax, kubernetes, pjrt, sagemaker, tensorflow, tpu, vertex, volcano } from './rows/cluster.ts'
import { horovod, jsrun, mpich, mvapich, openmpi, pals, pmix } from './rows/mpi.ts'
import {
  azureml,
  deepspeed,
  generic,
  kubeflow,
  lightning,
  provloomRun,
  rankAlone,
  torchrun,
} from './rows/torch.ts'

/**
 * The launchers, most telling first (docs/launchers.md). Why this order:
 * RANK with LOCAL_RANK stands before Slurm, because under `srun torchrun` all workers of a node inherit one
 * SLURM_PROCID. MPI stands before Slurm, because under `sbatch` + `mpirun` every rank inherits the batch step's
 * SLURM_PROCID=0. jsrun and Flux stand before MPI, whose variables they set too. Clouds and Kubernetes number
 * containers: what has started several ranks in each stands before them.
 */
export const launchers: readonly LauncherRow[] = [
  torchrun,
  deepspeed,
  provloomRun,
  azureml,
  generic,
  rankAlone,
  lightning,
  horovod,
  jsrun,
  flux,
  openmpi,
  mvapich,
  pals,
  mpich,
  pmix,
  slurm,
  slurmByScript,
  jax,
  tpu,
  pjrt,
  kubeflow,
  vertex,
  sagemaker,
  tensorflow,
  volcano,
  kubernetes,
]
