import { isCount, isRunId } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import type { RunSettings } from './entry/entry.ts'
import { isMap } from './is-map.ts'

/** What never changes about a run. */
export interface RunFacts {
  readonly runId: RunId
  /** Absolute path. */
  readonly runDir: string
  readonly number: number
  readonly jobKey: string
  /** Which of the runs of its job, experiment and name it is. */
  readonly ordinal: number
  readonly runName?: string
  readonly settings: RunSettings
}

/** What a file of ours says of a run. */
export function isRunFacts(value: unknown): value is RunFacts {
  return (
    isMap(value) &&
    isRunId(value['runId']) &&
    typeof value['runDir'] === 'string' &&
    typeof value['jobKey'] === 'string' &&
    isCount(value['number']) &&
    isCount(value['ordinal']) &&
    (value['runName'] === undefined || typeof value['runName'] === 'string') &&
    isRunSettings(value['settings'])
  )
}

export function isRunSettings(value: unknown): value is RunSettings {
  return (
    isMap(value) &&
    typeof value['experimentName'] === 'string' &&
    typeof value['provUserNamespace'] === 'string' &&
    typeof value['collectAllProcesses'] === 'boolean' &&
    isCount(value['saveAfterNLogs'])
  )
}
