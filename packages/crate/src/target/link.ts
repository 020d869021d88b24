import fs from 'node:fs'
import { systemCode } from '@provloom/shared'

/** Whether a name is somebody else's by now. */
export function isTaken(error: unknown): boolean {
  return ['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '')
}

/**
 * Gives a file a name that nobody has: by a hard link, as nothing is overwritten by it; where the file system has none, the name
 * is taken first.
 *
 * @throws the system's error
 */
export function link(from: string, to: string): void {
  try {
    fs.linkSync(from, to)
  } catch (error) {
    if (isTaken(error)) throw error
    fs.closeSync(fs.openSync(to, 'wx'))
    fs.renameSync(from, to)
    return
  }
  fs.unlinkSync(from)
}
