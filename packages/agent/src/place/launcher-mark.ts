import type { Variables } from './variables.ts'

/** What a launcher names its job, or step, by: the values count. */
const named = [
  'TORCHELASTIC_RUN_ID',
  'SLURM_JOB_ID',
  'SLURM_STEP_ID',
  'PMIX_NAMESPACE',
  'OMPI_MCA_ess_base_jobid',
  'PALS_APID',
  'FLUX_JOB_ID',
  'PBS_JOBID',
  'LSB_JOBID',
  'JOB_COMPLETION_INDEX',
  'TRAINING_JOB_NAME',
  'AZUREML_RUN_ID',
] as const

/** What a launcher tells each rank: that it is there counts. */
const told = [
  'PMI_RANK',
  'OMPI_COMM_WORLD_RANK',
  'MV2_COMM_WORLD_RANK',
  'HOROVOD_RANK',
  'JSM_NAMESPACE_RANK',
] as const

/**
 * A text that only a real launcher changes (docs/spool-format.md, "The tree"): RANK, WORLD_SIZE and MASTER_ADDR, which
 * scripts set for the processes they start, are not in it. Clients make the same without the launcher table.
 */
export function launcherMark(variables: Variables): string {
  const values = named.flatMap((name) => (variables[name] ? [`${name}=${variables[name]}`] : []))
  const presences = told.flatMap((name) => (variables[name] ? [`${name}=1`] : []))
  return [...values, ...presences].join(';')
}
