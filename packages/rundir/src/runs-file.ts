import fs from 'node:fs'
import { isCount, isRankStatus, systemCode } from '@provloom/shared'
import type { RankStatus } from '@provloom/shared'
import { isMap } from './is-map.ts'
import { isRunFacts } from './run-facts.ts'
import type { RunFacts } from './run-facts.ts'

/** A run that has ended, as far as it decides where sessions go that come later. */
export interface ClosedRun {
  readonly facts: RunFacts
  readonly status: RankStatus
  readonly worldSize?: number
  /** Of any of its ranks; -1 when it has none. */
  readonly highestAttempt: number
  /** It can go on from what closing has kept. */
  readonly reopenable: boolean
  /** Ranks of the known world that never had a place in it. */
  readonly unheld: readonly number[]
  /** Last attempts that did not complete: rank, attempt, status. */
  readonly unwell: readonly (readonly [rank: number, attempt: number, status: RankStatus])[]
}

/** Which runs are open, so that a successor goes on with them; which have ended, so that late ranks are told. */
export interface RunsFile {
  readonly format: 2
  readonly open: readonly RunFacts[]
  /** The last that have ended, in that order. */
  readonly closed: readonly ClosedRun[]
}

export const noRuns: RunsFile = { format: 2, open: [], closed: [] }

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
  if (!isMap(value) || value['format'] !== 2) return false
  const { open, closed } = value
  return Array.isArray(open) && open.every(isRunFacts) && Array.isArray(closed) && closed.every(isClosedRun)
}

function isClosedRun(value: unknown): value is ClosedRun {
  return (
    isMap(value) &&
    isRunFacts(value['facts']) &&
    isRankStatus(value['status']) &&
    (value['worldSize'] === undefined || isCount(value['worldSize'])) &&
    Number.isSafeInteger(value['highestAttempt']) &&
    typeof value['reopenable'] === 'boolean' &&
    Array.isArray(value['unheld']) &&
    value['unheld'].every(isCount) &&
    Array.isArray(value['unwell']) &&
    value['unwell'].every(
      (one) => Array.isArray(one) && isCount(one[0]) && isCount(one[1]) && isRankStatus(one[2]),
    )
  )
}
