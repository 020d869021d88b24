import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { limits, namesIn } from '@provloom/shared'
import { isAlive } from '@provloom/shared/process'
import { textIn } from '../spool/small-file.ts'
import { eventFileName, isEventFile } from './file-name.ts'
import { FolderWalk } from './folder-walk.ts'
import { linkAt } from './members.ts'
import type { Member, Members } from './members.ts'

/** Where writers put their files when nobody says otherwise, below the folder that a process works in. */
const usualFolders = ['runs', 'logs', 'lightning_logs', 'tb_logs', 'tensorboard']
/** Below one more folder: a Trainer's output has its `runs`. */
const usualBelow = 'runs'
const foldersBelowMax = 256
const directoriesMax = 64

export interface FinderParts {
  readonly members: Members
  /** Named by a person, absolute. */
  readonly named: string | undefined
  /** Seconds since the Unix epoch: files that were begun before are of others. */
  readonly beganSeconds: number
  /** Nobody else of this job writes on this machine: what has no known writer, where a person has named the folder, is ours. */
  readonly isAlone: () => boolean
  /** A file of a folder in which one of ours lies, or that was named, and nobody can say who writes it. */
  readonly untold: (file: string) => void
}

export interface FoundFile {
  readonly file: string
  /** Undefined where it can be nobody else's than the command's. */
  readonly owner: Member | undefined
}

/**
 * Finds the event files of a tree's processes: those that they hold open, those beside them, below the folder that a person
 * has named, and where writers put them by themselves. torch's writer opens its file for each flush alone: it is known by
 * its name, which has its process's number.
 */
export class Finder {
  readonly #parts: FinderParts
  readonly #walks = new Map<string, FolderWalk>()
  /** Looked at, and not decided yet. */
  readonly #open = new Map<string, 'named' | 'beside' | 'usual'>()
  readonly #decided = new Set<string>()
  readonly #beside = new Set<string>()
  /** In which processes of the tree began to work. */
  readonly #directories = new Set<string>()

  constructor(parts: FinderParts) {
    this.#parts = parts
    if (parts.named !== undefined)
      this.#walks.set(parts.named, new FolderWalk(parts.named, limits.tensorboardFoldersMax))
  }

  /** There are more folders below the named one than are looked through. */
  get isFull(): boolean {
    return this.#walks.get(this.#parts.named ?? '')?.isFull === true
  }

  /** A file that an earlier agent has followed. */
  know(file: string): void {
    this.#note(file)
  }

  /** @param last nobody writes any more: what is still undecided is decided */
  look(last: boolean): FoundFile[] {
    const found = this.#held()
    this.#walkUsual()
    for (const [root, walk] of this.#walks) {
      const how = root === this.#parts.named ? 'named' : 'usual'
      for (const file of walk.look()) if (!this.#decided.has(file)) this.#open.set(file, how)
    }
    for (const folder of this.#beside)
      for (const name of namesIn(folder)) {
        const file = path.join(folder, name)
        if (isEventFile(name) && !this.#decided.has(file) && !this.#open.has(file))
          this.#open.set(file, 'beside')
      }
    for (const [file, how] of [...this.#open].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const verdict = this.#judge(file, how, last)
      if (verdict === 'later') continue
      this.#open.delete(file)
      this.#decided.add(file)
      if (verdict === 'foreign') continue
      if (verdict === 'untold') this.#parts.untold(file)
      else found.push(this.#note(file, verdict.owner))
    }
    return found
  }

  /** Those that a process of ours holds open, of several the one that has lived longest: others have inherited it. */
  #held(): FoundFile[] {
    const holders = new Map<string, Member>()
    for (const member of this.#parts.members.living)
      for (const file of openFilesOf(member.pid)) {
        const before = holders.get(file)
        if (before === undefined || member.start < before.start) holders.set(file, member)
      }
    return [...holders]
      .filter(([file]) => !this.#decided.has(file))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, owner]) => {
        this.#open.delete(file)
        return this.#note(file, owner)
      })
  }

  #note(file: string, owner?: Member): FoundFile {
    this.#decided.add(file)
    this.#beside.add(path.dirname(file))
    return { file, owner }
  }

  #judge(
    file: string,
    how: 'named' | 'beside' | 'usual',
    last: boolean,
  ): { readonly owner: Member | undefined } | 'foreign' | 'untold' | 'later' {
    const { members, beganSeconds, isAlone } = this.#parts
    const name = eventFileName(path.basename(file), os.hostname())
    if (name === undefined || name.seconds < beganSeconds) return 'foreign'
    if (name.pid !== undefined) {
      const owner = members.named(name.pid)
      if (owner !== undefined) return { owner }
      if (isAlive(name.pid)) return last ? 'foreign' : 'later'
    } else {
      const holder = holderOf(file)
      const owner = holder === undefined ? undefined : members.get(holder)
      if (owner !== undefined) return { owner }
      if (holder !== undefined) return last ? 'foreign' : 'later'
    }
    // Whoever wrote it is gone, and was never seen.
    if (how === 'usual') return last ? 'foreign' : 'later'
    // Another rank's, or of a process of ours that was too short-lived: where it names none at all, that is told.
    if (!isAlone() || members.areRanks) return !last ? 'later' : name.pid === undefined ? 'untold' : 'foreign'
    return { owner: undefined }
  }

  #walkUsual(): void {
    for (const { directory } of this.#parts.members.living)
      if (directory?.startsWith('/') === true && this.#directories.size < directoriesMax)
        this.#directories.add(directory)
    for (const directory of this.#directories) {
      const below = foldersIn(directory).map((name) => path.join(name, usualBelow))
      for (const name of [...usualFolders, ...below]) {
        const root = path.join(directory, name)
        if (this.#walks.has(root) || !fs.existsSync(root)) continue
        this.#walks.set(root, new FolderWalk(root, limits.tensorboardFoldersMax))
      }
    }
  }
}

function foldersIn(directory: string): string[] {
  try {
    return fs
      .readdirSync(directory, { withFileTypes: true })
      .filter((one) => one.isDirectory() && !one.name.startsWith('.'))
      .slice(0, foldersBelowMax)
      .map((one) => one.name)
  } catch {
    return []
  }
}

function openFilesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  return namesIn(folder).flatMap((name) => {
    const target = linkAt(path.join(folder, name))
    const isOne = target !== undefined && target.startsWith('/') && isEventFile(path.basename(target))
    // In another mount namespace, or removed, it is not there; and who reads files has not written them.
    return isOne && isWritten(pid, name) && fs.existsSync(target) ? [target] : []
  })
}

/** proc(5), fdinfo: the access mode is the last two bits of the flags, in octal. */
function isWritten(pid: number, descriptor: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(textIn(`/proc/${pid}/fdinfo/${descriptor}`) ?? '')?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== fs.constants.O_RDONLY
}

/** Any process of this user's that holds it open. */
function holderOf(file: string): number | undefined {
  const holders = namesIn('/proc').filter(
    (name) =>
      /^\d+$/.test(name) &&
      Number(name) !== process.pid &&
      namesIn(`/proc/${name}/fd`).some((number) => linkAt(`/proc/${name}/fd/${number}`) === file),
  )
  return holders.length === 0 ? undefined : Math.min(...holders.map(Number))
}
