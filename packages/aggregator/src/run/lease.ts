import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { filesOf } from '@provloom/rundir'
import { ProvloomError, limits, shellWord, systemCode } from '@provloom/shared'
import type { Clock } from '@provloom/shared'
import { isGone, nameOf, ourselves, ownerIn, textOf } from '@provloom/rundir/internal'
import type { LeaseOwner } from '@provloom/rundir/internal'

/** held: nobody else has the run, and its directory is where it was. */
export type Standing = 'held' | 'taken' | 'removed'

const lookEveryMs = 200

export interface Taking {
  readonly clock: Clock
  readonly version: string
  /** Taken from whoever has it. */
  readonly force: boolean
  /** Hears from whom it was taken by force. */
  readonly told: (message: string) => void
}

export class Lease {
  readonly #runDir: string
  readonly #file: string
  readonly #clock: Clock
  readonly #text: string
  readonly #nonce: string
  readonly #directory: number | undefined
  /** Of the file as we have written it: whoever takes the lease puts another one in its place. */
  #inode: number | undefined
  #lookedMs: number

  private constructor(runDir: string, { clock, version }: Taking) {
    this.#runDir = runDir
    this.#file = filesOf(runDir).lease
    this.#clock = clock
    this.#nonce = randomBytes(8).toString('hex')
    this.#directory = inodeOf(runDir)
    this.#lookedMs = clock.monotonicMs()
    this.#text = textOf(ourselves(this.#nonce), version)
  }

  /**
   * Takes the lease of a run. One whose process is gone is free at once; of one that cannot be seen from here, only that
   * nothing renews it any more tells so, which takes ten seconds.
   *
   * @throws {ProvloomError} `RUN_HELD` when somebody renews it; the system's error when it cannot be written
   */
  static async take(runDir: string, taking: Taking): Promise<Lease> {
    const lease = new Lease(runDir, taking)
    for (;;) {
      if (lease.#claim()) return lease
      const owner = ownerIn(lease.#file)
      if (!isGone(owner)) {
        if (taking.force) {
          taking.told(`${runDir} was taken by force from ${nameOf(owner)}: if it lives, it stops to write it`)
          lease.#replace()
          // Time to see that it is no longer its own, before anything is read that it may still write.
          await pause(limits.leaseRenewMs + lookEveryMs)
          return lease
        }
        if (await isRenewed(lease.#file)) throw heldBy(runDir, owner)
      }
      // Of those who replace it at the same moment, all but the last find that they have not.
      lease.#replace()
      await pause(lookEveryMs)
      if (ownerIn(lease.#file)?.nonce === lease.#nonce) return lease
    }
  }

  /**
   * Renews it, when that is due, and says whether it is held. Before an acknowledgement it is asked too.
   *
   * @param atOnce something went wrong, or is about to be written: what was so a moment ago is not enough
   */
  look(atOnce = false): Standing {
    const now = this.#clock.monotonicMs()
    if (!atOnce && now - this.#lookedMs < limits.leaseRenewMs) return 'held'
    const standing = this.#standing()
    if (standing === 'held') {
      this.#lookedMs = now
      this.#renew()
    }
    return standing
  }

  /** The run is closed, or left: whoever comes next need not wait. */
  leave(): void {
    try {
      if (ownerIn(this.#file)?.nonce === this.#nonce) fs.rmSync(this.#file, { force: true })
    } catch {
      // Nobody renews it: it is free soon.
    }
  }

  #standing(): Standing {
    if (this.#directory !== undefined && inodeOf(this.#runDir) !== this.#directory) return 'removed'
    try {
      const owner = ownerIn(this.#file)
      return owner === undefined || owner.nonce === this.#nonce ? 'held' : 'taken'
    } catch {
      // No descriptor is left to read it with, say; none is needed to see which file it is.
      const inode = inodeOf(this.#file)
      return inode === undefined || inode === this.#inode ? 'held' : 'taken'
    }
  }

  #renew(): void {
    const now = Date.now() / 1000
    try {
      fs.utimesSync(this.#file, now, now)
    } catch {
      // Somebody cleared it away, or the file system knows no times.
      this.#rewrite()
    }
  }

  #rewrite(): void {
    try {
      this.#replace()
    } catch {
      // A disk that is full takes it later.
    }
  }

  /** @returns whether nobody had it */
  #claim(): boolean {
    const beside = this.#write()
    try {
      fs.linkSync(beside, this.#file)
      return true
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false
      if (fs.existsSync(this.#file)) return false
      // No links on this file system.
      fs.renameSync(beside, this.#file)
      return true
    } finally {
      fs.rmSync(beside, { force: true })
    }
  }

  #replace(): void {
    fs.renameSync(this.#write(), this.#file)
  }

  #write(): string {
    const beside = `${this.#file}.${this.#nonce}.${process.pid}.tmp`
    fs.writeFileSync(beside, this.#text, { mode: 0o644 })
    this.#inode = inodeOf(beside)
    return beside
  }
}

/** Whether anything about the file changes while it is watched. */
async function isRenewed(file: string): Promise<boolean> {
  const before = lookOf(file)
  const until = performance.now() + limits.leaseWatchMs
  while (performance.now() < until) {
    await pause(lookEveryMs)
    const now = lookOf(file)
    if (now === undefined) return false
    if (now !== before) return true
  }
  return false
}

/** By an open file: what a network file system has remembered of it is asked anew. */
function lookOf(file: string): string | undefined {
  let descriptor: number | undefined
  try {
    descriptor = fs.openSync(file, 'r')
    const { ino, mtimeNs } = fs.fstatSync(descriptor, { bigint: true })
    return `${ino} ${mtimeNs} ${fs.readFileSync(descriptor, 'utf8')}`
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}

function heldBy(runDir: string, owner: LeaseOwner | undefined): ProvloomError {
  return new ProvloomError('RUN_HELD', `${runDir} is being written by ${nameOf(owner)}`, {
    doing: 'take the run over',
    to: filesOf(runDir).lease,
    hint: `It ends the run by itself; SIGTERM asks it to. If you know that it is no more: provloom recover --force ${shellWord(runDir)}`,
  })
}

function inodeOf(name: string): number | undefined {
  try {
    return fs.statSync(path.resolve(name)).ino
  } catch {
    return undefined
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs)
  })
}
