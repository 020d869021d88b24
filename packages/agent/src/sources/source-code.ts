import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { changedPaths, gitWithout, identities, ownBelow } from '../artifact/ours.ts'
import type { Variables } from '../rank/environment.ts'
import { cutCredentials } from '../secrets.ts'
import type { Fact } from '../spool/own-stream.ts'
import { askProgram } from './bounded.ts'

const gitMs = 5_000

/**
 * The state of the git work tree the command's code is in: remote without credentials, commit, branch, whether it has
 * changes, and their hash. Takes no lock in the repository.
 *
 * @returns undefined when the folder is in no work tree, or git is absent or slow
 */
export async function sourceFact(
  folder: string,
  environment: Variables,
  signal: AbortSignal,
): Promise<Fact | undefined> {
  const git = { ...environment, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }
  const asIs = (...argv: readonly string[]): Promise<string | undefined> =>
    askProgram('git', ['-C', folder, ...argv], { timeoutMs: gitMs, environment: git, signal })
  const ask = async (...argv: readonly string[]): Promise<string | undefined> => (await asIs(...argv))?.trim()
  const asked = ['status', '--porcelain', '-z', '--untracked-files=normal']
  const root = await ask('rev-parse', '--show-toplevel')
  if (root === undefined) return undefined
  const [commit, branch, remote, status] = await Promise.all([
    ask('rev-parse', '--verify', '-q', 'HEAD'),
    ask('symbolic-ref', '-q', '--short', 'HEAD'),
    ask('config', '--get', 'remote.origin.url'),
    asIs(...asked),
  ])
  const saveDir = environment['PROVLOOM_PROVENANCE_SAVE_DIR'] ?? 'prov'
  const own = ownBelow(root, changedPaths(status ?? ''), identities([path.resolve(saveDir)]))
  const others = gitWithout(own)
  const left = own.length === 0 ? status : await asIs(...asked, ...others)
  const dirty = left === undefined ? undefined : left !== ''
  const diffSha256 =
    dirty === true && commit !== undefined ? await hashDiff(folder, others, git, signal) : undefined
  return {
    type: 'source',
    path: root,
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch: branch.slice(0, 512) }),
    ...(remote === undefined ? {} : { remote: cutCredentials(remote) }),
    ...(dirty === undefined ? {} : { dirty }),
    ...(diffSha256 === undefined ? {} : { diffSha256 }),
  }
}

/** SHA-256 of `git diff HEAD`, streamed. */
function hashDiff(
  folder: string,
  others: readonly string[],
  environment: Variables,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const hash = createHash('sha256')
    const git = spawn('git', ['-C', folder, 'diff', '--no-ext-diff', 'HEAD', ...others], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...environment },
      timeout: gitMs,
      killSignal: 'SIGKILL',
      signal,
    })
    git.stdout.on('data', (bytes: Buffer) => hash.update(bytes))
    git.once('error', () => resolve(undefined))
    git.once('close', (code) => resolve(code === 0 ? hash.digest('hex') : undefined))
  })
}
