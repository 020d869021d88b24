import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { filesOf } from '@provloom/rundir'
import { ProvloomError, fieldsOf, limits, reasonOf, shellWord, systemCode } from '@provloom/shared'
import type { Clock, Fields } from '@provloom/shared'
import { aliveStill, identityOfProcess } from '@provloom/shared/process'
import type { ProcessIdentity } from '@provloom/shared/process'

/**
 * `.lease` of an open run's directory: which process writes the run (docs/run-directory.md). Its owner renews it by the
 * file's time, which costs no block of a full disk, and everybody else believes what changes while he looks: another
 * machine's clock, port and process numbers mean nothing here.
 */
interface Owner {
  readonly nonce: string
  readonly name: string
  /** Where it can be known. */
  readonly process: ProcessIdentity | undefined
}

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
  #lookedMs: number

  private constructor(runDir: string, { clock, version }: Taking) {
    this.#runDir = runDir
    this.#file = filesOf(runDir).lease
    this.#clock = clock
    this.#nonce = randomBytes(8).toString('hex')
    this.#directory = inodeOf(runDir)
    this.#lookedMs = clock.monotonicMs()
    const own = seesItself() ? identityOfProcess(process.pid) : undefined
    const name = `process ${process.pid} on ${os.hostname()}`
    this.#text = `${JSON.stringify({ format: 1, nonce: this.#nonce, name, process: own, version })}\n`
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
    const owner = ownerIn(this.#file)
    return owner === undefined || owner.nonce === this.#nonce ? 'held' : 'taken'
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

/** Its process is not there any more, as far as can be seen from here; one that is another of our own has let it go. */
function isGone(owner: Owner | undefined): boolean {
  if (owner?.process === undefined) return false
  const alive = aliveStill(owner.process)
  return alive === false || (alive === true && owner.process.pid === process.pid)
}

/** In a pid namespace without a /proc of its own, what /proc says of our number is of somebody else. */
function seesItself(): boolean {
  try {
    return fs.readlinkSync('/proc/self') === String(process.pid)
  } catch {
    return false
  }
}

function nameOf(owner: Owner | undefined): string {
  return owner?.name ?? 'another process'
}

function heldBy(runDir: string, owner: Owner | undefined): ProvloomError {
  return new ProvloomError('RUN_HELD', `${runDir} is being written by ${nameOf(owner)}`, {
    doing: 'take the run over',
    to: filesOf(runDir).lease,
    hint: `It ends the run by itself; SIGTERM asks it to. If you know that it is no more: provloom recover --force ${shellWord(runDir)}`,
  })
}

/** Undefined when there is none, or none that can be understood: that one is judged by its renewals alone. */
function ownerIn(file: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    const fields = fieldsOf(value)
    const [nonce, name, process] = [fields.get('nonce'), fields.get('name'), fields.get('process')]
    if (typeof nonce !== 'string' || typeof name !== 'string') return undefined
    return { nonce, name, process: processOf(fieldsOf(process)) }
  } catch (error) {
    if (systemCode(error) === undefined || systemCode(error) === 'ENOENT') return undefined
    throw new Error(`the lease of the run cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}

function processOf(fields: Fields): ProcessIdentity | undefined {
  const pid = fields.get('pid')
  const text = (name: string): string => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : ''
  }
  if (typeof pid !== 'number') return undefined
  return { host: text('host'), pidNamespace: text('pidNamespace'), pid, start: text('start') }
}

function inodeOf(folder: string): number | undefined {
  try {
    return fs.statSync(path.resolve(folder)).ino
  } catch {
    return undefined
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs)
  })
}
