import fs from 'node:fs'
import { isRunId, systemCode } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { isMap } from './is-map.ts'
import { isRunFacts } from './run-facts.ts'
import type { RunFacts } from './run-facts.ts'

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
