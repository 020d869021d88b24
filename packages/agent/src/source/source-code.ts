import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { killWhen, limits, systemCode } from '@provloom/shared'
import { identities } from '../artifact/ours.ts'
import type { Variables } from '../place/variables.ts'
import type { Fact } from '../spool/own-stream.ts'
import { gitFacts, outcomes } from './git.ts'
import type { Outcome, Question, Uncommitted } from './git.ts'

export type SourceFact = Extract<Fact, { readonly type: 'source' }>

/** The work tree that a command's code is in. */
export interface WorkTree {
  readonly fact: SourceFact
  readonly root: string | undefined
  readonly uncommitted: Uncommitted | undefined
}

/**
 * The state of the git work tree the command's code is in: remote without credentials, commit, branch, whether it has
 * changes, and their hash; or why there is no commit.
 *
 * @param whole what is in no commit is wanted too
 * @param own folders that are ours, and may hold nothing yet that says so
 * @returns undefined where no repository holds the folder
 */
export async function workTreeOf(
  folder: string,
  environment: Variables,
  whole: boolean,
  signal: AbortSignal,
  own: readonly string[] = [],
): Promise<WorkTree | undefined> {
  const diffBytes = whole ? limits.diffKeptBytesMax : undefined
  const asking = gitFacts(folder, environment, identities(own), diffBytes)
  const until = performance.now() + limits.gitMs
  let step = asking.next()
  while (step.done !== true) step = asking.next(await ask(step.value, until - performance.now(), signal))
  const { root, unversioned, uncommitted, ...facts } = step.value
  if (unversioned === true) return undefined
  return { fact: { type: 'source', path: root ?? folder, ...facts }, root, uncommitted }
}

/** Asks git without waiting for it. Never rejects. */
function ask({ argv, environment, hashed }: Question, leftMs: number, signal: AbortSignal): Promise<Outcome> {
  if (leftMs <= 0) return Promise.resolve(outcomes.slow)
  return new Promise((resolve) => {
    const hash = createHash('sha256')
    const said: Buffer[] = []
    const most = hashed?.head ?? limits.gitOutputBytesMax
    let size = 0
    let errors = ''
    const git = spawn('git', argv, {
      // As askProgram's: Ctrl-Z would stop it before it is git, and us with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment },
      timeout: Math.ceil(leftMs),
      killSignal: 'SIGKILL',
    })
    killWhen(signal, git)
    git.stdout.on('data', (bytes: Buffer) => {
      if (hashed !== undefined) hash.update(bytes)
      if (size < most) said.push(bytes.subarray(0, most - size))
      size += bytes.length
    })
    git.stderr.on('data', (bytes: Buffer) => {
      if (errors.length < 10_000) errors += bytes.toString('utf8')
    })
    git.once('error', (error) => {
      const why = systemCode(error) === 'ENOENT' ? outcomes.absent : undefined
      resolve(why ?? { kind: 'failed', why: `git cannot be started: ${error.message}` })
    })
    git.once('close', (code, killed) => {
      const head = Buffer.concat(said)
      if (killed !== null) resolve(outcomes.slow)
      else if (hashed !== undefined)
        resolve({ kind: 'ended', code, output: hash.digest('hex'), head, size, errors })
      else if (size > most) resolve(outcomes.large)
      else resolve({ kind: 'ended', code, output: head.toString('utf8'), errors })
    })
  })
}
