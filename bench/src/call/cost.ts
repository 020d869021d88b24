import path from 'node:path'
import { runForJson } from '../machine/child.ts'
import { pythonProgram } from '../machine/paths.ts'
import { quietEnvironment } from './tracker.ts'

/** Quantiles of one process's calls, in microseconds; the timer's own cost is in each of them. */
export interface Quantiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  readonly mean: number
  readonly calls: number
}

export type QuantileName = Exclude<keyof Quantiles, 'calls'>

/** A log call's cost, and that of a plain append of the same bytes in the same process. */
export interface CallCost extends Quantiles {
  readonly append: Quantiles
  readonly timer: number
}

export interface Amount {
  readonly calls: number
  readonly seconds: number
}

/**
 * @param below a command that it runs below
 * @throws Error with the program's last words when it fails
 */
export async function pythonCallCost(
  python: string,
  tracker: string,
  folder: string,
  amount: Amount,
  environment: NodeJS.ProcessEnv = {},
  below: readonly string[] = [],
): Promise<CallCost> {
  const [command, ...before] = [...below, python]
  const found = await runForJson(
    command ?? python,
    [
      ...before,
      pythonProgram('call_cost.py'),
      tracker,
      path.join(folder, tracker),
      String(amount.calls),
      String(amount.seconds),
    ],
    { ...quietEnvironment, ...environment },
    { cwd: folder, timeoutMs: amount.seconds * 1000 + 150_000 },
  )
  return found as CallCost
}
