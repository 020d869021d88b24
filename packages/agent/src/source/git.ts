import fs from 'node:fs'
import path from 'node:path'
import { limits, nameWithin } from '@provloom/shared'
import { changedPaths, gitWithout, ownBelow } from '../artifact/ours.ts'
import type { Variables } from '../place/variables.ts'
import { cutCredentials, maskHead } from '../secrets.ts'

/** What a call of git is to be asked with. */
export interface Question {
  readonly argv: readonly string[]
  readonly environment: Variables
  /** The answer may be of any length: its SHA-256 is wanted, and so many of its first bytes; else all of it, as text. */
  readonly hashed: { readonly head: number } | undefined
}

const absent = 'git is not installed, or not on the PATH'

/** How a call of git ended; `output` is its SHA-256 where that was asked for, `head` how it begins, `size` how long it is. */
export type Outcome =
  | {
      readonly kind: 'ended'
      readonly code: number | null
      readonly output: string
      readonly head?: Buffer
      readonly size?: number
      readonly errors: string
    }
  | { readonly kind: 'failed'; readonly why: string }

export const outcomes: Readonly<Record<'slow' | 'absent' | 'large', Outcome>> = {
  slow: { kind: 'failed', why: `git took more than ${limits.gitMs / 1000} s` },
  absent: { kind: 'failed', why: absent },
  large: { kind: 'failed', why: 'git said more than can be held' },
}

export interface GitFacts {
  readonly root?: string
  readonly commit?: string
  readonly branch?: string
  readonly remote?: string
  readonly dirty?: boolean
  readonly diffSha256?: string
  /** Why there is no commit, or what else is not known. */
  readonly problem?: string
  /** There is none because no repository holds the folder: nothing is amiss. */
  readonly unversioned?: true
  /** What of the work tree is in no commit, where it was asked for. */
  readonly uncommitted?: Uncommitted
}

/** What `git diff HEAD` says: the hash of all of it, and how it begins. */
export interface Difference {
  readonly sha256: string
  readonly head: Buffer
  readonly size: number
}

export interface Uncommitted {
  readonly diff: Difference | undefined
  /** Files that have changed since the commit, relative to the root. */
  readonly changed: readonly string[]
  /** Files that git knows nothing of and does not ignore, relative to the root. */
  readonly untracked: readonly string[]
}

/** Where git is to look instead of in the folder: whoever set them, a hook say, did not mean our question. */
const places = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_NAMESPACE',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_PREFIX',
])
const status = ['status', '--porcelain', '-z', '--untracked-files=normal']
const diff = ['diff', '--no-ext-diff', '--no-textconv', '--no-color', '--binary', 'HEAD']
const untracked = ['ls-files', '--others', '--exclude-standard', '--full-name', '-z']

type Asking<T> = Generator<Question, T, Outcome>

/**
 * What git says of a folder, as questions that whoever runs it asks, waiting or not: commit, branch, remote without
 * credentials, changes; and where it does not say it, why. Takes no lock in the repository, and runs no program that it
 * names.
 *
 * @param known folders that are ours, by `identities`: what lies in them changes nothing
 * @param diffBytes what is in no commit is wanted too: of the diff so many bytes
 */
export function* gitFacts(
  folder: string,
  variables: Variables,
  known: ReadonlySet<string>,
  diffBytes?: number,
): Asking<GitFacts> {
  const { git, root } = yield* repository(folder, variables)
  if (root === undefined) return noRepository(folder, git.trouble)
  const commit = yield* git.line('rev-parse', '--verify', '-q', 'HEAD^{commit}')
  const branch = yield* git.line('symbolic-ref', '--short', '-q', 'HEAD')
  const none = branch === undefined ? `HEAD of ${root} names no commit` : `${root} has no commit yet`
  const noCommit = commit === undefined ? (git.trouble ?? `the repository ${none}`) : undefined
  const remote = yield* remoteOf(git)
  const { dirty, others, changed } = yield* changesOf(git, root, known)
  const asked = dirty === true && commit !== undefined
  const difference = asked ? yield* git.hash(diffBytes ?? 0, ...diff, ...others) : undefined
  const diffSha256 = difference?.sha256
  const uncommitted =
    diffBytes === undefined || dirty !== true
      ? undefined
      : { diff: difference, changed, untracked: yield* untrackedIn(git, others) }
  const unsure = git.trouble === undefined ? undefined : `not all is known of the changes: ${git.trouble}`
  const problem = noCommit ?? unsure
  return {
    root,
    ...(commit === undefined ? {} : { commit }),
    ...(branch === undefined ? {} : { branch: nameWithin(branch) }),
    ...(remote === undefined ? {} : { remote: cutCredentials(remote) }),
    ...(dirty === undefined ? {} : { dirty }),
    ...(diffSha256 === undefined ? {} : { diffSha256 }),
    ...(problem === undefined ? {} : { problem }),
    ...(uncommitted === undefined ? {} : { uncommitted }),
  }
}

function* untrackedIn(git: Git, others: readonly string[]): Asking<string[]> {
  const found = yield* git.output(...untracked, ...(others.length === 0 ? ['--', ':/'] : others))
  return (found ?? '').split('\0').filter((name) => name !== '')
}

/** Git at the folder, and the work tree that holds it; undefined, and git's trouble says why. */
function* repository(folder: string, variables: Variables): Asking<{ git: Git; root: string | undefined }> {
  const clean = Object.fromEntries(Object.entries(variables).filter(([name]) => !places.has(name)))
  const git = new Git(folder, clean)
  const root = yield* git.line('rev-parse', '--show-toplevel')
  if (root !== undefined || !variables['GIT_DIR'] || !variables['GIT_WORK_TREE']) return { git, root }
  // A work tree apart from its repository is found by the environment alone.
  const other = new Git(folder, variables)
  const found = yield* other.line('rev-parse', '--show-toplevel')
  const holds = found !== undefined && `${fs.realpathSync(folder)}/`.startsWith(`${fs.realpathSync(found)}/`)
  return holds ? { git: other, root: found } : { git, root }
}

function noRepository(folder: string, trouble = `git does not say what holds ${folder}`): GitFacts {
  const none = notHeld(folder)
  if (trouble !== none && (trouble !== absent || hasGitAbove(folder))) return { problem: trouble }
  return { problem: none, unversioned: true }
}

function notHeld(folder: string): string {
  return `no git repository holds ${folder}`
}

function hasGitAbove(folder: string): boolean {
  const above = path.dirname(folder)
  if (fs.existsSync(path.join(folder, '.git'))) return true
  return above !== folder && hasGitAbove(above)
}

function* remoteOf(git: Git): Asking<string | undefined> {
  const origin = yield* git.line('config', '--get', 'remote.origin.url')
  if (origin !== undefined) return origin
  const first = yield* git.line('remote')
  return first === undefined ? undefined : yield* git.line('config', '--get', `remote.${first}.url`)
}

/** Whether a person has changed something, and the words that keep what is ours out of git's sight. */
function* changesOf(
  git: Git,
  root: string,
  known: ReadonlySet<string>,
): Asking<{ dirty: boolean | undefined; others: readonly string[]; changed: readonly string[] }> {
  const found = yield* git.output(...status)
  if (found === undefined || found === '')
    return { dirty: found === undefined ? undefined : false, others: [], changed: [] }
  const own = ownBelow(root, changedPaths(found), known)
  if (own.length === 0) return { dirty: true, others: [], changed: trackedPaths(found) }
  const others = gitWithout(own)
  const left = yield* git.output(...status, ...others)
  return { dirty: left === undefined ? undefined : left !== '', others, changed: trackedPaths(left ?? '') }
}

/** Of `git status --porcelain -z`: what git knows, and has changed. */
function trackedPaths(said: string): string[] {
  return changedPaths(
    said
      .split('\0')
      .filter((entry) => !entry.startsWith('?? '))
      .join('\0'),
  )
}

/** Questions in one folder. `trouble`: why the first that had no answer had none. */
class Git {
  trouble: string | undefined
  readonly #folder: string
  readonly #environment: Variables

  constructor(folder: string, variables: Variables) {
    this.#folder = folder
    this.#environment = {
      ...variables,
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
      LANGUAGE: 'C',
    }
  }

  *output(...words: readonly string[]): Asking<string | undefined> {
    return (yield* this.#ask(words, undefined))?.output
  }

  *line(...words: readonly string[]): Asking<string | undefined> {
    const line = (yield* this.output(...words))?.trim().split('\n', 1)[0]
    return line === '' ? undefined : line
  }

  *hash(head: number, ...words: readonly string[]): Asking<Difference | undefined> {
    const found = yield* this.#ask(words, { head })
    if (found === undefined) return undefined
    const { output, head: begins = Buffer.alloc(0), size = begins.length } = found
    return { sha256: output, head: begins, size }
  }

  *#ask(
    words: readonly string[],
    hashed: Question['hashed'],
  ): Asking<Extract<Outcome, { kind: 'ended' }> | undefined> {
    // A repository may name a program of its own for this one.
    const argv = ['-c', 'core.fsmonitor=false', '-C', this.#folder, ...words]
    const outcome = yield { argv, environment: this.#environment, hashed }
    if (outcome.kind === 'failed') this.trouble ??= outcome.why
    else if (outcome.code === 0) return outcome
    // 1 without a word is git's way to say no.
    else if (outcome.code !== 1 || outcome.errors.startsWith('fatal'))
      this.trouble ??= refusal(this.#folder, outcome.errors)
    return undefined
  }
}

/** Git's refusal in words that say what to do. */
function refusal(folder: string, errors: string): string {
  if (errors.includes('safe.directory'))
    return `git does not read the repository of ${folder}, for it belongs to another user; allow it with: git config --global --add safe.directory <that folder>`
  if (errors.includes('not a git repository')) return notHeld(folder)
  if (errors.includes('must be run in a work tree'))
    return `${folder} is in a git repository without a work tree`
  const [first = ''] = errors.trim().split('\n', 1)
  return `git: ${first === '' ? 'no answer' : maskHead(first, 300)}`
}
