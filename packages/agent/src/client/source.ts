import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { changedPaths, gitWithout, ownBelow } from '../artifact/ours.ts'
import { cutCredentials, maskArguments } from '../secrets.ts'
import { keep } from './artifact.ts'
import { withSession } from './current.ts'
import { knownFolders } from './own-folders.ts'
import { absolute } from './paths.ts'
import { present } from './present.ts'
import { nameOf } from './value.ts'

/** All questions to git together. */
const gitMs = 5000
const diffBytesMax = 256 * 1024 * 1024

/** Records the command line and the working directory, with what looks like a secret cut; both are found when absent. */
export function logExecutionCommand(argv?: readonly string[], directory?: string): void {
  withSession('logExecutionCommand', (session) => {
    const words = argv ?? [...process.argv.slice(0, 1), ...process.execArgv, ...process.argv.slice(1)]
    const place = path.resolve(directory ?? process.cwd())
    session.record({ type: 'command', argv: maskArguments(words.map(String)), directory: place })
  })
}

/** Records the source code: remote, commit, branch and changes of its git repository, and the script itself. */
export function logSourceCode(file?: string): void {
  withSession('logSourceCode', (session) => {
    const place = absolute(session, 'logSourceCode', file ?? process.argv[1] ?? process.cwd())
    if (place === undefined) return
    const found = fs.statSync(place, { throwIfNoEntry: false })
    if (found === undefined) {
      session.problem('MISSING_FILE', `logSourceCode: there is no file or folder ${place}`, place)
      return
    }
    const folder = found.isDirectory() ? place : path.dirname(place)
    const facts = gitFacts(folder, knownFolders(session))
    session.record({ type: 'source', path: place, ...facts })
    // Where no repository keeps the folder its files are the only record.
    if (found.isFile() || Object.keys(facts).length === 0) {
      const keeping = { kind: 'source', role: 'input', copy: true } as const
      keep(session, 'logSourceCode', undefined, place, keeping)
    }
  })
}

/** What git says of a folder; nothing where there is no git, no repository, or no answer in time. */
function gitFacts(folder: string, known: ReadonlySet<string>): object {
  const until = performance.now() + gitMs
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }
  const ask = (...words: readonly string[]): Buffer | undefined => {
    const timeout = until - performance.now()
    if (timeout <= 0) return undefined
    try {
      return execFileSync('git', ['-C', folder, ...words], {
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: Math.ceil(timeout),
        maxBuffer: diffBytesMax,
        env,
      })
    } catch {
      return undefined
    }
  }
  const line = (...words: readonly string[]): string | undefined =>
    nameOf(
      ask(...words)
        ?.toString('utf8')
        .trim(),
    )
  const commit = line('rev-parse', '--verify', '-q', 'HEAD')
  if (commit === undefined) return {}
  const remote = line('config', '--get', 'remote.origin.url')
  const asked = ['status', '--porcelain', '-z', '--untracked-files=normal']
  const status = ask(...asked)
  const root = status === undefined ? undefined : line('rev-parse', '--show-toplevel')
  const own = root === undefined ? [] : ownBelow(root, changedPaths(status?.toString('utf8') ?? ''), known)
  const others = gitWithout(own)
  const left = own.length === 0 ? status : ask(...asked, ...others)
  const dirty = left === undefined ? undefined : left.length > 0
  const diff =
    dirty === true
      ? ask('diff', '--no-ext-diff', '--no-textconv', '--no-color', '--binary', 'HEAD', ...others)
      : undefined
  return present({
    commit,
    branch: line('symbolic-ref', '--short', '-q', 'HEAD'),
    remote: remote === undefined ? undefined : cutCredentials(remote),
    dirty,
    diffSha256: diff === undefined ? undefined : createHash('sha256').update(diff).digest('hex'),
  })
}
