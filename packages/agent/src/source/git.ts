import fs from 'node:fs'
import path from 'node:path'
import { limits, nameWithin } from '@provloom/shared'
import { changedPaths, gitWithout, ownBelow } from '../artifact/ours.ts'
import type { Variables } from '../place/variables.ts'
import { cutCredentials, maskHead } from '../secrets.ts'
import { gitCall, gitEnvironment, words } from './git-words.ts'

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
  /** Files that git knows nothing of and does not ignore, relative to the root; repositories among them end in `/`. */
  readonly untracked: readonly string[]
  /** Submodules that have changes of their own; theirs are told from their own roots, untracked files from this one. */
  readonly submodules: readonly Submodule[]
  /** What of it is not known, in words. */
  readonly unknown: readonly string[]
}

export interface Submodule extends Pick<Uncommitted, 'diff' | 'changed'> {
  /** Relative to the root of the outermost work tree. */
  readonly name: string
}

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
  const changes = yield* changesOf(git, root, known)
  const { dirty } = changes
  const asked = dirty === true && commit !== undefined
  const difference = asked ? yield* differenceIn(git, changes, diffBytes ?? 0) : undefined
  const diffSha256 = difference?.sha256
  const uncommitted =
    diffBytes === undefined || dirty !== true
      ? undefined
      : yield* uncommittedIn({ git, root, changes, variables, known, diffBytes }, difference)
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

function* differenceIn(git: Git, { others }: Changes, bytes: number): Asking<Difference | undefined> {
  return yield* git.hash(bytes, ...words.diff, ...others)
}

interface Changed {
  readonly git: Git
  readonly root: string
  readonly changes: Changes
  readonly variables: Variables
  readonly known: ReadonlySet<string>
  readonly diffBytes: number
}

/** A submodule is a work tree of its own: what `git diff` says around it is only that it has changes. */
function* uncommittedIn(of: Changed, diff: Difference | undefined): Asking<Uncommitted> {
  const { root, changes } = of
  const untracked = yield* untrackedIn(of.git, changes.others)
  const submodules: Submodule[] = []
  const unknown: string[] = []
  const open = submodulesAmong(root, changes.changed)
  let bytes = of.diffBytes - (diff?.head.length ?? 0)
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    if (submodules.length >= limits.submodulesMax) {
      unknown.push(
        `of the submodules of ${root} with changes only the first ${limits.submodulesMax} are kept`,
      )
      break
    }
    const folder = path.join(root, name)
    const git = new Git(folder, gitEnvironment(of.variables))
    const inside = yield* changesOf(git, folder, of.known)
    const found = inside.dirty === true ? yield* differenceIn(git, inside, bytes) : undefined
    if (inside.dirty === true) {
      bytes -= found?.head.length ?? 0
      submodules.push({ name, diff: found, changed: inside.changed })
      untracked.push(...(yield* untrackedIn(git, inside.others)).map((one) => `${name}/${one}`))
      open.push(...submodulesAmong(folder, inside.changed).map((one) => `${name}/${one}`))
    }
    if (git.trouble !== undefined) unknown.push(`of the changes in the submodule ${name}: ${git.trouble}`)
  }
  return { diff, changed: changes.changed, untracked, submodules, unknown }
}

function submodulesAmong(root: string, changed: readonly string[]): string[] {
  return changed.filter((name) => fs.existsSync(path.join(root, name, '.git'))).sort()
}

function* untrackedIn(git: Git, others: readonly string[]): Asking<string[]> {
  const found = yield* git.output(...words.untracked, ...(others.length === 0 ? ['--', ':/'] : others))
  return (found ?? '').split('\0').filter((name) => name !== '')
}

/** Git at the folder, and the work tree that holds it; undefined, and git's trouble says why. */
function* repository(folder: string, variables: Variables): Asking<{ git: Git; root: string | undefined }> {
  const git = new Git(folder, gitEnvironment(variables))
  const root = yield* git.line('rev-parse', '--show-toplevel')
  if (root !== undefined || !variables['GIT_DIR'] || !variables['GIT_WORK_TREE']) return { git, root }
  // A work tree apart from its repository is found by the environment alone.
  const other = new Git(folder, gitEnvironment(variables, true))
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

interface Changes {
  /** Whether a person has changed something. */
  readonly dirty: boolean | undefined
  /** The words that keep what is ours out of git's sight. */
  readonly others: readonly string[]
  /** What git knows, and has changed. */
  readonly changed: readonly string[]
}

function* changesOf(git: Git, root: string, known: ReadonlySet<string>): Asking<Changes> {
  const found = yield* git.output(...words.status)
  if (found === undefined || found === '')
    return { dirty: found === undefined ? undefined : false, others: [], changed: [] }
  const own = ownBelow(root, changedPaths(found), known)
  if (own.length === 0) return { dirty: true, others: [], changed: trackedPaths(found) }
  const others = gitWithout(own)
  const left = yield* git.output(...words.status, ...others)
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

  constructor(folder: string, environment: Variables) {
    this.#folder = folder
    this.#environment = environment
  }

  *output(...question: readonly string[]): Asking<string | undefined> {
    return (yield* this.#ask(question, undefined))?.output
  }

  *line(...question: readonly string[]): Asking<string | undefined> {
    const line = (yield* this.output(...question))?.trim().split('\n', 1)[0]
    return line === '' ? undefined : line
  }

  *hash(head: number, ...question: readonly string[]): Asking<Difference | undefined> {
    const found = yield* this.#ask(question, { head })
    if (found === undefined) return undefined
    const { output, head: begins = Buffer.alloc(0), size = begins.length } = found
    return { sha256: output, head: begins, size }
  }

  *#ask(
    question: readonly string[],
    hashed: Question['hashed'],
  ): Asking<Extract<Outcome, { kind: 'ended' }> | undefined> {
    const argv = gitCall(this.#folder, question)
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
