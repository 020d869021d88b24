import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import { aliveStill, hostId as ownHostId, identityOfProcess } from '@provloom/shared/process'
import { tidyLeft } from './energy/left.ts'
import { plain } from './plain.ts'

/** A watch by a process that cannot be seen, of another pid namespace, counts for so long since it was last heard of. */
const unseenMs = 120_000

/** Below a spool root, beside the trees. */
export function watchFolderOf(spoolRoot: string): string {
  return path.join(spoolRoot, 'watching')
}

/**
 * Which runs are watched on a machine now, as far as one user's agents can see: `<machine>.<pid namespace>.<pid>.<start>.<run>`
 * for each of them in one folder, which is gone with the last. It says how many share the machine, and decides nothing:
 * containers of one machine have a folder each, and who cannot write there is alone.
 */
export class WatchList {
  readonly #folder: string
  readonly #clock: Clock
  readonly #machine: string
  readonly #own: string

  constructor(folder: string, clock: Clock, hostId: string) {
    const self = identityOfProcess(process.pid)
    this.#folder = folder
    this.#clock = clock
    this.#machine = plain(hostId)
    this.#own = `${this.#machine}.${self?.pidNamespace ?? ''}.${process.pid}.${self?.start ?? ''}`
  }

  /** It is watched, or still is. @returns how many runs are, this one with them */
  note(run: string): number {
    const file = this.#fileOf(run)
    const now = this.#clock.nowUs() / 1e6
    try {
      fs.mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      fs.closeSync(fs.openSync(file, 'a', 0o600))
      fs.utimesSync(file, now, now)
    } catch {
      return 1
    }
    return this.count()
  }

  /** How many runs are watched. */
  count(): number {
    return new Set(namesIn(this.#folder).flatMap((name) => this.#runIn(name) ?? [])).size
  }

  leave(run: string): void {
    fs.rmSync(this.#fileOf(run), { force: true })
    this.tidy()
  }

  /**
   * What those have left that were killed goes, and the folder when nobody is in it.
   *
   * @param isLast nobody is there any more who would take over from them
   */
  tidy(isLast = false): void {
    tidyLeft(this.#folder, isLast ? Infinity : this.#clock.nowUs() / 1000)
    for (const name of namesIn(this.#folder)) this.#runIn(name)
    try {
      fs.rmdirSync(this.#folder)
    } catch {
      // Others are in it.
    }
  }

  #fileOf(run: string): string {
    return path.join(this.#folder, `${this.#own}.${plain(run)}`)
  }

  /** The run that a file stands for; what those have left that were killed is removed. */
  #runIn(name: string): string | undefined {
    const [machine, pidNamespace = '', pid, start = '', run] = name.split('.')
    if (machine !== this.#machine || run === undefined) return undefined
    const isAlive = aliveStill({ host: ownHostId(), pidNamespace, pid: Number(pid), start })
    const isThere = isAlive ?? this.#isFresh(name)
    if (!isThere) fs.rmSync(path.join(this.#folder, name), { force: true })
    return isThere ? run : undefined
  }

  #isFresh(name: string): boolean {
    const { mtimeMs } = fs.statSync(path.join(this.#folder, name), { throwIfNoEntry: false }) ?? {
      mtimeMs: 0,
    }
    return this.#clock.nowUs() / 1_000 - mtimeMs < unseenMs
  }
}
