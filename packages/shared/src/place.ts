import path from 'node:path'
import { ProvloomError } from './errors.ts'

/** Half of a surrogate pair, and what Node puts in the place of bytes that are no UTF-8. */
const unnameable = /\p{Surrogate}|\ufffd/u

/** Whether Node finds a folder under this name: of one that is no UTF-8 it would make another one. */
export function isNameable(folder: string): boolean {
  return !unnameable.test(folder)
}

/** What bin/provloom.js has for a working folder that was removed. */
const removed = '/proc/self/cwd'

/** The working folder; empty where it was removed, or cannot be named. */
export function workingFolder(): string {
  try {
    const folder = process.cwd()
    return isNameable(folder) && folder !== removed ? folder : ''
  } catch {
    return ''
  }
}

/** A path as a person at this place would type it. */
export function shownPath(folder: string, from: string = workingFolder()): string {
  const relative = path.relative(from || folder, folder)
  // Below the root all paths are: there they are known by their slash.
  const isRoot = from === path.parse(from).root
  return isRoot || relative === '' || relative.startsWith('..') ? folder : relative
}

/**
 * The absolute path of a save directory.
 *
 * @param directory where relative ones are taken from; empty where that is not known
 * @throws {ProvloomError} `SAVE_DIR_UNKNOWN`: another folder is never taken for it
 */
export function saveDirIn(directory: string, folder: string): string {
  const whole = path.isAbsolute(folder)
  if (isNameable(folder) && (whole || directory !== ''))
    return whole ? path.normalize(folder) : path.resolve(directory, folder)
  const why = isNameable(folder)
    ? 'the working folder was removed, or its path is no UTF-8'
    : 'its path is no UTF-8'
  throw new ProvloomError('SAVE_DIR_UNKNOWN', `The save directory ${folder} cannot be found: ${why}`, {
    doing: 'find the save directory',
    to: folder,
    hint: 'Name it by its whole path, in UTF-8: --provenance-save-dir or provenance_save_dir.',
  })
}
