import { environOf } from '@provloom/shared/process'
import type { Variables } from '../place/variables.ts'
import type { ProcessNumber, SessionFacts } from '../session/facts.ts'
import type { TreeFacts } from './folder.ts'
import { isOfHere } from './namespaces.ts'
import { lifeOf } from './processes.ts'

/** What launchers tell each rank for itself, most telling first. LOCAL_RANK alone is what Lightning's children have. */
const rankVariables = [
  'RANK',
  'HOROVOD_RANK',
  'JSM_NAMESPACE_RANK',
  'FLUX_TASK_RANK',
  'OMPI_COMM_WORLD_RANK',
  'MV2_COMM_WORLD_RANK',
  'PALS_RANKID',
  'PMI_RANK',
  'PMIX_RANK',
  'SLURM_PROCID',
  'JAX_PROCESS_ID',
  'PJRT_PROCESS_INDEX',
  'JOB_COMPLETION_INDEX',
  'LOCAL_RANK',
] as const

/** The rank that the variables of a process name, most telling first. */
export function rankIn(variables: Variables): number | undefined {
  const name = tellingOf(variables)
  return name === undefined ? undefined : countOf(variables[name])
}

/** The variable that tells it. */
function tellingOf(variables: Variables): (typeof rankVariables)[number] | undefined {
  return rankVariables.find((name) => {
    if (countOf(variables[name]) === undefined) return false
    // Batch scripts and shells inside an allocation are no tasks, and one process is no world.
    if (name === 'SLURM_PROCID') return countOf(variables['SLURM_STEP_ID']) !== undefined
    return name !== 'PMI_RANK' || (countOf(variables['PMI_SIZE']) ?? 0) >= 2
  })
}

/** The rank that these variables name, where it is another than in those of the process they come from. */
export function changedRank(variables: Variables, before: Variables): number | undefined {
  for (const name of rankVariables) {
    const rank = countOf(variables[name])
    if (rank !== undefined && rank !== countOf(before[name])) return rank
  }
  return undefined
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : undefined
}

export interface Worker {
  readonly worker: string
  /** The topmost process with the session's rank below the founder; undefined where there is none. */
  readonly top: ProcessNumber | undefined
}

/**
 * The process right below the launcher, else the tree's founder: whose sessions are counted together. It is the topmost
 * process, from the session's own up to the founder, that was started with the session's rank: a rank that its launcher
 * starts again is another one, and one that the script made a rank by itself is none.
 */
export function workerOf(facts: SessionFacts, tree: TreeFacts): Worker {
  const launched = launchedProcesses(facts)
  const founder = launched.findIndex(([pid]) => pid === tree.pid)
  if (founder >= 0) return { worker: tree.key, top: launched[founder - 1] }
  const top = launched.at(-1)
  return { worker: top === undefined ? tree.key : `${tree.hostId}.${top.join('.')}`, top }
}

/** The process right below the launcher, whatever trees are below that; undefined where no launcher told a rank. */
export function launchedOf(facts: SessionFacts): ProcessNumber | undefined {
  return launchedProcesses(facts).at(-1)
}

/** The session's process and those above it that were started with its rank, the nearest first. */
function launchedProcesses(facts: SessionFacts): ProcessNumber[] {
  // What else is set is another launcher's, above it: below `srun torchrun` all ranks have the one SLURM_PROCID.
  const name =
    tellingOf(facts.environment) ?? rankVariables.find((one) => countOf(facts.environment[one]) !== undefined)
  // Numbers of another namespace are not those of the tree's founder.
  if (name === undefined || !isOfHere(facts.pidNamespace)) return []
  const told = `${name}=${facts.environment[name]}`
  const found: ProcessNumber[] = []
  for (const process of [[facts.pid, facts.start] as const, ...facts.parents]) {
    const [pid, start] = process
    const lives = (): boolean => lifeOf({ pid, start, pidNamespace: facts.pidNamespace }) === 'lives'
    const started = lives() ? environOf(pid) : undefined
    // Whoever is gone, perhaps in this moment, was started with what is below it, as far as anybody can say.
    if (started?.includes(told) !== true && (started !== undefined || lives())) break
    found.push(process)
  }
  return found
}
