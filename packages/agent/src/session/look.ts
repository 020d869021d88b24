import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError, namesIn, reasonOf, systemCode } from '@provloom/shared'
import { hostId } from '@provloom/shared/process'
import { isStarting, jobServed, servingAgent } from '../tree/claim.ts'
import { readTree, removeTree, treeFolderAt } from '../tree/folder.ts'
import type { TreeFacts } from '../tree/folder.ts'
import { lifeOf, numberHere } from '../tree/processes.ts'
import { formerOf } from './control.ts'
import type { Former } from './control.ts'
import { readSession } from './facts.ts'
import type { SessionFacts } from './facts.ts'
import { isSessionId, removeSession, sessionFolderAt, treeOf } from './folder.ts'
import type { SessionFolder } from './folder.ts'
import { hasSaidEnd, livingWriters } from './writers.ts'

/** A session that lies in its folder, looked at by somebody who may want to hand it in. */
export interface SpoolLook {
  /** Absolute path of the session's folder. */
  readonly spool: string
  readonly facts: SessionFacts
  readonly tree: TreeFacts
  readonly former: Former
  /** Of the tree, as far as its last agent has said. */
  readonly servedJob: string | undefined
  /** Pid of a living agent that serves its tree, and has not given this session up. */
  readonly agent: number | undefined
  /** One is being started. */
  readonly starting: boolean
  /** Pids of living processes that write it. */
  readonly workers: readonly number[]
}

/** A folder among the spools that is none that can be read: of another release, or damaged. */
export interface ForeignSpool {
  readonly spool: string
  /** Of it, what cannot be read. */
  readonly file: string
  readonly reason: string
  /** What to try. Absent of one of another release, whose reason says it. */
  readonly hint?: string
}

/**
 * @param folder a session's, or a tree's: all of its sessions, in the order in which they were begun
 * @throws {ProvloomError} `SPOOL_UNREADABLE` when it is neither, or of another format
 */
export function lookAtSpool(folder: string): SpoolLook[] {
  const sessions = path.join(folder, 'sessions')
  if (!fs.existsSync(sessions)) {
    // A folder of another release's may be laid out in another way: it says so itself.
    if (!fs.existsSync(path.join(folder, 'session.json'))) readTree(folder)
    return [lookAtSession(folder)]
  }
  readTree(folder)
  return sessionsIn(sessions)
    .map((one) => lookAtSession(one))
    .sort(byStart)
}

/** Whether a path is named as a tree's folder is, or a session's in one, whatever is there. */
export function isNamedLikeSpool(folder: string): boolean {
  const whole = path.resolve(folder)
  const isSession = isSessionId(path.basename(whole)) && path.basename(path.dirname(whole)) === 'sessions'
  return treeName.test(path.basename(isSession ? treeOf(sessionFolderAt(whole)) : whole))
}

/** Of its key: `local-<host id>.<pid>.<start>`. */
const treeName = /^local-.+\.\d+\.\d+$/

/** All sessions below the given roots; what is none that can be read is told. */
export function spoolsIn(roots: readonly string[], foreign: (one: ForeignSpool) => void): SpoolLook[] {
  const found: SpoolLook[] = []
  for (const root of roots) {
    for (const name of namesIn(root).sort()) {
      const tree = path.join(root, name)
      const sessions = sessionsIn(path.join(tree, 'sessions'))
      if (!fs.existsSync(path.join(tree, 'spool.json')) && sessions.length === 0) continue
      const looks = orForeign(tree, foreign, () => [readTree(tree)])
      if (looks.length === 0) continue
      for (const session of sessions)
        found.push(...orForeign(session, foreign, () => [lookAtSession(session)]))
    }
  }
  return found.sort(byStart)
}

/** Whether its document holds it already, or it is not to be collected: nothing is left to be handed in. */
export function isOver({ former }: SpoolLook): boolean {
  return former.state === 'ended' || former.state === 'quiet'
}

/** Nobody writes or serves it, or is about to, and it is in no document. */
export function isLeft(look: SpoolLook): boolean {
  return look.agent === undefined && !look.starting && look.workers.length === 0 && !isOver(look)
}

/** Removes a session that nobody needs any more, and its tree when that was the last one. */
export function clearSpool({ spool, tree }: Pick<SpoolLook, 'spool' | 'tree'>): void {
  removeSession(sessionFolderAt(spool))
  if (lifeOf(tree) !== 'lives') removeTree(treeFolderAt(treeOf(sessionFolderAt(spool))))
}

function orForeign<T>(spool: string, foreign: (one: ForeignSpool) => void, look: () => T[]): T[] {
  try {
    return look()
  } catch (error) {
    const found = error instanceof ProvloomError ? error : undefined
    const cause = found?.cause ?? error
    // Handed in and removed at this moment.
    if (!fs.existsSync(spool) || (systemCode(cause) === 'ENOENT' && isServed(spool))) return []
    const hint = found?.hint === undefined ? {} : { hint: found.hint }
    foreign({ spool, file: found?.to ?? spool, reason: reasonOf(cause), ...hint })
    return []
  }
}

function isServed(spool: string): boolean {
  return [spool, path.resolve(spool, '..', '..')].some((tree) => servingAgent(tree) !== undefined)
}

function sessionsIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => isSessionId(name))
    .map((name) => path.join(folder, name))
}

function lookAtSession(root: string): SpoolLook {
  const { folder, facts } = readSession(root)
  const treeRoot = treeOf(folder)
  const former = formerOf(folder)
  return {
    spool: folder.root,
    facts,
    tree: readTree(treeRoot).facts,
    former,
    servedJob: jobServed(treeRoot),
    agent: former.kept ? undefined : servingAgent(treeRoot),
    starting: !former.kept && isStarting(treeRoot),
    workers: writersOf(folder, facts),
  }
}

/** Nothing of what a process of another machine or container writes has changed for so long: it is taken for gone. */
const quietMs = 60_000

function writersOf(folder: SessionFolder, facts: SessionFacts): number[] {
  if (facts.hostId !== hostId() || lifeOf(facts) === 'elsewhere')
    return Date.now() - lastChangeMs(folder) < quietMs && !hasSaidEnd(folder, facts) ? [facts.pid] : []
  // A notebook lives on; what it has ended it writes no more.
  return livingWriters(folder, facts)
    .filter((pid) => pid !== facts.pid || !hasSaidEnd(folder, facts))
    .map(
      (pid) =>
        numberHere({ pid, start: pid === facts.pid ? facts.start : 0, pidNamespace: facts.pidNamespace }) ??
        pid,
    )
}

function lastChangeMs(folder: SessionFolder): number {
  let last = 0
  for (const stream of namesIn(folder.streams))
    for (const name of namesIn(path.join(folder.streams, stream)))
      last = Math.max(last, mtimeOf(path.join(folder.streams, stream, name)))
  for (const name of namesIn(folder.ledgers)) last = Math.max(last, mtimeOf(path.join(folder.ledgers, name)))
  return last
}

function mtimeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function byStart(a: SpoolLook, b: SpoolLook): number {
  return a.facts.openedUs - b.facts.openedUs || a.facts.seq - b.facts.seq
}
