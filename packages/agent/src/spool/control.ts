import fs from 'node:fs'
import path from 'node:path'
import { isRunId } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { isAlive } from '../place/process-identity.ts'
import type { SpoolFolder } from './folder.ts'
import { textOf, writeSmall } from './small-file.ts'

/** What clients are told by `control.json`: go on, the rank is not collected, or nobody will take more. */
export interface Control {
  readonly state: 'collect' | 'quiet' | 'closed'
  readonly runId?: RunId
  readonly runDir?: string
  readonly message?: string
}

/** Tells the clients of a spool. A disk that cannot be written leaves them as they are: they go on, bounded. */
export function writeControl(spool: SpoolFolder, control: Control): void {
  try {
    writeSmall(path.join(spool.root, 'control.json'), control)
  } catch {
    // The worker comes first: what clients do without this word is safe.
  }
}

/** The run that an agent of a spool was admitted to. */
export interface FormerRun {
  readonly runId: RunId
  readonly runDir: string | undefined
}

export function formerRun(spool: SpoolFolder): FormerRun | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(spool.root, 'control.json'), 'utf8'))
    const fields = new Map<string, unknown>(
      typeof value === 'object' && value !== null ? Object.entries(value) : [],
    )
    const runId = fields.get('runId')
    return isRunId(runId) ? { runId, runDir: textOf(fields.get('runDir')) } : undefined
  } catch {
    return undefined
  }
}

/** `agent.json`: which process serves this spool. */
export function claimSpool(spool: SpoolFolder, host: string, startedUs: number): void {
  writeSmall(path.join(spool.root, 'agent.json'), { pid: process.pid, startedUs, host })
}

export function leaveSpool(spool: SpoolFolder): void {
  fs.rmSync(path.join(spool.root, 'agent.json'), { force: true })
}

/** The pid of a living agent of this machine that serves the spool. */
export function servingAgent(spool: SpoolFolder, host: string): number | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(spool.root, 'agent.json'), 'utf8'))
    const fields = new Map<string, unknown>(
      typeof value === 'object' && value !== null ? Object.entries(value) : [],
    )
    const pid = fields.get('pid')
    return typeof pid === 'number' && fields.get('host') === host && pid !== process.pid && isAlive(pid)
      ? pid
      : undefined
  } catch {
    return undefined
  }
}
