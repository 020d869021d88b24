import { countOf, has, textOf } from './variables.ts'
import type { Variables } from './variables.ts'

/** Shells in an allocation, which old versions of Slurm number like tasks, though they tell no number of them. */
const shells = new Set(['bash', 'interactive'])

/** The step a process is a task of. Batch script, interactive shell and extern step have ids of ten digits. */
export function stepOf(variables: Variables): string | undefined {
  const step = textOf(variables, 'SLURM_STEP_ID', 'SLURM_STEPID')
  if (step === undefined || !/^\d{1,9}$/.test(step)) return undefined
  if (countOf(variables, 'SLURM_PROCID') === undefined) return undefined
  // What salloc gives its tasks for a job's name is the shell's.
  const counted = countOf(variables, 'SLURM_STEP_NUM_TASKS') !== undefined
  return counted || !shells.has(variables['SLURM_JOB_NAME'] ?? '') ? step : undefined
}

/**
 * Whether a Slurm step gave the process this number: `srun --mpi=pmi2`, `--mpi=pmix` and Cray's set the variables of
 * an MPI launcher beside Slurm's. An MPI launcher that brings up its daemons by a step leaves other numbers there.
 */
export function isStepRank(
  variables: Variables,
  rank: number | undefined,
  size: number | undefined,
): boolean {
  if (stepOf(variables) === undefined || countOf(variables, 'SLURM_PROCID') !== rank) return false
  return size === undefined || (countOf(variables, 'SLURM_STEP_NUM_TASKS') ?? size) === size
}

/** Tasks of the step; of a step that a script describes itself, those it says. */
export function tasksOf(variables: Variables): number | undefined {
  const rank = countOf(variables, 'SLURM_PROCID') ?? 0
  const said = ['SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS', 'SLURM_NPROCS'].map((name) =>
    countOf(variables, name),
  )
  return said.find((tasks) => tasks !== undefined && tasks > rank) ?? said.find((one) => one !== undefined)
}

/** Tasks on a node, out of Slurm's `4(x2),3` form: of one node's number in it, or where all have the same. */
export function tasksPerNode(text: string | undefined, node: number | undefined): number | undefined {
  let before = 0
  const runs = (text ?? '').split(',')
  for (const run of runs) {
    const [, tasks, nodes] = /^(\d{1,9})(?:\(x(\d{1,9})\))?$/.exec(run.trim()) ?? []
    if (tasks === undefined) return undefined
    if (runs.length === 1) return Number(tasks)
    before += Number(nodes ?? 1)
    if (node !== undefined && node < before) return Number(tasks)
  }
  return undefined
}

/** Of a heterogeneous job each component counts its own nodes. */
export function nodesOf(variables: Variables): number | undefined {
  const mixed = has(variables, 'SLURM_HET_JOB_ID') || has(variables, 'SLURM_PACK_JOB_ID')
  return mixed ? undefined : countOf(variables, 'SLURM_STEP_NUM_NODES')
}

/** The first name of a list as Slurm writes it: `rack[0-1]n[03-07,9],m2` begins with `rack0n03`. */
export function firstNode(list: string | undefined): string | undefined {
  const first = /^(?:[^,[\]\s]|\[[^[\]]*\])+/.exec(list?.trim() ?? '')?.[0]
  return first?.replaceAll(/\[([^[\],-]*)[^[\]]*\]/g, '$1')
}
