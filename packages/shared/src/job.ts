import { createHash } from 'node:crypto'

/**
 * What all ranks of a job can say alike without talking, from their environment
 * (design: PROV model, "Identity"; facts: Slurm, PyTorch elastic, Flux, PBS and LSF manuals).
 */
export interface JobNames {
  /** Names the run: a Slurm step is a run of its own. Empty when the launcher gives nothing. */
  readonly jobKey: string
  /** Names under which an aggregator of this job may have left its connection file, most specific first. */
  readonly connectionKeys: readonly string[]
}

/** The key of an aggregator that was given none and runs in no batch job. */
export const defaultConnectionKey = 'default'

export function jobNames(environment: NodeJS.ProcessEnv, jobKey: string | undefined): JobNames {
  const batch = batchJob(environment)
  const key =
    jobKey ?? torchRun(environment) ?? stepOf(environment, batch) ?? batch ?? master(environment) ?? ''
  const keys = [key, batch ?? '', defaultConnectionKey].filter((one) => one !== '')
  return { jobKey: key, connectionKeys: [...new Set(keys)] }
}

/** The key an aggregator takes: it serves a whole batch job, with all its steps. */
export function aggregatorKey(environment: NodeJS.ProcessEnv, jobKey: string | undefined): string {
  return jobKey ?? batchJob(environment) ?? defaultConnectionKey
}

function torchRun(environment: NodeJS.ProcessEnv): string | undefined {
  const id = environment['TORCHELASTIC_RUN_ID']
  return id === undefined || id === '' || id === 'none' ? undefined : `torchrun-${id}`
}

function batchJob(environment: NodeJS.ProcessEnv): string | undefined {
  const slurm = environment['SLURM_JOB_ID']
  if (slurm) {
    const array = environment['SLURM_ARRAY_TASK_ID']
    return array ? `slurm-${slurm}_${array}` : `slurm-${slurm}`
  }
  for (const [name, variable] of [
    ['flux', 'FLUX_JOB_ID'],
    ['pbs', 'PBS_JOBID'],
    ['lsf', 'LSB_JOBID'],
  ] as const) {
    const id = environment[variable]
    if (id) return `${name}-${id}`
  }
  return undefined
}

/** A Slurm step; the batch script itself is one too (`batch`, 4294967291), and names no run. */
function stepOf(environment: NodeJS.ProcessEnv, batch: string | undefined): string | undefined {
  const step = environment['SLURM_STEP_ID']
  if (batch === undefined || !batch.startsWith('slurm-') || !step || !/^\d{1,9}$/.test(step)) return undefined
  return `${batch}.${step}`
}

function master(environment: NodeJS.ProcessEnv): string | undefined {
  const address = environment['MASTER_ADDR']
  return address ? `master-${address}:${environment['MASTER_PORT'] ?? ''}` : undefined
}

/** A file name for any key: readable, safe, and different for different keys. */
export function keySlug(key: string): string {
  const safe = key.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 80)
  if (safe === key && !safe.startsWith('.')) return safe
  return `${safe.replace(/^\.+/, '')}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`
}
