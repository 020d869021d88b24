import fs from 'node:fs'
import tty from 'node:tty'
import { ProvloomError, keepDescriptor } from '@provloom/shared'

const hint = 'Name a file of its own: --json summary.json, or --json /dev/fd/3 with a 3> behind the command.'

/**
 * The file that `provloom run --json` writes to, opened before anything runs. It is never what the command writes to: two
 * programs in one stream are read by nobody.
 *
 * @returns its descriptor
 * @throws {ProvloomError} `BAD_OPTION`, `FILE_UNWRITABLE`
 */
export function summaryFile(file: unknown): number {
  // Commander takes the -- that was to follow the option for its value.
  if (typeof file !== 'string' || file === '-' || file === '--' || isCommandsOwn(file)) {
    throw new ProvloomError('BAD_OPTION', '--json needs a file that the command does not write to', {
      doing: 'read the options',
      to: '--json',
      hint,
    })
  }
  try {
    const handedDown = /^\/dev\/fd\/(\d+)$/.exec(file)?.[1]
    if (handedDown === undefined) return fs.openSync(file, 'w')
    // A socket cannot be opened by its name.
    fs.fstatSync(Number(handedDown))
    keepDescriptor(Number(handedDown))
    return Number(handedDown)
  } catch (error) {
    throw new ProvloomError('FILE_UNWRITABLE', `Could not write ${file}`, {
      doing: 'open the file for the summary',
      to: file,
      cause: error,
      hint,
    })
  }
}

/** Whether standard output or error go there. To /dev/null everybody may. */
function isCommandsOwn(file: string): boolean {
  try {
    const wanted = fs.statSync(file)
    return [1, 2].some((descriptor) => {
      const own = fs.fstatSync(descriptor)
      const isNull = own.isCharacterDevice() && !tty.isatty(descriptor)
      return !isNull && own.dev === wanted.dev && own.ino === wanted.ino
    })
  } catch {
    // It is not there yet.
    return false
  }
}
