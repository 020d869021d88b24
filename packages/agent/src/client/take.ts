import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import type { BigIntStats } from 'node:fs'
import path from 'node:path'
import { limits, reasonOf, systemCode } from '@provloom/shared'
import { markOf } from '../artifact/mark.ts'
import type { SessionFolder } from '../session/folder.ts'
import { NotKept, clonePrefix, diskFull } from './allowance.ts'
import type { Allowance } from './allowance.ts'
import { textOf } from './paths.ts'
import type { Place } from './paths.ts'

/**
 * One file as it is now: copied into the spool, or hashed, or marked so that a later reader sees whether it changed.
 * Never a link: what is linked changes with its original. Size, hash and copied bytes are always of one reading.
 */
export interface Taken {
  readonly size: number
  readonly spooled?: string
  readonly sha256?: string
  readonly mark?: string
  readonly problem?: string
}

export interface TakenFile extends Taken {
  readonly mode: number
  readonly group: number
}

interface Opened {
  readonly descriptor: number
  readonly found: BigIntStats
}

const blockBytes = 1024 * 1024

/**
 * What a file is now.
 *
 * @returns its event's fields, and why it was not copied when it should have been
 * @throws {NotKept} where it is no file any more; what the system says where it cannot be read
 */
export function take(
  spool: SessionFolder,
  file: Place,
  copy: boolean,
  allowance: Allowance,
): { readonly taken: TakenFile; readonly refused: string | undefined } {
  const opened = openRegular(file)
  if (opened === undefined) throw new NotKept('it is no file any more')
  try {
    const { taken, refused } = taking(spool, opened, file, copy, allowance)
    const { mode, gid } = opened.found
    return { taken: { ...taken, mode: Number(mode) & 0o777, group: Number(gid) }, refused }
  } finally {
    fs.closeSync(opened.descriptor)
  }
}

/** Size and hash of a file where it is; undefined for what is none. No hash of one that is large or does not rest. */
export function measure(file: string, allowance: Allowance): Taken | undefined {
  const opened = openRegular(file)
  if (opened === undefined) return undefined
  try {
    const size = Number(opened.found.size)
    const read = size <= limits.artifactInlineBytesMax ? readAll(opened, undefined, allowance) : undefined
    return read !== undefined && rests(opened) ? read : { size }
  } finally {
    fs.closeSync(opened.descriptor)
  }
}

/** A regular file, opened; undefined for anything else. Never waits for a writer. */
function openRegular(file: Place): Opened | undefined {
  // Opening a device may do something.
  if (!fs.statSync(file).isFile()) return undefined
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = fs.constants
  const descriptor = fs.openSync(file, O_RDONLY | (O_NONBLOCK ?? 0) | (O_NOCTTY ?? 0))
  const found = fs.fstatSync(descriptor, { bigint: true })
  if (found.isFile()) return { descriptor, found }
  fs.closeSync(descriptor)
  return undefined
}

function taking(
  spool: SessionFolder,
  opened: Opened,
  file: Place,
  copy: boolean,
  allowance: Allowance,
): { readonly taken: Taken; readonly refused: string | undefined } {
  const size = Number(opened.found.size)
  const small = size <= limits.artifactInlineBytesMax
  let refused: string | undefined
  if (copy) {
    try {
      return { taken: copyOf(spool, opened, file, allowance), refused }
    } catch (error) {
      if (!(error instanceof NotKept)) throw error
      refused = error.message
    }
  }
  const read = small && !allowance.late ? readAll(opened, undefined, allowance) : undefined
  return { taken: read !== undefined && rests(opened) ? read : marked(opened, allowance), refused }
}

/** A clone or copy, a second one when the file changed while the first was made. */
function copyOf(spool: SessionFolder, opened: Opened, file: Place, allowance: Allowance): Taken {
  const first = copyOnce(spool, opened, file, allowance)
  if (rests(opened)) return first
  fs.rmSync(path.join(spool.files, first.spooled), { force: true })
  const again = { ...opened, found: fs.fstatSync(opened.descriptor, { bigint: true }) }
  const second = copyOnce(spool, again, file, allowance)
  return rests(again) ? second : { ...second, problem: 'it changed while it was copied' }
}

function copyOnce(
  spool: SessionFolder,
  opened: Opened,
  file: Place,
  allowance: Allowance,
): Taken & { spooled: string } {
  const { size, mtimeMs } = opened.found
  const mayClone = size > limits.artifactInlineBytesMax && allowance.clone(Number(size), Number(mtimeMs))
  const clone = mayClone ? cloneOf(spool, opened, file) : undefined
  if (clone !== undefined) return clone
  allowance.copy(Number(size))
  const { spooled, target } = spooledName(spool, file)
  const into = written(() => fs.openSync(target, 'wx', 0o600))
  try {
    let read: Taken | undefined
    try {
      read = readAll(opened, into, allowance)
    } finally {
      // Some file systems say only now that they are full.
      written(() => fs.closeSync(into))
    }
    if (read === undefined) throw allowance.tooSlow()
    return { ...read, spooled }
  } catch (error) {
    fs.rmSync(target, { force: true })
    throw error
  }
}

/** Reads what was there when it was opened, hashes it unless it is large, and writes it to `into`. */
function readAll(
  { descriptor, found }: Opened,
  into: number | undefined,
  allowance: Allowance,
): Taken | undefined {
  const size = Number(found.size)
  const hash = size <= limits.artifactInlineBytesMax ? createHash('sha256') : undefined
  // Files of /proc have no size and end somewhere all the same.
  const end = size === 0 ? limits.artifactInlineBytesMax : size
  const block = Buffer.allocUnsafe(Math.min(blockBytes, end))
  let done = 0
  while (done < end) {
    const got = fs.readSync(descriptor, block, 0, Math.min(block.length, end - done), done)
    if (got === 0) break
    const bytes = block.subarray(0, got)
    hash?.update(bytes)
    if (into !== undefined) written(() => writeAll(into, bytes))
    done += got
    if (done < end && allowance.late) return undefined
  }
  return { size: done, ...(hash === undefined ? {} : { sha256: hash.digest('hex') }) }
}

/** A clone has the file's blocks and not its changes; undefined where the file system has none. */
function cloneOf(
  spool: SessionFolder,
  { descriptor }: Opened,
  file: Place,
): (Taken & { spooled: string }) | undefined {
  if (process.platform !== 'linux') return undefined
  let target: string | undefined
  try {
    const named = spooledName(spool, file, clonePrefix)
    target = named.target
    const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = fs.constants
    // What is opened already is what is cloned, whatever its path leads to by now.
    fs.copyFileSync(`/proc/self/fd/${descriptor}`, target, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE)
    fs.chmodSync(target, 0o600)
    return { spooled: named.spooled, size: fs.statSync(target).size }
  } catch {
    if (target !== undefined) fs.rmSync(target, { force: true })
    return undefined
  }
}

/** A file that stays where it is: whoever reads it later sees by the mark whether it is the same. */
function marked({ descriptor }: Opened, allowance: Allowance): Taken {
  const found = fs.fstatSync(descriptor, { bigint: true })
  allowance.mark(Number(found.mtimeMs > found.ctimeMs ? found.mtimeMs : found.ctimeMs))
  return { size: Number(found.size), mark: markOf(found) }
}

function rests({ descriptor, found }: Opened): boolean {
  const now = fs.fstatSync(descriptor, { bigint: true })
  return now.size === found.size && now.mtimeNs === found.mtimeNs
}

/** A new, safe name for a copy. The folder is there afterwards. */
function spooledName(spool: SessionFolder, file: Place, prefix = ''): { spooled: string; target: string } {
  written(() => fs.mkdirSync(spool.files, { recursive: true, mode: 0o700 }))
  const safe = path
    .basename(textOf(file))
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .slice(-100)
    .replace(/^\.+/, '')
  const spooled = `${prefix}${process.pid}-${randomBytes(6).toString('hex')}-${safe === '' ? 'file' : safe}`
  return { spooled, target: path.join(spool.files, spooled) }
}

/** Does something to the spool. @throws {NotKept} where that fails */
function written<T>(what: () => T): T {
  try {
    return what()
  } catch (error) {
    const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(systemCode(error) ?? '')
    throw full ? diskFull() : new NotKept(`the spool cannot be written: ${reasonOf(error)}`)
  }
}

function writeAll(into: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += fs.writeSync(into, bytes, done)
}
