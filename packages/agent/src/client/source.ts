import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from '@provloom/shared'
import { maskArguments } from '../secrets.ts'
import { gitFacts, gitMs, outcomes } from '../source/git.ts'
import type { GitFacts, Outcome, Question } from '../source/git.ts'
import { keep } from './artifact.ts'
import { withSession } from './which.ts'
import { knownFolders } from './own-folders.ts'
import { absolute } from './paths.ts'
import { present } from './present.ts'
import { tellOnce } from './tell.ts'
import { typed } from './value.ts'

const diffBytesMax = 256 * 1024 * 1024

/** Records the command line and the working directory, with what looks like a secret cut; both are found when absent. */
export function logExecutionCommand(argv?: readonly string[], directory?: string): void {
  withSession('logExecutionCommand', (session) => {
    const words = argv ?? [...process.argv.slice(0, 1), ...process.execArgv, ...process.argv.slice(1)]
    const place = directory === undefined ? here() : path.resolve(directory)
    const argvShown = maskArguments(
      words.map((word) => (typeof word === 'string' ? word : typed(word).value)),
    )
    session.record({ type: 'command', argv: argvShown, ...present({ directory: place }) })
  })
}

/** Records the source code: remote, commit, branch and changes of its git repository, and the script itself. */
export function logSourceCode(file?: string): void {
  withSession('logSourceCode', (session) => {
    const place = absolute(session, 'logSourceCode', file ?? process.argv[1] ?? here() ?? '')
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
    // Where no commit keeps the folder its files are the only record.
    if (found.isFile() || commit === undefined) {
      const keeping = { kind: 'source', role: 'input', copy: true } as const
      keep(session, 'logSourceCode', undefined, place, keeping)
    }
  })
}

/** Asks git, and waits for it. */
function factsOf(folder: string, known: ReadonlySet<string>): GitFacts {
  const until = performance.now() + gitMs
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
    maxBuffer: diffBytesMax,
    env: { ...environment },
  })
  const code = systemCode(error)
  if (code === 'ETIMEDOUT') return outcomes.slow
  if (code === 'ENOENT') return outcomes.absent
  if (code === 'ENOBUFS') return outcomes.large
  if (error !== undefined) return { kind: 'failed', why: `git cannot be started: ${error.message}` }
  const output = hashed ? createHash('sha256').update(stdout).digest('hex') : stdout.toString('utf8')
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
