import fs from 'node:fs'
import path from 'node:path'
import {
  ProvloomError,
  fieldsOf,
  isCount,
  isNameable,
  keySlug,
  makePath,
  namesIn,
  removeFolder,
  systemCode,
} from '@provloom/shared'
import type { Variables } from '../place/variables.ts'
import { refuseOtherFormat, spoolFormat, unreadable } from '../session/facts.ts'
import { removeGone } from '../session/folder.ts'
import { textOf, writeSmall } from '../spool/small-file.ts'
import { startOf } from './namespaces.ts'

/**
 * What a command and all it started on one machine record into (docs/spool-format.md, "The tree"):
 * `spool.json` · `agent.json` · `current-<pid>` · `sessions/<S>/`.
 */
export interface TreeFolder {
  readonly root: string
  readonly sessions: string
}

/** Who founded a tree: spool.json. Times in microseconds since the epoch, `start` in clock ticks since boot. */
export interface TreeFacts {
  readonly createdUs: number
  /** The tree's own key, `local-<host id>.<pid>.<start>`. */
  readonly key: string
  readonly launcherMark: string
  readonly host: string
  readonly hostId: string
  readonly uid: number
  readonly pid: number
  readonly start: number
  readonly pidNamespace: number
  /** agent: a wrapper, which sees all that its command starts. */
  readonly by: 'agent' | 'client'
  readonly version: string
}

export function treeFolderAt(root: string): TreeFolder {
  return { root, sessions: path.join(root, 'sessions') }
}

/** Folders that may hold trees, the best first, when nobody names one. */
export function spoolRoots(variables: Variables, named: string | undefined, directory: string): string[] {
  const given = named ?? variables['PROVLOOM_SPOOL_ROOT']
  const name = `provloom-${process.getuid?.() ?? 0}`
  const places = [variables['TMPDIR'] ?? '', '/tmp', directory].filter((one) => one !== '')
  return [
    ...(given === undefined || given === '' ? [] : [given]),
    ...places.map((one) => path.join(one, name)),
  ]
}

/** Folders that a tree may have, the best first. */
export function treeFolders(roots: readonly string[], key: string): string[] {
  return roots.map((root) => path.join(root, keySlug(key)))
}

/** Where spools of this machine lie that can be read now. */
export function spoolRootsThere(
  variables: Variables,
  named: string | undefined,
  directory: string,
): string[] {
  const there = spoolRoots(variables, named, directory).filter((one) => isOurs(one))
  return [...new Set(there.map((one) => fs.realpathSync(one)))]
}

/**
 * Makes a tree's folder, or joins the one that is there: folders of mode 0700, files of mode 0600.
 *
 * @param folders of the tree, tried in this order; each is in a root, which is made too
 * @param told hears of each place that cannot be used, though it was the better one
 * @throws {ProvloomError} `SPOOL_UNWRITABLE` when none can
 */
export function makeTree(
  folders: readonly string[],
  facts: TreeFacts,
  told: (message: string) => void,
): TreeFolder {
  const roots = folders.map((one) => path.dirname(one))
  let trouble: unknown
  for (const [i, root] of roots.entries()) {
    try {
      if (!isNameable(root)) throw new Error(`the path ${root} is no UTF-8`)
      const tree = treeFolderAt(path.resolve(folders[i]!))
      makeRoot(root)
      makeWhole(tree, { format: spoolFormat, ...facts })
      if (trouble !== undefined) told(`${reasonFor(trouble)}; spools are in ${root}`)
      return tree
    } catch (error) {
      trouble ??= error
    }
  }
  throw new ProvloomError('SPOOL_UNWRITABLE', `No folder for spools can be made: ${roots.join(', ')}`, {
    doing: 'make the spool',
    to: roots[0] ?? '',
    cause: trouble,
    hint: 'Name one on the local disk with --spool-root or PROVLOOM_SPOOL_ROOT.',
  })
}

/** Whoever is killed while he makes it leaves no tree that nobody can serve: it gets its name when it is complete. */
function makeWhole(tree: TreeFolder, facts: object): void {
  const file = path.join(tree.root, 'spool.json')
  if (!fs.existsSync(file) && !isMadeBeside(tree, facts)) {
    // Somebody removed a part of it, or its folder cannot be renamed.
    fs.mkdirSync(tree.root, { recursive: true, mode: 0o700 })
    writeSmall(file, facts)
  }
  fs.mkdirSync(tree.sessions, { recursive: true, mode: 0o700 })
}

/** @returns whether the tree is there now, whole */
function isMadeBeside(tree: TreeFolder, facts: object): boolean {
  const beside = path.join(path.dirname(tree.root), `${newPrefix}${process.pid}.${startOf(process.pid)}`)
  try {
    fs.mkdirSync(beside, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
  try {
    fs.mkdirSync(treeFolderAt(beside).sessions, { mode: 0o700 })
    writeSmall(path.join(beside, 'spool.json'), facts)
    fs.renameSync(beside, tree.root)
    return true
  } catch {
    removeFolder(beside)
    return fs.existsSync(path.join(tree.root, 'spool.json'))
  }
}

/**
 * Reads a tree's spool.json.
 *
 * @throws {ProvloomError} `SPOOL_UNREADABLE` when the folder is no tree, or of another format
 */
export function readTree(folder: string): { readonly tree: TreeFolder; readonly facts: TreeFacts } {
  const tree = treeFolderAt(path.resolve(folder))
  const file = path.join(tree.root, 'spool.json')
  try {
    const fields = fieldsOf(JSON.parse(fs.readFileSync(file, 'utf8')))
    refuseOtherFormat(fields, 'version', tree.root)
    return { tree, facts: factsOf(fields, path.basename(tree.root)) }
  } catch (error) {
    throw unreadable(file, tree.sessions, error)
  }
}

/** Removes a tree that holds no session any more. One that somebody has just begun stays. */
export function removeTree(tree: TreeFolder): boolean {
  removeGone(tree.sessions)
  if (!removedFolder(tree.sessions)) return false
  // What somebody begins at this moment comes along, and back; under its own name nothing is removed that was not seen.
  const aside = `${tree.root}.${process.pid}`
  try {
    fs.renameSync(tree.root, aside)
  } catch (error) {
    return systemCode(error) === 'ENOENT'
  }
  if (!removedFolder(path.join(aside, 'sessions'))) {
    if (!fs.existsSync(tree.root)) fs.renameSync(aside, tree.root)
    return false
  }
  removeLitter(path.dirname(tree.root), aside)
  return true
}

const newPrefix = '.new-'
const gonePrefix = '.gone-'
/** By whom: one of another pid namespace may live, and then makes its tree in its place. */
const litterName = /^\.(?:new|gone)-(\d+)\.(\d+)/

/** Removes an empty tree that has no name any more, and what those who were killed meanwhile had begun to make or to remove. */
function removeLitter(root: string, aside: string): void {
  const gone = path.join(root, `${gonePrefix}${process.pid}.${startOf(process.pid)}.${path.basename(aside)}`)
  fs.renameSync(aside, gone)
  const dead = namesIn(root).filter((name) => {
    const [, pid, start] = litterName.exec(name) ?? []
    return start !== undefined && startOf(Number(pid)) !== Number(start)
  })
  for (const folder of [gone, ...dead.map((name) => path.join(root, name))]) {
    try {
      removeFolder(folder)
    } catch {
      // Another agent, which does not see its maker, removes it as well; what stays goes with the next tree.
    }
  }
}

/** Whether there is none now; one that holds something stays. */
function removedFolder(folder: string): boolean {
  try {
    fs.rmdirSync(folder)
    return true
  } catch (error) {
    return systemCode(error) === 'ENOENT'
  }
}

/** In a folder that all may write, somebody else may have made this one to read along. */
export function makeRoot(root: string): void {
  makePath(path.dirname(path.resolve(root)), 'umask')
  try {
    fs.mkdirSync(root, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
  const whatIsWrong = foreignness(root)
  if (whatIsWrong !== undefined) throw new Error(whatIsWrong)
}

function isOurs(root: string): boolean {
  try {
    return foreignness(root) === undefined
  } catch {
    return false
  }
}

function foreignness(root: string): string | undefined {
  const found = fs.statSync(root)
  if (!found.isDirectory()) return `${root} is no folder`
  const self = process.getuid?.()
  if (self === undefined) return undefined
  // A link of the user's own, to a disk with room say, is as good as the folder.
  const link = fs.lstatSync(root)
  if (link.isSymbolicLink() && link.uid !== self) return `${root} is a symbolic link of user ${link.uid}`
  if (found.uid !== self && found.uid !== 0) return `${root} belongs to user ${found.uid}`
  const othersWrite = (found.mode & 0o002) !== 0
  const sticky = (found.mode & 0o1000) !== 0
  return othersWrite && !sticky ? `${root} can be written by everybody` : undefined
}

function reasonFor(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function factsOf(fields: ReadonlyMap<string, unknown>, key: string): TreeFacts {
  const count = (name: string): number => {
    const value = fields.get(name)
    return isCount(value) ? value : 0
  }
  const text = (name: string): string => textOf(fields.get(name)) ?? ''
  return {
    createdUs: count('createdUs'),
    key: text('key') || key,
    launcherMark: text('launcherMark'),
    host: text('host'),
    hostId: text('hostId'),
    uid: count('uid'),
    pid: count('pid'),
    start: count('start'),
    pidNamespace: count('pidNamespace'),
    by: fields.get('by') === 'agent' ? 'agent' : 'client',
    version: text('version'),
  }
}
