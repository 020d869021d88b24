import { isOn } from '@provloom/shared'
import { textOf } from '../../../place/variables.ts'
import type { Variables } from '../../../place/variables.ts'
import { askProgram } from '../../bounded.ts'
import type { OtherFigures, OtherTool } from './tool.ts'

/** Slurm's NO_VAL64 and INFINITE64 are above it, and are what it says where it knows nothing. */
const joulesMax = 1e15

/**
 * What Slurm accounts for the job: of all its machines, whole nodes in most clusters, by whatever its administrators gather
 * (AcctGatherEnergyType). It is asked when the watch begins and when it ends, in the background: a step's energy is accounted
 * once the step has ended, and its controller is not to be asked by every rank of every job all the time.
 */
export class SacctTool implements OtherTool {
  readonly tool = 'slurm'
  readonly #job: string
  readonly #variables: Variables
  readonly #timeoutMs: number
  #before: Promise<number | string | undefined> = Promise.resolve(undefined)

  constructor(job: string, variables: Variables, timeoutMs: number) {
    this.#job = job
    this.#variables = variables
    this.#timeoutMs = timeoutMs
  }

  /** Of a Slurm job; on its first machine alone, for the figure is of all of them. */
  static of(variables: Variables, timeoutMs: number): SacctTool | undefined {
    const job = textOf(variables, 'SLURM_JOB_ID')
    const isFirst = (textOf(variables, 'SLURM_NODEID') ?? '0') === '0'
    if (job === undefined || !/^\d+$/.test(job) || !isFirst) return undefined
    return isOn(variables, 'PROVLOOM_NO_MACHINE') ? undefined : new SacctTool(job, variables, timeoutMs)
  }

  begin(): void {
    this.#before = this.#joules()
  }

  async ask(isLast: boolean): Promise<OtherFigures | string | undefined> {
    if (!isLast) return undefined
    const [before, after] = [await this.#before, await this.#joules()]
    if (typeof after !== 'number') return after
    const joules = after - (typeof before === 'number' ? before : 0)
    if (joules < 0) return 'it accounts less than it did when the watch began'
    const method = 'sacct ConsumedEnergyRaw, of all nodes of the job'
    return { parts: [{ part: 'job', kind: 'measured', method, joules }] }
  }

  end(): void {}

  /** @returns in words why there are none; undefined where there is no accounting to be asked */
  async #joules(): Promise<number | string | undefined> {
    const argv = ['-n', '-P', '-j', this.#job, '-o', 'JobID,ConsumedEnergyRaw']
    const rows = await askProgram('sacct', argv, { timeoutMs: this.#timeoutMs, environment: this.#variables })
    return rows === undefined ? undefined : joulesIn(rows)
  }
}

/**
 * Rows of `sacct -n -P -o JobID,ConsumedEnergyRaw`: the job, then its steps, each of which the job holds. Of a job that goes
 * on some are empty, 0, or 18446744073709551614.
 */
export function joulesIn(rows: string): number | string {
  const joules = rows.split('\n').flatMap((row) => {
    const [, cell = ''] = row.split('|')
    const value = /^\d+$/.test(cell.trim()) ? Number(cell) : 0
    return value > 0 && value < joulesMax ? [value] : []
  })
  if (joules.length > 0) return Math.max(...joules)
  return 'it accounts no energy of this job (yet: a step is accounted once it has ended; or its cluster gathers none)'
}
