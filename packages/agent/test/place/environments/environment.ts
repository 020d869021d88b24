import type { Said } from '../../../src/place/place.ts'
import type { LauncherSeen } from '../../../src/place/sight.ts'
import type { Variables } from '../../../src/place/variables.ts'

/** Variables as a launcher sets them, by its documents or its source, and the place that they tell. */
export interface Environment {
  readonly name: string
  readonly variables: Variables
  /** Fields of the place. `null`: it has none; `contradictions` by how many there are. */
  readonly want: Readonly<Record<string, unknown>>
  /** The nearest ancestor without the row's variable, where one is in sight. */
  readonly launcher?: Partial<LauncherSeen>
  /** Of a tree that was handed down. */
  readonly tree?: string
  readonly said?: Said
}

export const launcherKey = 'local-0b0e1c64-9d2f-4f43-8a49-2a5a9a3e2b11.4711.1234567'
export const treeKey = 'local-0b0e1c64-9d2f-4f43-8a49-2a5a9a3e2b11.815.1230000'

/** A task of `srun` on the second of two nodes with four tasks each. */
export const slurmStep: Variables = {
  SLURM_JOB_ID: '17',
  SLURM_STEP_ID: '0',
  SLURM_PROCID: '5',
  SLURM_NTASKS: '8',
  SLURM_STEP_NUM_TASKS: '8',
  SLURM_STEP_NUM_NODES: '2',
  SLURM_LOCALID: '1',
  SLURM_NODEID: '1',
  SLURM_STEP_TASKS_PER_NODE: '4(x2)',
  SLURM_JOB_NAME: 'train',
}

/** The batch script of the same job. */
export const slurmBatch: Variables = {
  SLURM_JOB_ID: '17',
  SLURM_PROCID: '0',
  SLURM_LOCALID: '0',
  SLURM_NODEID: '0',
  SLURM_NTASKS: '8',
  SLURM_JOB_NAME: 'train',
}
