import fs from 'node:fs'
import path from 'node:path'
import { filesOf, openRun } from '@provloom/rundir'
import type { RunReader } from '@provloom/rundir'
import { ProvloomError, reasonOf, systemCode } from '@provloom/shared'
import { knownFile } from './known-file.ts'
import type { KnownFile } from './known-file.ts'

/** A run as its directory tells. */
export interface KnownRun extends Omit<RunReader, 'file'> {
  readonly file: KnownFile
  /** Its directory's name. */
  readonly name: string
  /** When run.json was written, milliseconds since the Unix epoch. */
  readonly writtenMs: number
}

interface Kept {
  readonly look: string
  readonly run?: KnownRun
  readonly reason?: string
}

export interface FolderLook {
  /** The newest first. */
  readonly runs: readonly KnownRun[]
  readonly unreadable: readonly { readonly run: string; readonly reason: string }[]
}

/**
 * The runs of a save directory. What is read of a run is its run.json alone, and that only when the file is another one than
 * before (inode, size, time): a thousand runs are a thousand looks.
 */
export class Folder {
  readonly directory: string
  readonly #kept = new Map<string, Kept>()

  readonly #reading: (done: number, of: number) => void

  /** @param reading told after each run that is looked at when all are */
  constructor(directory: string, reading: (done: number, of: number) => void = () => {}) {
    this.directory = path.resolve(directory)
    this.#reading = reading
  }

  /** @throws {ProvloomError} `FILE_UNREADABLE` when the directory is there and cannot be read */
  look(): FolderLook {
    const runs: KnownRun[] = []
    const unreadable: { run: string; reason: string }[] = []
    const names = this.#names()
    for (const [i, name] of names.entries()) {
      this.#reading(i, names.length)
      const kept = this.#lookAt(path.join(this.directory, name))
      if (kept?.run !== undefined) runs.push(kept.run)
      else if (kept?.reason !== undefined) unreadable.push({ run: name, reason: kept.reason })
    }
    this.#reading(names.length, names.length)
    return { runs: runs.sort(newestFirst), unreadable }
  }

  /**
   * A run by its directory, which may lie elsewhere.
   *
   * @throws {ProvloomError} `FILE_UNREADABLE`
   */
  at(directory: string): KnownRun {
    const kept = this.#lookAt(directory)
    // Says why not, with what to try.
    return kept?.run ?? knownOf(directory)
  }

  /** Undefined where there is no run. */
  #lookAt(directory: string): Kept | undefined {
    const { runJson } = filesOf(directory)
    let look: string
    try {
      const { dev, ino, size, mtimeNs } = fs.statSync(runJson, { bigint: true })
      look = `${dev} ${ino} ${size} ${mtimeNs}`
    } catch (error) {
      this.#kept.delete(directory)
      return reasonWithout(directory, error)
    }
    const before = this.#kept.get(directory)
    // Whether it is finished is a question to its journal too.
    if (before?.look === look && before.run?.finished !== false) return before
    const kept = keptOf(directory, look, before?.run)
    this.#kept.set(directory, kept)
    return kept
  }

  #names(): string[] {
    try {
      return fs.readdirSync(this.directory).filter((name) => !name.startsWith('.'))
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return []
      throw new ProvloomError('FILE_UNREADABLE', `${this.directory} cannot be read`, {
        doing: 'list the runs',
        to: this.directory,
        cause: error,
        hint: 'Name the folder that runs are saved in, such as prov.',
      })
    }
  }
}

function keptOf(directory: string, look: string, before: KnownRun | undefined): Kept {
  try {
    return { look, run: knownOf(directory, before) }
  } catch (error) {
    return { look, reason: reasonOf(error instanceof ProvloomError ? (error.cause ?? error) : error) }
  }
}

function knownOf(directory: string, before?: KnownRun): KnownRun {
  const run = openRun(directory, before)
  const { mtimeMs } = fs.statSync(filesOf(run.directory).runJson)
  return { ...run, file: knownFile(run), name: path.basename(run.directory), writtenMs: mtimeMs }
}

/** A folder without run.json is no run, unless all the rest of one is there, or nobody may look. */
function reasonWithout(directory: string, error: unknown): Kept | undefined {
  const code = systemCode(error)
  if (code === 'ENOTDIR') return undefined
  if (code !== 'ENOENT') return { look: '', reason: reasonOf(error) }
  const { provJson, journal } = filesOf(directory)
  return fs.existsSync(provJson) || fs.existsSync(journal)
    ? { look: '', reason: 'it has no run.json' }
    : undefined
}

function newestFirst({ file: a, name: one }: KnownRun, { file: b, name: other }: KnownRun): number {
  if (a.startTime !== b.startTime) return a.startTime < b.startTime ? 1 : -1
  return b.number - a.number || (one < other ? -1 : 1)
}
