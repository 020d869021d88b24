import path from 'node:path'
import type { RunId } from '@provloom/shared'
import type { RunSettings } from '../graph/entry.ts'

/** What never changes about a run. */
export interface RunFacts {
  readonly runId: RunId
  /** Absolute path. */
  readonly runDir: string
  readonly number: number
  readonly jobKey: string
  readonly settings: RunSettings
}

/** Where a run directory keeps what. */
export interface RunFiles {
  readonly provJson: string
  readonly provDot: string
  readonly provSvg: string
  readonly runJson: string
  readonly metrics: string
  readonly journal: string
  readonly snapshot: string
}

export function filesOf(runDir: string): RunFiles {
  return {
    provJson: path.join(runDir, 'prov.json'),
    provDot: path.join(runDir, 'prov.dot'),
    provSvg: path.join(runDir, 'prov.svg'),
    runJson: path.join(runDir, 'run.json'),
    metrics: path.join(runDir, 'metrics'),
    journal: path.join(runDir, 'journal'),
    snapshot: path.join(runDir, 'journal', 'snapshot'),
  }
}
