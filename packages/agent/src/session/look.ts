import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError } from '@provloom/shared'
import { servingAgent } from '../tree/claim.ts'
import { readTree } from '../tree/folder.ts'
import type { TreeFacts } from '../tree/folder.ts'
import { formerRun } from './control.ts'
import type { FormerRun } from './control.ts'
import { readSession } from './facts.ts'
import type { SessionFacts } from './facts.ts'
import { isSessionId, treeOf } from './folder.ts'
import { livingWriters, namesIn } from './writers.ts'

/** A session that lies in its folder, looked at by somebody who may want to hand it in. */
export interface SpoolLook {
  /** Absolute path of the session's folder. */
  readonly spool: string
  readonly facts: SessionFacts
  readonly tree: TreeFacts
  /** The run that it was admitted to, if it was. */
  readonly former: FormerRun | undefined
  /** Pid of a living agent that serves its tree. */
  readonly agent: number | undefined
  /** Pids of living processes that write it. */
  readonly workers: readonly number[]
}

/**
 * @param folder a session's, or a tree's: all of its sessions, in the order in which they were begun
 * @throws {ProvloomError} `SPOOL_UNREADABLE` when it is neither, or of another format
 */
export function lookAtSpool(folder: string): SpoolLook[] {
  const sessions = path.join(folder, 'sessions')
  if (!fs.existsSync(sessions)) return [lookAtSession(folder)]
  return namesIn(sessions)
    .filter((name) => isSessionId(name))
    .map((name) => lookAtSession(path.join(sessions, name)))
    .sort(byStart)
}

/** All sessions below the given roots; what is none that can be read is told. */
export function spoolsIn(roots: readonly string[], told: (message: string) => void): SpoolLook[] {
  const found: SpoolLook[] = []
  for (const root of roots) {
    for (const name of namesIn(root).sort()) {
      if (!fs.existsSync(path.join(root, name, 'spool.json'))) continue
      try {
        readTree(path.join(root, name))
        found.push(...lookAtSpool(path.join(root, name)))
      } catch (error) {
        if (!(error instanceof ProvloomError)) throw error
        told(`${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}`)
      }
    }
  }
  return found.sort(byStart)
}

function lookAtSession(root: string): SpoolLook {
  const { folder, facts } = readSession(root)
  const treeRoot = treeOf(folder)
  return {
    spool: folder.root,
    facts,
    tree: readTree(treeRoot).facts,
    former: formerRun(folder),
    agent: servingAgent(treeRoot),
    workers: livingWriters(folder, facts),
  }
}

function byStart(a: SpoolLook, b: SpoolLook): number {
  return a.facts.openedUs - b.facts.openedUs || a.facts.seq - b.facts.seq
}
