import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ProvloomError } from '@provloom/shared'
import { formerRun, servingAgent } from './control.ts'
import type { FormerRun } from './control.ts'
import { readSpool } from './folder.ts'
import type { SpoolFacts } from './folder.ts'
import { livingWriters } from './writers.ts'

/** A spool, looked at by somebody who may want to hand it in. */
export interface SpoolLook {
  /** Absolute path. */
  readonly spool: string
  readonly facts: SpoolFacts
  /** The run that its rank was admitted to, if it was. */
  readonly former: FormerRun | undefined
  /** Pid of a living agent that serves it. */
  readonly agent: number | undefined
  /** Pids of living workers that write it. */
  readonly workers: readonly number[]
}

/** @throws {ProvloomError} `SPOOL_UNREADABLE` when the folder is no spool or of a newer format */
export function lookAtSpool(folder: string): SpoolLook {
  const { spool, facts } = readSpool(folder)
  const here = facts.host === os.hostname()
  return {
    spool: spool.root,
    facts,
    former: formerRun(spool),
    agent: servingAgent(spool, os.hostname()),
    workers: here ? livingWriters(spool) : [],
  }
}

/** All spools in a folder; none where there is no such folder. What is no spool is passed over. */
export function spoolsIn(root: string): SpoolLook[] {
  const found: SpoolLook[] = []
  for (const name of fs.existsSync(root) ? fs.readdirSync(root).sort() : []) {
    if (!fs.existsSync(path.join(root, name, 'spool.json'))) continue
    try {
      found.push(lookAtSpool(path.join(root, name)))
    } catch (error) {
      if (!(error instanceof ProvloomError)) throw error
    }
  }
  return found
}
