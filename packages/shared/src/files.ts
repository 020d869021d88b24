import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from './errors.ts'

/**
 * The file seam. Only what spools, journals, durable files and run directories need, so that a test can stand in a disk
 * that is full, slow, or loses what was not synced.
 */
export interface OpenFile {
  /** Appends all of `chunks` at the end of the file; a short write is continued. */
  write(chunks: readonly Uint8Array[]): Promise<void>
  writeSync(chunk: Uint8Array): void
  /** Reads up to `into.length` bytes from `position`; 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>
  readSync(into: Uint8Array, position: number): number
  sync(): Promise<void>
  truncateSync(length: number): void
  size(): number
  /** Whether this name still leads to it: it may have been removed, or another one put in its place. */
  isAt(file: string): boolean
  close(): void
}

/**
 * Who may read what is made: `private`, its owner alone (files 0600, folders 0700), for spools, journals and keys;
 * `umask`, whoever the user's umask lets, as with any program's output, for what a run leaves.
 */
export type Access = 'private' | 'umask'

export interface Files {
  /** `append` creates the file when it is absent, private unless told otherwise. Throws the system's error. */
  open(file: string, mode: 'read' | 'append', access?: Access): OpenFile
  /** A whole file. Throws the system's error. */
  read(file: string): Buffer
  /** Whether there is a file or folder of this name, as far as can be seen. */
  exists(name: string): boolean
  /** Names in a folder, sorted; an absent folder has none. */
  list(folder: string): string[]
  /** Makes a folder, private unless told otherwise, and its parents, which always follow the umask. */
  makeFolder(folder: string, access?: Access): void
  /**
   * Makes a folder, by the umask, in one that is there. Throws the system's error.
   *
   * @returns whether it was not there: of several processes one makes it
   */
  makeNewFolder(folder: string): boolean
  rename(from: string, to: string): void
  /** Removing what is not there is no error. */
  remove(file: string): void
  /** Removes a folder with all that is in it, while others go on. Removing what is not there is no error. */
  removeFolder(folder: string): Promise<void>
  /** Makes the folder's entries durable. A file system that cannot is asked in vain, silently. */
  syncFolder(folder: string): Promise<void>
}

const IOV_MAX = 1024
const fileModes: Readonly<Record<Access, number>> = { private: 0o600, umask: 0o666 }
const folderModes: Readonly<Record<Access, number>> = { private: 0o700, umask: 0o777 }

export function systemFiles(): Files {
  return {
    open(file, mode, access = 'private') {
      return openFile(fs.openSync(file, mode === 'read' ? 'r' : 'a+', fileModes[access]))
    },
    read: (file) => fs.readFileSync(file),
    exists: (name) => fs.existsSync(name),
    list(folder) {
      try {
        return fs.readdirSync(folder).sort()
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return []
        throw error
      }
    },
    makeFolder(folder, access = 'private') {
      makePath(folder, access)
    },
    makeNewFolder(folder) {
      try {
        fs.mkdirSync(folder)
        return true
      } catch (error) {
        if (systemCode(error) === 'EEXIST') return false
        throw error
      }
    },
    rename: fs.renameSync,
    remove(file) {
      fs.rmSync(file, { force: true })
    },
    removeFolder: (folder) => fs.promises.rm(folder, { recursive: true, force: true }),
    syncFolder,
  }
}

/**
 * Makes a folder and its parents, these by the umask. Node's own recursive mkdir never ends on a file system that
 * answers ENOENT for a folder whose parent is there (/proc, an autofs root).
 */
export function makePath(folder: string, access: Access): void {
  if (fs.existsSync(folder) && fs.statSync(folder).isDirectory()) return
  const parent = path.dirname(folder)
  if (!fs.existsSync(parent)) makePath(parent, 'umask')
  try {
    fs.mkdirSync(folder, { mode: folderModes[access] })
  } catch (error) {
    // Somebody else was as quick.
    if (systemCode(error) !== 'EEXIST' || !fs.statSync(folder).isDirectory()) throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  let handle: fs.promises.FileHandle | undefined
  try {
    handle = await fs.promises.open(folder, 'r')
    await handle.sync()
  } catch {
    // Some network file systems refuse fsync on a folder; the entry is then as durable as they make it.
  } finally {
    await handle?.close()
  }
}

function openFile(fd: number): OpenFile {
  return {
    async write(chunks) {
      for (let from = 0; from < chunks.length; from += IOV_MAX) {
        await writeAll(fd, chunks.slice(from, from + IOV_MAX))
      }
    },
    writeSync(chunk) {
      let done = 0
      while (done < chunk.length) done += fs.writeSync(fd, chunk, done, chunk.length - done)
    },
    read: (into, position) =>
      new Promise((resolve, reject) => {
        fs.read(fd, into, 0, into.length, position, (error, count) =>
          error ? reject(error) : resolve(count),
        )
      }),
    readSync: (into, position) => fs.readSync(fd, into, 0, into.length, position),
    sync: () =>
      new Promise((resolve, reject) => {
        fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()))
      }),
    truncateSync: (length) => fs.ftruncateSync(fd, length),
    size: () => fs.fstatSync(fd).size,
    isAt: (file) => {
      const named = fs.statSync(file, { throwIfNoEntry: false })
      const own = fs.fstatSync(fd)
      return named?.ino === own.ino && named.dev === own.dev
    },
    close: () => fs.closeSync(fd),
  }
}

async function writeAll(fd: number, chunks: readonly Uint8Array[]): Promise<void> {
  let rest = chunks
  while (rest.length > 0) rest = after(rest, await writeSome(fd, rest))
}

function writeSome(fd: number, chunks: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.writev(fd, chunks, (error, count) => (error ? reject(error) : resolve(count)))
  })
}

/** What is left of `chunks` when their first `count` bytes are written. */
function after(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count
  const rest: Uint8Array[] = []
  for (const chunk of chunks) {
    if (skip >= chunk.length) skip -= chunk.length
    else {
      rest.push(skip === 0 ? chunk : chunk.subarray(skip))
      skip = 0
    }
  }
  return rest
}

/**
 * Replaces `file` so that a reader, or a crash at any instant, finds the old whole content or the new whole content:
 * temporary file beside the target, write, fdatasync, close, rename, fsync of the folder. The file is private unless
 * told otherwise.
 *
 * @throws the system's error; the old content is then still in place and the temporary file is gone
 */
export async function writeDurably(
  files: Files,
  file: string,
  chunks: readonly Uint8Array[],
  access: Access = 'private',
): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`
  files.remove(beside)
  try {
    const open = files.open(beside, 'append', access)
    try {
      await open.write(chunks)
      await open.sync()
    } finally {
      open.close()
    }
    files.rename(beside, file)
  } catch (error) {
    files.remove(beside)
    throw error
  }
  await files.syncFolder(path.dirname(file))
}

/** Names in a folder; none where it is not there, or cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}

/**
 * Removes a folder, if it is there, although somebody still writes in it: what came after its list was read is listed
 * again, which Node's own recursive removal does not (its retries only repeat the last rmdir).
 *
 * @throws the system's error
 */
export function removeFolder(folder: string): void {
  for (let left = MOST_LISTINGS; ; left--) {
    try {
      fs.rmSync(folder, { recursive: true, force: true })
      return
    } catch (error) {
      if (systemCode(error) !== 'ENOTEMPTY' || left === 0) throw error
    }
  }
}

const MOST_LISTINGS = 1000
