import { createHash } from 'node:crypto'
import { nameLengthMax } from './limits.ts'

/**
 * What an aggregator and its ranks can say alike without talking: the batch job they run in, and file names for keys.
 * A job's own key, the same on all its ranks, is found by the agent's launcher table (packages/agent/src/place).
 */
type Environment = Readonly<Record<string, string | undefined>>

/** The key of an aggregator that was given none and runs in no batch job. */
export const defaultConnectionKey = 'default'

/** The key an aggregator takes: it serves a whole batch job, with all its steps. */
export function aggregatorKey(environment: Environment, jobKey: string | undefined): string {
  return jobKey === undefined ? (batchKey(environment) ?? defaultConnectionKey) : boundedKey(jobKey)
}

/** Names under which an aggregator of this job may have left its connection file, most specific first. */
export function connectionKeys(environment: Environment, jobKey: string | undefined): string[] {
  const keys = [jobKey, batchKey(environment), defaultConnectionKey]
  return [...new Set(keys.filter((one) => one !== undefined))]
}

/** The batch job a process runs in. Flux before Slurm, for a Flux instance is often a Slurm job's task. */
export function batchKey(environment: Environment): string | undefined {
  const said = (name: string): string | undefined => environment[name]?.trim() || undefined
  const named = (system: string, id: string | undefined): string | undefined =>
    id === undefined ? undefined : `${system}-${id}`
  const key =
    named('flux', said('FLUX_JOB_ID')) ??
    slurmJob(said) ??
    named('pbs', said('PBS_JOBID')) ??
    named('lsf', elementOf(said('LSB_JOBID'), said('LSB_JOBINDEX'))) ??
    named('sge', gridEngineJob(said)) ??
    named('sagemaker', sagemakerJob(said)) ??
    named('azureml', said('AZUREML_RUN_ID')) ??
    named('vertex', elementOf(said('CLOUD_ML_JOB_ID'), said('CLOUD_ML_TRIAL_ID')))
  return key === undefined ? undefined : boundedKey(key)
}

type Said = (name: string) => string | undefined

/** The first component's id for all components of a heterogeneous job; an array's tasks have ids of their own. */
function slurmJob(said: Said): string | undefined {
  const own = said('SLURM_JOB_ID') ?? said('SLURM_JOBID')
  if (own === undefined) return undefined
  const whole = ['SLURM_HET_JOB_ID', 'SLURM_JOB_ID_HET_GROUP_0', 'SLURM_PACK_JOB_ID'].map(said)
  const task = said('SLURM_ARRAY_TASK_ID')
  const id = whole.find((one) => one !== undefined) ?? own
  return task === undefined ? `slurm-${id}` : `slurm-${id}_${task}`
}

/** LSF numbers the elements of an array from 1, and a job that is none has the index 0. */
function elementOf(job: string | undefined, index: string | undefined): string | undefined {
  return job === undefined || index === undefined || index === '0' ? job : `${job}.${index}`
}

/** JOB_ID alone may be anybody's variable. A job that is no array has `undefined` for its task. */
function gridEngineJob(said: Said): string | undefined {
  const task = said('SGE_TASK_ID')
  if (task === undefined && said('SGE_ROOT') === undefined) return undefined
  return elementOf(said('JOB_ID'), task === 'undefined' ? undefined : task)
}

function sagemakerJob(said: Said): string | undefined {
  const theirs = ['TRAINING_JOB_ARN', 'SM_HOSTS', 'SM_CURRENT_HOST'].some((name) => said(name) !== undefined)
  return theirs ? said('TRAINING_JOB_NAME') : undefined
}

/** A key as messages carry it: what is too long keeps its beginning, and the hash of the whole. */
export function boundedKey(key: string): string {
  if (key.length <= nameLengthMax) return key
  return `${key.slice(0, nameLengthMax - 33).replace(/[\uD800-\uDBFF]$/, '')}~${hashOf(key)}`
}

/**
 * A file name of at most 113 characters for any key: readable, safe, and different for different keys, for the `~` before
 * a hash is in no key that is its own name.
 */
export function keySlug(key: string): string {
  const safe = key.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 80)
  if (safe === key && !safe.startsWith('.') && safe !== '') return safe
  return `${safe.replace(/^\.+/, '')}~${hashOf(key)}`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
