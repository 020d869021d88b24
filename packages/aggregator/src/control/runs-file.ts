import fs from 'node:fs'
import { isCount, isRunId, systemCode } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import type { RunFacts } from '../run/facts.ts'

/** Which runs are open, so that a successor goes on with them; which have ended, so that late ranks are told. */
export interface RunsFile {
  readonly format: 1
  readonly open: readonly RunFacts[]
  readonly finished: readonly RunId[]
}

export const noRuns: RunsFile = { format: 1, open: [], finished: [] }

/** How many ended runs are remembered. */
export const finishedMax = 1000

/** @returns `noRuns` when there is no file; undefined when it cannot be understood */
export function readRunsFile(file: string): RunsFile | undefined {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return noRuns
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    return isRunsFile(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isRunsFile(value: unknown): value is RunsFile {
  if (!isMap(value) || value['format'] !== 1) return false
  const { open, finished } = value
  return Array.isArray(open) && open.every(isRunFacts) && Array.isArray(finished) && finished.every(isRunId)
}

/** What a file of ours says of a run. */
export function isRunFacts(value: unknown): value is RunFacts {
  if (!isMap(value)) return false
  const settings = value['settings']
  return (
    isRunId(value['runId']) &&
    typeof value['runDir'] === 'string' &&
    typeof value['jobKey'] === 'string' &&
    isCount(value['number']) &&
    isMap(settings) &&
    typeof settings['experimentName'] === 'string' &&
    typeof settings['provUserNamespace'] === 'string' &&
    typeof settings['collectAllProcesses'] === 'boolean' &&
    isCount(settings['saveAfterNLogs'])
  )
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
