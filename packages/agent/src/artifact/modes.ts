import fs from 'node:fs'
import path from 'node:path'

/**
 * Who may read a copy: no more people than its original. A folder above the original that keeps people out keeps them
 * from the copy too, unless it is above both. Access control lists are not looked at.
 */

const groupAndOthers = 0o077

/** The permission bits of a copy. */
export function bitsOf(
  mode: number,
  group: number | undefined,
  copyGroup: number,
  reach: number,
  mask: number = umask(),
): number {
  const owner = mode & 0o700
  // Where the group is another one, its members are among the others of the copy.
  const rest = group === undefined || group === copyGroup ? mode & groupAndOthers : mode & (mode >> 3) & 0o007
  return owner | (rest & reach & ~mask)
}

/**
 * The bits for group and others that reach a file or folder through all that is above it.
 *
 * @param beside a folder: what is above it too does not count
 */
export function reachOf(file: string, group: number | undefined, beside: string): number {
  try {
    const shared = new Set(above(beside).map(identity))
    let reach = groupAndOthers
    for (const folder of above(whereItIs(file))) {
      if (shared.has(identity(folder))) return reach
      const { mode, gid } = fs.statSync(folder)
      const others = (mode & 0o011) === 0o011
      if (!others) reach &= ~0o007
      if ((gid === group ? mode & 0o010 : mode & 0o001) === 0) reach &= ~0o070
    }
    return reach
  } catch {
    return 0
  }
}

/** The real path; of what is gone the one it had. */
function whereItIs(file: string): string {
  return fs.existsSync(file)
    ? fs.realpathSync(file)
    : path.join(fs.realpathSync(path.dirname(file)), path.basename(file))
}

function above(file: string): string[] {
  const folder = path.dirname(file)
  return folder === file ? [] : [folder, ...above(folder)]
}

function identity(folder: string): string {
  const { dev, ino } = fs.statSync(folder, { bigint: true })
  return `${dev}.${ino}`
}

/** Read where it can be: to ask for it otherwise means to set it for a moment, for all threads. */
function umask(): number {
  try {
    return Number.parseInt(/^Umask:\s*(\d+)/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))![1]!, 8)
  } catch {
    return groupAndOthers
  }
}
