import fs from 'node:fs'
import { createRequire } from 'node:module'
import { isInstalled } from '../source/installed.ts'
import { interpreterOf } from '../source/interpreter.ts'

/** The file of the user's code; undefined where it is typed, piped in or given by -e, or what was started is installed. */
export function scriptFile(): string | undefined {
  const [program = 'node', first] = process.argv
  // What follows code that the command line holds is data.
  const hasCode = interpreterOf(['node', ...process.execArgv, first ?? '-'], '/').script === undefined
  if (first === undefined || first === program || hasCode) return undefined
  const file = resolved(first)
  if (isInstalled(file) || fs.statSync(file, { throwIfNoEntry: false })?.isFile() === false) return undefined
  return file
}

/** As Node finds it: `node train` runs train.js, and `node .` what package.json names. A file that is gone was there. */
function resolved(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch {
    return name
  }
}
