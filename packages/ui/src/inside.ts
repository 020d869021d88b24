import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError, systemCode } from '@provloom/shared'

/**
 * The real path of what somebody names inside a folder. Links are followed before it is compared, so that none leads out.
 *
 * @param said relative to the folder, or absolute
 * @throws {ProvloomError} `FILE_REFUSED` where it lies elsewhere, `ADDRESS_UNKNOWN` where it is not there
 */
export function inside(folder: string, said: string): string {
  const root = fs.realpathSync(folder)
  const named = path.resolve(root, said)
  if (said.includes('\0') || !(isBelow(root, named) || isBelow(path.resolve(folder), named)))
    throw refused(said)
  const real = realOf(named, said)
  if (!isBelow(root, real)) throw refused(said)
  return real
}

/**
 * As above, of a file with bytes to be read: a folder has none, and a pipe or a device might never end.
 *
 * @throws {ProvloomError} `ADDRESS_UNKNOWN` for what is no regular file
 */
export function fileInside(folder: string, said: string): string {
  const real = inside(folder, said)
  if (fs.statSync(real).isFile()) return real
  throw new ProvloomError('ADDRESS_UNKNOWN', `${said} is no file`, {
    doing: 'find the file',
    to: said,
    hint: 'Folders, pipes and devices are not read.',
  })
}

function isBelow(root: string, place: string): boolean {
  return place === root || place.startsWith(root.endsWith(path.sep) ? root : `${root}${path.sep}`)
}

function realOf(named: string, said: string): string {
  try {
    return fs.realpathSync(named)
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG'].includes(systemCode(error) ?? ''))
      throw error
    throw new ProvloomError('ADDRESS_UNKNOWN', `There is no ${said}`, {
      doing: 'find the file',
      to: said,
      hint: 'Paths are relative to the run directory, as the page names them.',
    })
  }
}

function refused(said: string): ProvloomError {
  return new ProvloomError('FILE_REFUSED', `${said} lies elsewhere`, {
    doing: 'find the file',
    to: said,
    hint: 'What is shown lies inside the folder that provloom ui was started for.',
  })
}
