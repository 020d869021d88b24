import { randomBytes } from 'node:crypto'
import os from 'node:os'
import type { RunId } from '@provloom/shared'
import { argvOf, hostId, beganUs } from '@provloom/shared/process'
import { present } from '../client/present.ts'
import { maskArguments } from '../secrets.ts'
import type { SessionFacts } from '../session/facts.ts'
import { recordedVariables } from '../source/allow-list.ts'
import { beginSession } from '../tree/begin-session.ts'
import type { TreeFolder } from '../tree/folder.ts'
import { parentsOf, pidNamespace } from '../tree/processes.ts'
import type { Wrapped } from '../tree/wrapped.ts'
import { linkAt } from './members.ts'
import type { Member } from './members.ts'

const said = { language: 'python', library: 'tensorboard' }

/** A session for a process that has written event files and begun none: as long as the process, like a command's own. */
export function grantFor(
  tree: TreeFolder,
  { pid, start, variables, directory, argv }: Member,
  wrapped: Wrapped | undefined,
): string {
  const isCommand = wrapped?.pid === pid
  const nowUs = Date.now() * 1000
  return begin(tree, {
    session: randomBytes(8).toString('hex'),
    seq: 0,
    pid,
    start,
    pidNamespace: pidNamespace(),
    parents: parentsOf(pid),
    openedUs: isCommand ? wrapped.startedUs : (beganUs(start, nowUs) ?? nowUs),
    host: os.hostname(),
    hostId: hostId(),
    uid: process.getuid?.() ?? 0,
    argv: maskArguments(isCommand ? wrapped.argv : nowOr(argvOf(pid), argv)),
    executable: linkAt(`/proc/${pid}/exe`) ?? '',
    directory: directory ?? '',
    environment: recordedVariables(variables),
  })
}

/**
 * One that goes on with what a session's process writes behind its end: a run that follows from the session's.
 *
 * @param sinceUs when the first of that was logged
 */
export function grantBehind(
  tree: TreeFolder,
  facts: SessionFacts,
  { informedBy, sinceUs }: { readonly informedBy: RunId | undefined; readonly sinceUs: number | undefined },
): string {
  const {
    runId: _runId,
    newRunId: _newRunId,
    inherited: _inherited,
    silent: _silent,
    script: _script,
    ...same
  } = facts
  return begin(tree, {
    ...same,
    session: randomBytes(8).toString('hex'),
    openedUs: Math.max(facts.openedUs + 1, sinceUs ?? Date.now() * 1000),
    ...present({ informedBy }),
  })
}

/** It may have become another program since it was seen first; of one that is gone there is no more. */
function nowOr(now: readonly string[], before: readonly string[]): readonly string[] {
  return now.length === 0 ? before : now
}

function begin(tree: TreeFolder, facts: SessionFacts): string {
  beginSession(tree, { ...facts, ...said })
  return facts.session
}
