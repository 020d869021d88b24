import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { killWhen, limits, systemCode } from '@provloom/shared'
import { identities } from '../artifact/ours.ts'
import type { Variables } from '../place/variables.ts'
import type { Fact } from '../spool/own-stream.ts'
import { gitFacts, outcomes } from './git.ts'
import type { Outcome, Question } from './git.ts'

type SourceFact = Extract<Fact, { readonly type: 'source' }>

/**
 * The state of the git work tree the command's code is in: remote without credentials, commit, branch, whether it has
 * changes, and their hash; or why there is no commit.
 *
 * @returns undefined where no repository holds the folder
 */
export async function sourceFact(
  folder: string,
  environment: Variables,
  signal: AbortSignal,
): Promise<SourceFact | undefined> {
  const saveDir = environment['PROVLOOM_PROVENANCE_SAVE_DIR'] ?? 'prov'
  const asking = gitFacts(folder, environment, identities([path.resolve(saveDir)]))
  const until = performance.now() + limits.gitMs
  let step = asking.next()
  while (step.done !== true) step = asking.next(await ask(step.value, until - performance.now(), signal))
  const { root, unversioned, ...facts } = step.value
  return unversioned === true ? undefined : { type: 'source', path: root ?? folder, ...facts }
}

/** Asks git without waiting for it. Never rejects. */
function ask({ argv, environment, hashed }: Question, leftMs: number, signal: AbortSignal): Promise<Outcome> {
  if (leftMs <= 0) return Promise.resolve(outcomes.slow)
  return new Promise((resolve) => {
    const hash = createHash('sha256')
    const said: Buffer[] = []
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
      size += bytes.length
      if (hashed) hash.update(bytes)
      else if (size <= limits.gitOutputBytesMax) said.push(bytes)
    })
    git.stderr.on('data', (bytes: Buffer) => {
      if (errors.length < 10_000) errors += bytes.toString('utf8')
    })
    git.once('error', (error) => {
      const why = systemCode(error) === 'ENOENT' ? outcomes.absent : undefined
      resolve(why ?? { kind: 'failed', why: `git cannot be started: ${error.message}` })
    })
    git.once('close', (code, killed) => {
      if (killed !== null) resolve(outcomes.slow)
      else if (!hashed && size > limits.gitOutputBytesMax) resolve(outcomes.large)
      else {
        const output = hashed ? hash.digest('hex') : Buffer.concat(said).toString('utf8')
        resolve({ kind: 'ended', code, output, errors })
      }
    })
  })
}
