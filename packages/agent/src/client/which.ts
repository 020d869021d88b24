import cluster from 'node:cluster'
import { isMainThread } from 'node:worker_threads'
import { misspelt, misspeltWords, systemCode } from '@provloom/shared'
import { firstInJob } from '../place/launched.ts'
import { sessionFolderAt } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import type { SessionFacts } from '../session/facts.ts'
import { changedRank, rankIn } from '../tree/worker.ts'
import { current, enter, harmless, leave } from './current.ts'
import { findParent } from './inherit.ts'
import type { Parent } from './inherit.ts'
import { keepScript } from './keep.ts'
import { makeSession } from './opening.ts'
import { present } from './present.ts'
import { scriptFile } from './script.ts'
import { Session } from './session.ts'
import type { SessionOptions } from './session.ts'
import { tellOnce } from './tell.ts'
import { ownTree } from './tree.ts'

/** A helper looks so often whether its session goes on, and whether it has become a rank. */
const followMs = 1
const rankedMs = 1000
/** When a thread without a session last looked for one to help in. */
let soughtMs = -Infinity

/** Runs `body` with the session; without one it tells so once, and where the agent does not want this rank it does nothing. */
export function withSession(call: string, body: (session: Session) => void): void {
  harmless(call, () => {
    const session = sessionOfCall()
    if (session === undefined) tellAbsence(call)
    else if (session.wanted) body(session)
  })
}

/**
 * startRun: which session this process is in from now on (docs/spool-format.md, "Which session a process records into").
 *
 * @param line where it was called from; empty where that is not known
 * @returns whether that is another one than before, of its own
 * @throws the system's error when no place for it can be made
 */
export function startSession(options: SessionOptions, line: string): boolean {
  const session = current.session
  if (session === undefined || session.kind === 'helper') return begin(options, line)
  if (session.kind === 'rank') {
    if (session.follows?.newest() === session.inherited && sameNames(session.options, options)) {
      session.adopt(line)
      return true
    }
    leave(session, 'completed', 'call')
    return begin(options, line)
  }
  if (session.stream.over) {
    leave(session, 'incomplete', 'next')
    return begin(options, line)
  }
  if (session.hold(line) === 'held') {
    const text =
      'startRun was called while a run is open: that one goes on until its endRun, and what is recorded from now on is in it'
    session.problem('ALREADY_STARTED', text)
    return false
  }
  const text =
    'startRun was called again, and the run before was not ended: it is incomplete (endRun ends a run)'
  session.problem('NOT_ENDED', text)
  leave(session, 'incomplete', 'next')
  return begin(options, line)
}

/** startRun where no session of its own is open. */
function begin(options: SessionOptions, line: string): boolean {
  const helping = current.session ?? helperOf(findParent())
  const facts = helping?.follows?.factsOf(helping.spool.id)
  if (helping !== undefined && facts !== undefined && staysHelper(facts, options)) {
    if (helping !== current.session) enter(helping)
    if (isMainThread) {
      const text = 'startRun in a worker of a cluster: it records into the run of the process above it'
      // Its agent tells it, once for all of them.
      helping.record({ type: 'problem', code: 'HELPER', message: text })
    } else tellOnce('joined', 'startRun in a worker thread: it records into the run that is open')
    return false
  }
  if (helping !== undefined) leave(helping, 'completed', 'call')
  const session = open(options, 'own', undefined, helping?.spool.id)
  session.hold(line)
  return true
}

/** A helper that has its own rank is none: a thread or cluster worker records into the run above, anything else in its own. */
function staysHelper(facts: SessionFacts, options: SessionOptions): boolean {
  if (ownRank(facts, options.rank) !== undefined) return false
  return !isMainThread || (cluster.isWorker && sameNames(facts, options))
}

function sessionOfCall(): Session | undefined {
  const { session } = current
  if (session === undefined) {
    const now = performance.now()
    if (current.absent !== 'before-start' || now - soughtMs < followMs) return undefined
    soughtMs = now
    const helping = helperOf(findParent())
    return helping === undefined ? undefined : helperOrRank(helping)
  }
  return session.follows === undefined ? session : followed(session, session.follows)
}

/** The session that this helper, or a rank that was found in one, is in now: that of the process above may have ended. */
function followed(session: Session, parent: Parent): Session | undefined {
  const now = session.clock.monotonicMs()
  if (session.stream.over || now - session.followedMs < followMs) return session
  session.followedMs = now
  const newest = parent.newest()
  if (session.kind === 'rank') {
    if (newest === session.inherited) return session
    leave(session, 'completed', 'call')
  } else if (newest === session.spool.id) return helperOrRank(session)
  const next = helperOf(parent)
  if (next !== undefined) {
    if (session.kind === 'helper') leave(session, 'completed', 'call')
    return helperOrRank(next)
  }
  if (session.kind === 'rank') return undefined
  session.stream.end()
  return session
}

/** This thread as a helper in the newest session of another process, or of its own. */
function helperOf(parent: Parent | undefined): Session | undefined {
  const newest = parent?.newest()
  if (parent === undefined || newest === undefined) return undefined
  const facts = parent.factsOf(newest)
  if (facts === undefined) return undefined
  return new Session(sessionFolderAt(parent.folderOf(newest)), {
    kind: 'helper',
    options: optionsOf(facts),
    follows: parent,
    script: facts.script,
  })
}

/** A helper that turns out to be a rank of its own has a session of its own, of the same experiment and name. */
function helperOrRank(session: Session): Session {
  const now = session.clock.monotonicMs()
  if (now - session.rankedMs < rankedMs) return session
  session.rankedMs = now
  const facts = session.follows?.factsOf(session.spool.id)
  const rank = facts === undefined ? undefined : ownRank(facts, undefined)
  if (rank === undefined) {
    if (session !== current.session) enter(session)
    return session
  }
  leave(session, 'completed', 'call')
  const { rank: _theirs, worldSize: _world, ...options } = session.options
  return open(options, 'rank', session.follows, session.spool.id)
}

/** The rank that this process has by itself, where it is another than its session's. */
function ownRank(facts: SessionFacts, said: number | undefined): number | undefined {
  const rank = said ?? changedRank(process.env, facts.environment)
  return rank === (facts.rank ?? rankIn(facts.environment) ?? 0) ? undefined : rank
}

function open(
  options: SessionOptions,
  kind: 'own' | 'rank',
  follows: Parent | undefined,
  inherited: string | undefined,
): Session {
  const script = scriptFile()
  const { folder, wrapped, founded } = begun(options, script, inherited, kind)
  if (founded && firstInJob(process.env))
    for (const one of misspelt(process.env)) tellOnce(`variable ${one.name}`, misspeltWords(one))
  const session = new Session(folder, { kind, options, plain: !wrapped, follows, inherited, script })
  enter(session)
  harmless('startRun', () => keepScript(session))
  return session
}

function begun(
  options: SessionOptions,
  script: string | undefined,
  inherited: string | undefined,
  kind: 'own' | 'rank',
): { readonly folder: SessionFolder; readonly wrapped: boolean; readonly founded: boolean } {
  for (let last = false; ; last = true) {
    const { tree, wrapped, founded } = ownTree()
    try {
      return { folder: makeSession(tree, options, script, inherited, kind), wrapped, founded }
    } catch (error) {
      // An agent that leaves takes its empty tree away.
      if (last || systemCode(error) !== 'ENOENT') throw error
    }
  }
}

function optionsOf(facts: SessionFacts): SessionOptions {
  const { experimentName, runName, runId, provUserNamespace, provenanceSaveDir } = facts
  const { collectAllProcesses, saveAfterNLogs, rank, worldSize, disableCodecarbon } = facts
  const names = { experimentName, runName, provUserNamespace, provenanceSaveDir, runId }
  return present({ ...names, collectAllProcesses, saveAfterNLogs, rank, worldSize, disableCodecarbon })
}

type Names = Partial<Record<'experimentName' | 'runName' | 'runId', string>>

function sameNames(one: Names, other: Names): boolean {
  return (['experimentName', 'runName', 'runId'] as const).every((name) => one[name] === other[name])
}

function tellAbsence(call: string): void {
  if (current.absent === 'unable') return
  const when = current.absent === 'after-end' ? 'after endRun' : 'before startRun'
  tellOnce(current.absent, `${call} was called ${when}: it is not recorded`)
}
