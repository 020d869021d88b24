import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from './errors.ts'
import { shellWord } from './shell-word.ts'

/** Whether a folder can be written, or made: as far as can be seen without trying. */
function canBeMade(folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    try {
      fs.accessSync(at, fs.constants.W_OK)
      return fs.statSync(at).isDirectory()
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || path.dirname(at) === at) return false
    }
  }
}

/**
 * What hands a session in, as a person types it: with another save directory where its own cannot be written.
 *
 * @param saveDir absolute
 */
export function importCommand(session: string, saveDir: string | undefined): string {
  return saveDir === undefined || canBeMade(saveDir)
    ? `provloom import ${shellWord(session)}`
    : `provloom import --provenance-save-dir DIR ${shellWord(session)}, DIR being a folder that can be written`
}
