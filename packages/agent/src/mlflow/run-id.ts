import { createHash } from 'node:crypto'
import { runIdFrom } from '@provloom/shared'
import type { RunId } from '@provloom/shared'

/** What the ranks of a job say alike when they begin the same run. */
export interface RunTurn {
  readonly jobKey: string
  readonly experimentName: string
  readonly runName: string | undefined
  readonly ordinal: number
}

/** A run's id as MLflow has it, 32 hexadecimal digits: every rank is given the same one, and none has asked another. */
export function mlflowIdOf({ jobKey, experimentName, runName, ordinal }: RunTurn): string {
  const turn = JSON.stringify([jobKey, experimentName, runName ?? null, ordinal])
  return createHash('sha256').update(turn).digest('hex').slice(0, 32)
}

/** The same as run.json has it; undefined for what is none. */
export function runIdOf(mlflowId: string): RunId | undefined {
  const [, a, b, c, d, e] = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(mlflowId) ?? []
  return runIdFrom(`${a}-${b}-${c}-${d}-${e}`)
}
