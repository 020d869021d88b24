import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError, systemCode } from '@provloom/shared'

export type Shape = 'folder' | 'zip'

/** Where the crate will be, and where it is until then: beside, on the same file system. */
export interface Place {
  readonly target: string
  readonly beside: string
  readonly shape: Shape
}

/**
 * Looks whether a crate may be written there.
 *
 * @throws {ProvloomError} `FILE_UNWRITABLE` when something is there that may not be replaced, or no folder for it is;
 *   `BAD_OPTION` when it would be in the run itself
 */
export function placeOf(given: string, runDir: string, force: boolean): Place {
  const target = path.resolve(given)
  const shape: Shape = /\.zip$/i.test(target) ? 'zip' : 'folder'
  const folder = path.dirname(target)
  let real: string
  try {
    real = path.join(fs.realpathSync(folder), path.basename(target))
  } catch (error) {
    throw refused(given, `${folder} is not there`, 'Make that folder first.', error)
  }
  const run = fs.realpathSync(runDir)
  if (real === run || real.startsWith(`${run}${path.sep}`))
    throw new ProvloomError('BAD_OPTION', `The crate would be in the run itself: ${given}`, {
      doing: 'export the run',
      to: given,
      hint: 'Name another place for it; the run directory stays as it is.',
    })
  mayReplace(given, target, shape, force)
  return { target, beside: path.join(folder, `.${path.basename(target)}.${process.pid}.tmp`), shape }
}

function mayReplace(given: string, target: string, shape: Shape, force: boolean): void {
  const there = statOf(target)
  if (there === undefined) return
  const isFolder = there.isDirectory()
  if (isFolder !== (shape === 'folder'))
    throw refused(given, `there is a ${isFolder ? 'folder' : 'file'} of that name`, 'Name another place.')
  if (isFolder && fs.readdirSync(target).length === 0) return
  if (!force) throw refused(given, 'it is there already', 'Name another place, or replace it with --force.')
  // A slip must not cost a folder that is none of ours.
  if (isFolder && statOf(path.join(target, 'ro-crate-metadata.json')) === undefined)
    throw refused(given, 'what is there is no RO-Crate, and is not replaced', 'Name another place.')
}

function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function refused(given: string, why: string, hint: string, cause?: unknown): ProvloomError {
  return new ProvloomError('FILE_UNWRITABLE', `Could not write ${given}: ${why}`, {
    doing: 'export the run',
    to: given,
    hint,
    ...(cause === undefined ? {} : { cause }),
  })
}
