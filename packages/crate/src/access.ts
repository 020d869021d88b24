import type { Stats } from 'node:fs'

/** Who may read a file: its permission bits (chmod(2)), and the group that they are for. */
export interface Access {
  readonly mode: number
  readonly gid: number
}

const permissions = 0o777

export function accessOf({ mode, gid }: Stats): Access {
  return { mode: mode & permissions, gid }
}

/** What is left of a file's permissions for people who have to go through a folder to reach it. */
export function through(folder: Access, { mode, gid }: Access): Access {
  const others = (folder.mode & 0o001) === 0 ? 0 : 0o007
  // The folder's group is another one: who of the file's group may go through it is who anybody may.
  const groupMay = folder.gid === gid ? 0o010 : 0o001
  const group = (folder.mode & groupMay) === 0 ? 0 : 0o070
  return { mode: mode & (0o700 | group | others), gid }
}

/** Permissions of a copy that is of another group, perhaps: its original's group has none through it. */
export function modeFor(gid: number, of: Access): number {
  return of.gid === gid ? of.mode : of.mode & 0o707
}

/** Whom all of them let read. */
export function shared(first: Access, second: Access): Access {
  const mode = first.mode & second.mode
  return { mode: first.gid === second.gid ? mode : mode & 0o707, gid: first.gid }
}
