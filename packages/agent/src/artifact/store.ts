import { createHash } from 'node:crypto'
import fs from 'node:fs'
import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { makePath, systemCode } from '@provloom/shared'
import { bitsOf } from './modes.ts'
import { NotYet, inRunDir } from './not-yet.ts'
import { namesByContent, withFreeName, withNameByContent } from './place.ts'

/** Size and checksum of a file. */
export interface Digest {
  readonly size: number
  readonly sha256: string
}

/** Who may read a copy. `folders` are the originals of the last folders it is put in, the innermost last. */
export interface Access {
  readonly mode: number
  readonly group: number | undefined
  readonly reach: number
  readonly folders: readonly Omit<Access, 'folders'>[]
}

/** Where a copy is, and who may read it. */
export interface Placed {
  readonly file: string
  readonly mode: number
}

const blockBytes = 1024 * 1024
const nothing = Buffer.alloc(blockBytes)

/** A regular file, opened without waiting for a writer; undefined for anything else, also for a link where none may be. */
export async function openRegular(file: string, follow: boolean): Promise<FileHandle | undefined> {
  const seen = follow ? fs.statSync(file) : fs.lstatSync(file)
  if (!seen.isFile()) return undefined
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW } = fs.constants
  const flags = O_RDONLY | (O_NONBLOCK ?? 0) | (O_NOCTTY ?? 0) | (follow ? 0 : (O_NOFOLLOW ?? 0))
  const handle = await fs.promises.open(file, flags)
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  return undefined
}

/**
 * Reads a file once, from its start to its end: hashes it, and writes what it hashed to `into`.
 *
 * @param most one that has more is not read to its end: it may grow for ever
 * @param signal its reason is thrown between two blocks
 * @throws {NotYet} where `into` cannot be written now
 */
export async function readOnce(
  from: FileHandle,
  into?: FileHandle,
  most: number = Infinity,
  signal?: AbortSignal,
): Promise<Digest> {
  const hash = createHash('sha256')
  const block = Buffer.allocUnsafe(blockBytes)
  let size = 0
  while (size <= most) {
    signal?.throwIfAborted()
    const { bytesRead } = await from.read(block, 0, blockBytes, size)
    if (bytesRead === 0) break
    const bytes = block.subarray(0, bytesRead)
    hash.update(bytes)
    // A block of zeros stays a hole.
    if (into !== undefined && !bytes.equals(nothing.subarray(0, bytesRead)))
      await inRunDir(() => writeAt(into, bytes, size))
    size += bytesRead
  }
  await inRunDir(() => into?.truncate(size))
  return { size, sha256: hash.digest('hex') }
}

async function writeAt(into: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await into.write(bytes, done, bytes.length - done, position + done)).bytesWritten
}

/** A copy that is being made, below `root`, in a file of its owner alone and of a name of its own. */
export class Copy {
  readonly #root: string
  readonly #file: string
  readonly handle: FileHandle

  private constructor(root: string, file: string, handle: FileHandle) {
    this.#root = root
    this.#file = file
    this.handle = handle
  }

  /**
   * @param below what is there, and holds `root`
   * @param mark sets copies that are being made apart; what an agent that died left under it is removed
   * @param bytes what it will take of the disk: one that is full is not filled to its last byte by trying
   * @throws {NotYet} where there is no room for it now; so do the other calls
   */
  static begin(below: string, root: string, mark: string, bytes: number): Promise<Copy> {
    return inRunDir(async () => {
      for (const folder of foldersBelow(below, root)) {
        refuseLink(folder)
        makePath(folder, 'umask')
      }
      const file = path.join(root, `.${mark}.tmp`)
      fs.rmSync(file, { recursive: true, force: true })
      refuseFull(root, bytes)
      return new Copy(root, file, await fs.promises.open(file, 'wx', 0o600))
    })
  }

  /**
   * Puts it where it belongs, or beside: nothing is overwritten. What is there with the same content is the copy.
   *
   * @param whose shared: many put the same there at once, from many machines, and one copy stays
   */
  place(parts: readonly string[], access: Access, found: Digest, whose: 'own' | 'shared'): Promise<Placed> {
    return inRunDir(() => this.#place(parts, access, found, whose))
  }

  /** Closes it, and removes what has no place. */
  end(): Promise<void> {
    return inRunDir(async () => {
      await this.handle.close()
      fs.rmSync(this.#file, { force: true })
    })
  }

  async #place(
    parts: readonly string[],
    access: Access,
    found: Digest,
    whose: 'own' | 'shared',
  ): Promise<Placed> {
    await this.handle.datasync()
    const { gid } = await this.handle.stat()
    const bits = bitsOf(access.mode, access.group, gid, access.reach)
    const put = (target: string, isByContent: boolean): boolean =>
      whose === 'own' ? this.#moveTo(target) : this.#linkTo(target, isByContent)
    const folders = parts.slice(0, -1)
    let folder = this.#root
    for (const [n, name] of folders.entries()) {
      const original = access.folders[n - (folders.length - access.folders.length)]
      folder = await withFreeName(name, async (free) => makeFolder(path.join(folder, free), original))
    }
    const use = async (name: string): Promise<Placed | undefined> => {
      const target = path.join(folder, name)
      if (await isThere(target, found)) return restricted(target, bits)
      restrict(this.#file, bits)
      // Somebody else may have been as quick with the same.
      if (put(target, name !== parts.at(-1)) || (await isThere(target, found)))
        return restricted(target, bits)
      return undefined
    }
    return whose === 'own'
      ? withFreeName(parts.at(-1)!, use)
      : withNameByContent(parts.at(-1)!, found.sha256, use)
  }

  #moveTo(target: string): boolean {
    if (!claim(target)) return false
    try {
      fs.renameSync(this.#file, target)
    } catch (error) {
      fs.rmSync(target, { force: true })
      throw error
    }
    return true
  }

  /** It is there whole, or not at all. Where there are no links, what has a name by its content is replaced by its like. */
  #linkTo(target: string, isByContent: boolean): boolean {
    try {
      fs.linkSync(this.#file, target)
      return true
    } catch (error) {
      const code = systemCode(error) ?? ''
      if (code === 'EEXIST') return false
      if (!noLinks.has(code)) throw error
      if (!isByContent || lookAt(target) !== undefined) return false
      fs.renameSync(this.#file, target)
      return true
    }
  }
}

/** From the first below to the last. */
function foldersBelow(above: string, last: string): string[] {
  const names = path.relative(above, last).split(path.sep)
  return names.map((_, n) => path.join(above, ...names.slice(0, n + 1)))
}

/** What file systems say that have no hard links, or not of everybody's files. */
const noLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP', 'EMLINK', 'EINVAL'])

/** A copy of the same content that is there already, restricted to those who may read this one too. */
export async function sharedCopy(
  root: string,
  parts: readonly string[],
  access: Access,
  { size, sha256 }: Partial<Digest>,
): Promise<(Placed & { readonly found: Digest }) | undefined> {
  if (size === undefined || sha256 === undefined) return undefined
  const found = { size, sha256 }
  const folder = path.join(root, ...parts.slice(0, -1))
  return inRunDir(async () => {
    for (const name of namesByContent(parts.at(-1)!, sha256)) {
      const target = path.join(folder, name)
      if (!(await isThere(target, found))) continue
      const { gid } = fs.statSync(target)
      return { ...restricted(target, bitsOf(access.mode, access.group, gid, access.reach)), found }
    }
    return undefined
  })
}

function restricted(file: string, bits: number): Placed {
  restrict(file, fs.statSync(file).mode & 0o777 & bits)
  return { file, mode: fs.statSync(file).mode & 0o777 }
}

/** A folder of that name, made or found; undefined when something else has it. */
function makeFolder(folder: string, original: Omit<Access, 'folders'> | undefined): string | undefined {
  const there = lookAt(folder)
  if (there?.isSymbolicLink() === true) throw new Error(`${folder} is a link`)
  if (there !== undefined && !there.isDirectory()) return undefined
  if (there === undefined) fs.mkdirSync(folder, original === undefined ? 0o777 : 0o700)
  if (original === undefined) return folder
  const { gid, mode } = fs.statSync(folder)
  const bits = bitsOf(original.mode, original.group, gid, original.reach) | 0o700
  // Two folders of one name are one: for those who may read both.
  restrict(folder, there === undefined ? bits : mode & 0o777 & bits)
  return folder
}

/** @throws Error where the file system keeps no modes, and more people could read it than may */
function restrict(file: string, bits: number): void {
  try {
    fs.chmodSync(file, bits)
  } catch {
    // What it has now counts.
  }
  if ((fs.statSync(file).mode & ~bits & 0o044) === 0) return
  throw new Error(
    'not copied: the disk of the run directory keeps no modes, and more people could read the copy',
  )
}

/** Whether the same content has that name. */
async function isThere(target: string, { size, sha256 }: Digest): Promise<boolean> {
  const there = lookAt(target)
  if (there === undefined || !there.isFile() || Number(there.size) !== size) return false
  const handle = await openRegular(target, false)
  if (handle === undefined) return false
  try {
    return (await readOnce(handle)).sha256 === sha256
  } finally {
    await handle.close()
  }
}

/** Takes a name that nothing has; file systems that know no case, or one form of each letter, decide what that is. */
function claim(target: string): boolean {
  if (lookAt(target) !== undefined) return false
  fs.closeSync(fs.openSync(target, 'wx', 0o600))
  return true
}

function lookAt(file: string): BigIntStats | undefined {
  return fs.lstatSync(file, { bigint: true, throwIfNoEntry: false })
}

/** A disk whose free bytes cannot be asked for says itself when it is full. */
function refuseFull(folder: string, bytes: number): void {
  const { bavail, bsize, blocks } = fs.statfsSync(folder)
  if (blocks > 0 && bytes > bavail * bsize)
    throw new NotYet(`ENOSPC: no space left on device for ${bytes} bytes`)
}

/** A link among the folders that are there already could lead out of the run directory. */
function refuseLink(folder: string): void {
  if (lookAt(folder)?.isSymbolicLink() === true) throw new Error(`${folder} is a link`)
}
