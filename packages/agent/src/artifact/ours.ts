import fs from 'node:fs'
import path from 'node:path'
import { limits } from '@provloom/shared'

/**
 * What is Provloom's own, wherever it lies and whatever it is called: never part of what a person logs. Save
 * directories, run directories and spools are known by what lies in them, so that those of other runs are known too.
 */

const control = '.provloom'
const connectionBytesMax = 16 * 1024

/** What of ours a folder is, all of it, by what lies in it; undefined for anything else. */
export function room(folder: string): string | undefined {
  if (path.basename(folder) === control) return 'keys and connection files'
  if (has(folder, 'run.json') && (has(folder, 'prov.json') || has(folder, 'journal')))
    return 'a run directory'
  return has(folder, 'spool.json') ? 'a spool' : undefined
}

/** Whether runs are saved there: what else lies in it may be a person's, who then logs it by its name. */
function isSaveDir(folder: string): boolean {
  return has(folder, control)
}

/**
 * What of ours a path is or lies in; undefined for anything else. Files of a run directory may be logged by their names:
 * a model that an earlier run has kept, say.
 */
export function around(file: string): string | undefined {
  let folder = fs.realpathSync(file)
  let found = fs.statSync(folder).isDirectory() ? room(folder) : undefined
  while (found === undefined && folder !== path.dirname(folder)) {
    if (path.basename(folder) === control) found = 'keys and connection files'
    folder = path.dirname(folder)
    // Any project may have a file of that name: here it takes more to be a spool.
    if (has(folder, 'spool.json') && (has(folder, 'streams') || has(folder, 'sessions'))) found = 'a spool'
  }
  return found
}

/** Whether a file lets its readers publish: a connection file, under whatever name it was copied. */
export function isConnection(file: string, size: number): boolean {
  if (size > connectionBytesMax || !file.endsWith('.json')) return false
  try {
    const descriptor = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    try {
      const start = Buffer.alloc(connectionBytesMax)
      const bytes = fs.readSync(descriptor, start)
      return ['"secretKey"', '"serverKey"'].every((word) => start.subarray(0, bytes).includes(word))
    } finally {
      fs.closeSync(descriptor)
    }
  } catch {
    return false // Whoever reads it next says why.
  }
}

/** Whether a folder below one that a person logs is ours. */
export function isOwn(folder: string, known: ReadonlySet<string>): boolean {
  return room(folder) !== undefined || isSaveDir(folder) || known.has(identity(folder) ?? '')
}

/** Folders that are ours and may still hold nothing of ours, by device and inode. */
export function identities(folders: readonly string[]): ReadonlySet<string> {
  return new Set(folders.flatMap((folder) => identity(folder) ?? []))
}

/** Device and inode of a folder; undefined when there is none. */
export function identity(folder: string): string | undefined {
  try {
    const { dev, ino } = fs.statSync(folder, { bigint: true })
    return `${dev}.${ino}`
  } catch {
    return undefined
  }
}

/** Paths out of `git status --porcelain -z`; a folder that git knows nothing of ends in `/`. */
export function changedPaths(status: string): string[] {
  return status.split('\0').flatMap((entry) => (entry[2] === ' ' ? [entry.slice(3)] : []))
}

/** The folders that are ours among what git found changed in the work tree `root`, relative to it. */
export function ownBelow(
  root: string,
  entries: readonly string[],
  known: ReadonlySet<string>,
): readonly string[] {
  const own = new Set<string>()
  let left = limits.folderEntriesMax
  for (const entry of entries) {
    const parts = entry.replace(/\/$/, '').split('/')
    const above = parts.slice(0, -1).map((_, n) => parts.slice(0, n + 1).join('/'))
    const inside = above.find((one) => own.has(one) || room(path.join(root, one)) !== undefined)
    if (inside !== undefined) own.add(inside)
    const below = entry.endsWith('/') && inside === undefined ? [parts.join('/')] : []
    for (let one = below.pop(); one !== undefined && left > 0; one = below.pop()) {
      const folder = path.join(root, one)
      if (isOwn(folder, known)) {
        own.add(one)
        continue
      }
      const { names, seen } = foldersIn(folder, left)
      below.push(...names.map((name) => `${one}/${name}`))
      left -= seen
    }
  }
  return [...own].sort()
}

/** The words that keep folders out of git's sight. */
export function gitWithout(own: readonly string[]): string[] {
  return own.length === 0 ? [] : ['--', ':/', ...own.map((one) => `:(top,exclude,literal)${one}`)]
}

function foldersIn(folder: string, most: number): { names: string[]; seen: number } {
  const names: string[] = []
  let seen = 1
  try {
    const opened = fs.opendirSync(folder)
    try {
      for (let one = opened.readSync(); one !== null && seen < most; one = opened.readSync()) {
        seen++
        if (one.isDirectory()) names.push(one.name)
      }
    } finally {
      opened.closeSync()
    }
  } catch {
    // Git will say what it can of it.
  }
  return { names, seen }
}

function has(folder: string, name: string): boolean {
  try {
    return fs.lstatSync(`${folder}/${name}`, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}
