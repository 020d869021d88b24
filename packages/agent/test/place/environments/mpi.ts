import { launcherKey, slurmBatch, slurmStep } from './environment.ts'
import type { Environment } from './environment.ts'

const openmpi = {
  OMPI_COMM_WORLD_RANK: '5',
  OMPI_COMM_WORLD_SIZE: '8',
  OMPI_COMM_WORLD_LOCAL_RANK: '1',
  OMPI_COMM_WORLD_LOCAL_SIZE: '4',
  OMPI_COMM_WORLD_NODE_RANK: '7',
}
const hydra = { PMI_RANK: '1', PMI_SIZE: '4', MPI_LOCALRANKID: '1', MPI_LOCALNRANKS: '4' }
const horovod = {
  HOROVOD_RANK: '3',
  HOROVOD_SIZE: '4',
  HOROVOD_LOCAL_RANK: '1',
  HOROVOD_LOCAL_SIZE: '2',
  HOROVOD_CROSS_RANK: '1',
  HOROVOD_CROSS_SIZE: '2',
  HOROVOD_GLOO_RENDEZVOUS_ADDR: '10.0.0.4',
  HOROVOD_GLOO_RENDEZVOUS_PORT: '40123',
}

/** https://docs.open-mpi.org (man mpirun, "Environment"); PRRTE; PMIx; MVAPICH */
export const openMpi: readonly Environment[] = [
  {
    name: 'Open MPI, whose NODE_RANK is no node’s number',
    variables: openmpi,
    want: { launcher: 'openmpi', rank: 5, worldSize: 8, localRank: 1, nodeRank: 1, nodeCount: null },
  },
  {
    name: 'Open MPI with five ranks on one node and three on the other',
    variables: {
      ...openmpi,
      OMPI_COMM_WORLD_RANK: '6',
      OMPI_COMM_WORLD_LOCAL_SIZE: '3',
      OMPI_MCA_orte_num_nodes: '2',
    },
    want: { rank: 6, nodeCount: 2, nodeRank: null, contradictions: 0 },
  },
  {
    name: 'Open MPI --map-by node, where the node cannot be told from the numbers',
    variables: { ...openmpi, OMPI_COMM_WORLD_LOCAL_RANK: '2' },
    want: { rank: 5, localRank: 2, nodeRank: null, contradictions: 0 },
  },
  {
    name: 'Open MPI 4, whose namespace is a number',
    variables: { ...openmpi, PMIX_RANK: '5', PMIX_NAMESPACE: '3229810689' },
    want: { launcher: 'openmpi', rank: 5, jobKey: 'pmix-3229810689' },
  },
  {
    name: 'Open MPI in a batch script of Slurm: one of perhaps several',
    variables: { ...slurmBatch, ...openmpi, PMIX_NAMESPACE: 'prterun-n0-99@1' },
    want: {
      launcher: 'openmpi',
      rank: 5,
      worldSize: 8,
      jobKey: 'pmix-prterun-n0-99@1@slurm-17',
      restarts: 'all',
    },
  },
  {
    name: 'Open MPI whose daemons Slurm started as a step: their numbers are no ranks',
    variables: { ...slurmStep, SLURM_PROCID: '1', SLURM_STEP_NUM_TASKS: '2', ...openmpi },
    want: { launcher: 'openmpi', rank: 5, worldSize: 8, jobKey: 'slurm-17' },
  },
  {
    name: 'Open MPI in PBS, requeued there: not told',
    variables: { ...openmpi, PBS_JOBID: '77.pbs' },
    want: { rank: 5, attempt: 0, restarts: null, jobKey: 'pbs-77.pbs' },
  },
  {
    name: 'Open MPI on one node without a name: the launcher itself',
    variables: { ...openmpi, OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '4' },
    launcher: {},
    want: { rank: 1, nodeCount: 1, jobKey: launcherKey },
  },
  {
    name: 'Open MPI on several hosts over ssh without a name: no process of one is the others’',
    variables: openmpi,
    launcher: {},
    want: { rank: 5, jobKey: null },
  },
  {
    name: 'MVAPICH2 in LSF, on two nodes with a rendezvous of torch',
    variables: {
      MV2_COMM_WORLD_RANK: '1',
      MV2_COMM_WORLD_SIZE: '2',
      MV2_COMM_WORLD_LOCAL_SIZE: '1',
      LSB_JOBID: '55',
      MASTER_ADDR: 'h0',
      MASTER_PORT: '29500',
    },
    want: { launcher: 'mvapich2', rank: 1, nodeRank: 1, jobKey: 'lsf-55:29500' },
  },
  {
    name: 'MVAPICH 4',
    variables: { MVP_COMM_WORLD_RANK: '1', MVP_COMM_WORLD_SIZE: '2', MVP_COMM_WORLD_LOCAL_RANK: '0' },
    want: { launcher: 'mvapich2', rank: 1, worldSize: 2, localRank: 0 },
  },
  {
    name: 'PMIx under Slurm',
    variables: { ...slurmStep, PMIX_RANK: '5', PMIX_NAMESPACE: 'slurm.pmix.17.0' },
    want: {
      launcher: 'pmix',
      rank: 5,
      worldSize: 8,
      nodeRank: 1,
      nodeCount: 2,
      jobKey: 'pmix-slurm.pmix.17.0@slurm-17',
    },
  },
  {
    name: 'PRRTE whose daemons Slurm started as a step: their numbers are no ranks',
    variables: {
      ...slurmStep,
      SLURM_PROCID: '1',
      SLURM_STEP_NUM_TASKS: '2',
      PMIX_RANK: '5',
      PMIX_NAMESPACE: 'prte-n0-4@1',
    },
    want: { launcher: 'pmix', rank: 5, worldSize: null, localRank: null, nodeRank: null, contradictions: 0 },
  },
]

/** MPICH and Intel MPI (Hydra), Cray's PALS, Horovod, jsrun */
export const otherMpi: readonly Environment[] = [
  {
    name: 'MPICH on one node: the launcher itself',
    variables: hydra,
    launcher: { argv: ['hydra_pmi_proxy', '--control-port', 'n0:34652', '--proxy-id', '0'] },
    want: {
      launcher: 'mpich',
      rank: 1,
      worldSize: 4,
      localRank: 1,
      nodeRank: 0,
      nodeCount: 1,
      jobKey: launcherKey,
    },
  },
  {
    name: 'MPICH on two nodes over ssh: where mpiexec listens, which each node’s proxy is told',
    variables: { ...hydra, MPI_LOCALNRANKS: '2' },
    launcher: { argv: ['hydra_pmi_proxy', '--control-port', 'n0:34652', '--proxy-id', '0'] },
    want: { launcher: 'mpich', rank: 1, nodeRank: 0, jobKey: 'hydra-n0:34652' },
  },
  {
    name: 'MPICH on two nodes of a batch job: its key',
    variables: { ...hydra, MPI_LOCALNRANKS: '2', PBS_JOBID: '77.pbs' },
    launcher: { argv: ['hydra_pmi_proxy', '--control-port', 'n0:34652'] },
    want: { launcher: 'mpich', rank: 1, jobKey: 'pbs-77.pbs' },
  },
  {
    name: 'Intel MPI, whose proxies Slurm started as a step: their numbers are no ranks',
    variables: {
      ...slurmStep,
      SLURM_PROCID: '1',
      SLURM_STEP_NUM_TASKS: '2',
      PMI_RANK: '3',
      PMI_SIZE: '4',
      MPI_LOCALRANKID: '1',
      MPI_LOCALNRANKS: '2',
    },
    want: { launcher: 'mpich', rank: 3, worldSize: 4, localRank: 1, nodeRank: 1, jobKey: 'slurm-17' },
  },
  {
    name: 'MPICH with three ranks on one node and one on the other, in a job that tells how many nodes it has',
    variables: {
      ...slurmStep,
      SLURM_PROCID: '1',
      SLURM_STEP_NUM_TASKS: '2',
      SLURM_JOB_NUM_NODES: '2',
      PMI_RANK: '3',
      PMI_SIZE: '4',
      MPI_LOCALRANKID: '0',
      MPI_LOCALNRANKS: '1',
    },
    want: { launcher: 'mpich', rank: 3, localWorldSize: 1, nodeRank: null, jobKey: 'slurm-17' },
  },
  {
    name: 'PMI of a singleton, within a Slurm step',
    variables: { ...slurmStep, PMI_RANK: '0', PMI_SIZE: '1' },
    want: { launcher: 'slurm', rank: 5 },
  },
  {
    name: 'srun --mpi=pmi2: Slurm’s own variables tell more',
    variables: { ...slurmStep, PMI_RANK: '5', PMI_SIZE: '8', SLURM_RESTART_COUNT: '1' },
    want: {
      launcher: 'slurm',
      rank: 5,
      localRank: 1,
      nodeRank: 1,
      attempt: 1,
      restarts: 'all',
      jobKey: 'slurm-17.0',
    },
  },
  {
    name: 'srun --mpi=cray_shasta: the same',
    variables: {
      ...slurmStep,
      PALS_RANKID: '5',
      PALS_LOCAL_RANKID: '1',
      PALS_NODEID: '1',
      PALS_APID: '17.0',
    },
    want: { launcher: 'slurm', rank: 5, worldSize: 8, localRank: 1, jobKey: 'slurm-17.0' },
  },
  {
    name: 'Cray PALS on two nodes of a PBS job: the application’s id',
    variables: {
      PALS_RANKID: '9',
      PMI_RANK: '9',
      PMI_SIZE: '16',
      PALS_LOCAL_RANKID: '1',
      PALS_NODEID: '1',
      PMI_LOCAL_SIZE: '8',
      PALS_APID: '8b1f',
      PBS_JOBID: '77.pbs',
    },
    want: { launcher: 'pals', rank: 9, worldSize: 16, localWorldSize: 8, nodeRank: 1, jobKey: 'pals-8b1f' },
  },
  {
    name: 'Horovod on two nodes: where they meet',
    variables: horovod,
    want: { launcher: 'horovod', rank: 3, nodeRank: 1, jobKey: 'master-10.0.0.4:40123' },
  },
  {
    name: 'Horovod on two nodes of a batch job',
    variables: { ...horovod, LSB_JOBID: '55', LSB_JOBINDEX: '0' },
    want: { launcher: 'horovod', rank: 3, jobKey: 'lsf-55:40123' },
  },
  {
    name: 'Horovod on one node: where they meet too, for horovodrun starts each rank by a process of its own',
    variables: {
      ...horovod,
      HOROVOD_LOCAL_SIZE: '4',
      HOROVOD_LOCAL_RANK: '3',
      HOROVOD_CROSS_RANK: '0',
      HOROVOD_CROSS_SIZE: '1',
    },
    launcher: {},
    want: { launcher: 'horovod', rank: 3, nodeRank: 0, nodeCount: 1, jobKey: 'master-10.0.0.4:40123' },
  },
  {
    name: 'Horovod on hosts of two and one: a local rank that only the first has is on one of two nodes all the same',
    variables: {
      ...horovod,
      HOROVOD_RANK: '1',
      HOROVOD_SIZE: '3',
      HOROVOD_CROSS_RANK: '0',
      HOROVOD_CROSS_SIZE: '1',
    },
    launcher: {},
    want: { rank: 1, nodeRank: 0, nodeCount: null, jobKey: 'master-10.0.0.4:40123' },
  },
  {
    name: 'jsrun, which sets the variables of Open MPI and PMIx too',
    variables: {
      JSM_NAMESPACE_RANK: '4',
      JSM_NAMESPACE_SIZE: '12',
      JSM_NAMESPACE_LOCAL_RANK: '4',
      JSM_NAMESPACE_LOCAL_SIZE: '6',
      OMPI_COMM_WORLD_RANK: '4',
      OMPI_COMM_WORLD_SIZE: '12',
      PMIX_RANK: '4',
      PMIX_NAMESPACE: '7',
      LSB_JOBID: '55',
      LSB_JOBINDEX: '3',
    },
    want: { launcher: 'jsrun', rank: 4, localRank: 4, localWorldSize: 6, nodeRank: 0, jobKey: 'lsf-55.3' },
  },
]
