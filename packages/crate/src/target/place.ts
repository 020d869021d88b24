import fs from 'node:fs'
import path from 'node:path'
import { ProvloomError, systemCode } from '@provloom/shared'
import { guardedAt } from './guarded.ts'
import { stagingName } from './staging.ts'
import { keptFolder, keptZip } from './ours.ts'

export type Shape = 'folder' | 'zip'

/** Where the crate will be, and where it is until then: beside, on the same file system. */
export interface Place {
  /** As it was asked for. */
  readonly given: string
  readonly force: boolean
  readonly target: string
  readonly beside: string
  readonly shape: Shape
}

/**
 * Looks whether a crate may be written there.
 *
 * @throws {ProvloomError} `FILE_UNWRITABLE` when something is there that may not be replaced, or no folder for it is;
 *   `BAD_OPTION` where it would be in a run, or take the place of one, or of a folder that people live in
 */
export function placeOf(given: string, runDir: string, force: boolean): Place {
  if (given === '-' || given === '')
    throw new ProvloomError('BAD_OPTION', 'A crate is a folder or a zip, and cannot go to standard output', {
      doing: 'export the run',
      to: given,
      hint: 'Name a place for it, as in: --ro-crate digits_0.zip (a folder that is called "-" is ./-).',
    })
  const target = path.resolve(given)
  const shape: Shape = /\.zip$/i.test(target) ? 'zip' : 'folder'
  const folder = path.dirname(target)
  let real: string
  try {
    real = path.join(fs.realpathSync(folder), path.basename(target))
  } catch (error) {
    throw refused(given, `${folder} is not there`, 'Make that folder first.', error)
  }
  const guarded = guardedAt(real, fs.realpathSync(runDir))
  if (guarded !== undefined)
    throw new ProvloomError('BAD_OPTION', `The crate cannot be at ${given}: ${guarded}`, {
      doing: 'export the run',
      to: given,
      hint: 'Name another place for it, such as one beside the save directory.',
    })
  mayReplace(given, target, shape, force)
  return {
    given,
    force,
    target,
    beside: path.join(folder, stagingName()),
    shape,
  }
}

function mayReplace(given: string, target: string, shape: Shape, force: boolean): void {
  const there = statOf(target)
  if (there === undefined) return
  const isFolder = there.isDirectory()
  if (there.isSymbolicLink()) throw refused(given, 'there is a link of that name', 'Name another place.')
  if (isFolder !== (shape === 'folder'))
    throw refused(given, `there is a ${isFolder ? 'folder' : 'file'} of that name`, 'Name another place.')
  if (isFolder && fs.readdirSync(target).length === 0) return
  if (!force) throw refused(given, 'it is there already', 'Name another place, or replace it with --force.')
  mustBeOurs(given, target, shape)
}

/** A slip must not cost what is none of ours. @throws {ProvloomError} `FILE_UNWRITABLE` */
export function mustBeOurs(given: string, at: string, shape: Shape): void {
  const kept = shape === 'folder' ? keptFolder(at) : keptZip(at)
  if (kept !== undefined) throw refused(given, kept, 'Name another place, or move away what is there.')
}

function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

export function refused(given: string, why: string, hint: string, cause?: unknown): ProvloomError {
  return new ProvloomError('FILE_UNWRITABLE', `Could not write ${given}: ${why}`, {
    doing: 'export the run',
    to: given,
    hint,
    ...(cause === undefined ? {} : { cause }),
  })
}
