import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits, systemCode, wellFormed } from '@provloom/shared'
import { maskArguments } from '../secrets.ts'
import { gitFacts, outcomes } from '../source/git.ts'
import type { GitFacts, Outcome, Question } from '../source/git.ts'
import { keep } from './keep.ts'
import { withSession } from './which.ts'
import { knownFolders } from './own-folders.ts'
import { absolute } from './paths.ts'
import { shown } from './number.ts'
import { present } from './present.ts'
import { scriptFile } from './script.ts'
import type { Session } from './session.ts'
import { heldIn } from './stranger.ts'
import { tellOnce } from './tell.ts'
import { typed } from './value.ts'

/** Records the command line and the working directory, with what looks like a secret cut; both are found when absent. */
export function logExecutionCommand(argv?: readonly string[], directory?: string): void {
  withSession('logExecutionCommand', (session) => {
    const given: unknown = argv ?? [
      ...process.argv.slice(0, 1),
      ...process.execArgv,
      ...process.argv.slice(1),
    ]
    if (!Array.isArray(given)) {
      const text = `logExecutionCommand: ${shown(given)} is no list of words`
      session.refuse('no-words', 'BAD_ARGUMENT', text)
      return
    }
    const place = directory === undefined ? here() : absolute(session, 'logExecutionCommand', directory)
    const words = maskArguments(bounded(session, given))
    session.record({ type: 'command', argv: words, ...present({ directory: place }) })
  })
}

/** As many of the words as are recorded of a command line; that it was longer is told. */
function bounded(session: Session, given: readonly unknown[]): string[] {
  const kept: string[] = []
  let left = limits.commandLengthMax
  for (let n = 0; n < given.length && n < limits.commandWordsMax && left > 0; n++) {
    const found = heldIn(given, n)
    const word = typeof found === 'string' ? found : typed(found).value
    kept.push(wellFormed(word.slice(0, left)))
    left -= word.length
  }
  if (kept.length < given.length || left < 0) {
    const text = `logExecutionCommand: of a longer command line the first ${kept.length} words are recorded`
    session.problem('VALUE_CUT', text, 'command')
  }
  return kept
}

/**
 * Records the source code: remote, commit, branch and changes of its git repository, and the script itself.
 *
 * @param file a file or folder; the script that runs when it is absent, and without one what git says of the working
 *   folder
 */
export function logSourceCode(file?: string): void {
  withSession('logSourceCode', (session) => {
    const given = file ?? scriptFile()
    if (given === undefined) {
      withoutScript(session)
      return
    }
    const place = absolute(session, 'logSourceCode', given)
    if (place === undefined) return
    const found = fs.statSync(place, { throwIfNoEntry: false })
    if (found === undefined) {
      session.problem('MISSING_FILE', `logSourceCode: there is no file or folder ${place}`, place)
      return
    }
    const folder = found.isDirectory() ? place : path.dirname(place)
    const { root: _root, unversioned, ...facts } = factsOf(folder, knownFolders(session))
    const { problem, commit } = facts
    if (problem !== undefined && unversioned !== true)
      tellOnce(`source ${problem}`, `logSourceCode: ${problem}`)
    session.record({ type: 'source', path: place, ...facts })
    // It was recorded when the session began.
    if (place === session.script) return
    // Where no commit keeps the folder its files are the only record.
    if (found.isFile() || commit === undefined) {
      const keeping = { kind: 'source', role: 'input', copy: true } as const
      keep(session, 'logSourceCode', undefined, place, keeping)
    }
  })
}

/** What git says of the working folder. Its files are anything: none is kept that nobody has named. */
function withoutScript(session: Session): void {
  const folder = here()
  const asked = folder === undefined ? {} : factsOf(folder, knownFolders(session))
  const { root: _root, unversioned: _unversioned, problem, ...facts } = asked
  if (facts.commit === undefined) {
    const why = problem ?? 'and the working folder is gone'
    const text = `logSourceCode: there is no script file to record (${why}); name what to record: logSourceCode("path")`
    session.problem('NO_SCRIPT', text, folder)
  } else if (problem !== undefined) {
    tellOnce(`source ${problem}`, `logSourceCode: ${problem}`)
  }
  if (folder !== undefined && Object.values(facts).some((one) => one !== undefined))
    session.record({ type: 'source', path: folder, ...present({ problem }), ...facts })
}

/** Asks git, and waits for it. */
function factsOf(folder: string, known: ReadonlySet<string>): GitFacts {
  const until = performance.now() + limits.gitMs
  const asking = gitFacts(folder, process.env, known)
  let step = asking.next()
  while (step.done !== true) step = asking.next(ask(step.value, until - performance.now()))
  return step.value
}

function ask({ argv, environment, hashed }: Question, leftMs: number): Outcome {
  if (leftMs <= 0) return outcomes.slow
  const { status, stdout, stderr, error } = spawnSync('git', argv, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: Math.ceil(leftMs),
    killSignal: 'SIGKILL',
    maxBuffer: limits.diffBytesMax,
    env: { ...environment },
  })
  const code = systemCode(error)
  if (code === 'ETIMEDOUT') return outcomes.slow
  if (code === 'ENOENT') return outcomes.absent
  if (code === 'ENOBUFS') return outcomes.large
  if (error !== undefined) return { kind: 'failed', why: `git cannot be started: ${error.message}` }
  const output =
    hashed === undefined ? stdout.toString('utf8') : createHash('sha256').update(stdout).digest('hex')
  return { kind: 'ended', code: status, output, errors: stderr.toString('utf8', 0, 10_000) }
}

/** The working folder; undefined when it is gone. */
function here(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}
