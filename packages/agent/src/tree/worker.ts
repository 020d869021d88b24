import { processFile, statOf, textAt } from '@provloom/shared/process'
import type { SessionFacts } from '../session/facts.ts'
import type { TreeFacts } from './folder.ts'
import { startOf } from './processes.ts'

/** What launchers tell each rank for itself. */
const rankVariables = [
  'RANK',
  'OMPI_COMM_WORLD_RANK',
  'PMIX_RANK',
  'PMI_RANK',
  'SLURM_PROCID',
  'PALS_RANKID',
  'FLUX_TASK_RANK',
  'MV2_COMM_WORLD_RANK',
  'HOROVOD_RANK',
  'JSM_NAMESPACE_RANK',
  'JOB_COMPLETION_INDEX',
  'JAX_PROCESS_ID',
  'LOCAL_RANK',
] as const

const ancestorsMax = 256

/**
 * The process right below the launcher, else the tree's founder: whose sessions are counted together. It is the topmost
 * process, from the session's own up to the founder, that was started with the session's rank: a rank that its launcher
 * starts again is another one, and one that the script made a rank by itself is none.
 */
export function workerOf(facts: SessionFacts, tree: TreeFacts): string {
  const told = rankVariables.flatMap((name) => {
    const value = facts.environment[name]
    return value === undefined || value === '' ? [] : [`${name}=${value}`]
  })
  if (told.length === 0) return tree.key
  let [at, top] = [facts.pid, 0]
  for (let step = 0; step < ancestorsMax && at > 1; step++) {
    const started = textAt(processFile(at, 'environ', '/'))?.split('\0')
    if (started === undefined || !told.some((one) => started.includes(one))) break
    if (at === tree.pid) return tree.key
    top = at
    at = Number(statOf(at)?.[1] ?? 0)
  }
  return top === 0 ? tree.key : `${tree.hostId}.${top}.${startOf(top)}`
}
