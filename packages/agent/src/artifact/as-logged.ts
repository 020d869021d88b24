import fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { Artifact } from '@provloom/shared'
import { markOf } from './mark.ts'
import { reachOf } from './modes.ts'
import { readOnce } from './store.ts'
import type { Access, Digest } from './store.ts'

interface Changed {
  readonly problem: string
}

const changed: Changed = { problem: 'it has changed since it was logged, and no copy of it was kept' }

/** A folder is told by its files; what was hashed and is not to be copied, or could not be read, is told already. */
export function isDone({ mediaType, spooled, copy, sha256, mark, problem }: Artifact): boolean {
  if (spooled !== undefined) return false
  if (mediaType === 'inode/directory') return true
  return copy === true
    ? problem !== undefined && mark === undefined && sha256 === undefined
    : mark === undefined
}

/** A folder that a rank read, some of whose files were too large to be hashed in the call. */
export function isFolderRead({ mediaType, role, size, sha256, problem }: Artifact): boolean {
  const isFolder = mediaType === 'inode/directory' && size !== 0
  return isFolder && role === 'input' && sha256 === undefined && problem === undefined
}

/**
 * Reads a file as it was at the call, and copies it to `into`: what is read is what was logged, by its hash, or by its
 * mark before and after. Of anything else neither size nor hash are told.
 */
export async function readAsLogged(
  artifact: Artifact,
  from: FileHandle,
  signal: AbortSignal,
  into?: FileHandle,
): Promise<Digest | Changed> {
  const { spooled, sha256, mark, size } = artifact
  const before = markOf(await from.stat({ bigint: true }))
  if (spooled === undefined && sha256 === undefined) {
    if (mark === undefined) return { problem: 'nothing of it was kept, and nothing says what it was' }
    if (before !== mark) return changed
  }
  const found = await readOnce(from, into, size, signal)
  const after = markOf(await from.stat({ bigint: true }))
  const same =
    sha256 === undefined
      ? before === after && (size === undefined || size === found.size)
      : sha256 === found.sha256
  if (same) return found
  return spooled === undefined ? changed : { problem: 'its copy in the spool is not what was logged' }
}

/** Who may read the copy of a file: by what was seen of it at the call, and by the folders above it. */
export function accessOf({ mode, group, path: file, depth }: Artifact, beside: string): Access {
  // What we made ourselves has no original.
  if (file === undefined) return { mode: mode ?? 0o600, group, reach: 0o077, folders: [] }
  const levels = Math.min(depth ?? 0, file.split('/').length)
  const folders = Array.from({ length: levels }, (_, n) => folderAbove(file, levels - 1 - n))
  return {
    mode: mode ?? 0o600,
    group,
    reach: reachOf(file, group, beside),
    folders: folders.map((folder) => folderAccess(folder, beside)),
  }
}

function folderAbove(file: string, levels: number): string {
  return levels === 0 ? path.dirname(file) : folderAbove(path.dirname(file), levels - 1)
}

function folderAccess(folder: string, beside: string): Omit<Access, 'folders'> {
  const found = fs.statSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return { mode: 0o700, group: undefined, reach: 0 }
  return { mode: found.mode & 0o777, group: found.gid, reach: reachOf(folder, found.gid, beside) }
}
