import fs from 'node:fs'
import path from 'node:path'
import { environOf } from '@provloom/shared/process'
import type { Observed } from './observed.ts'
import { scriptOf } from './script.ts'

/**
 * The folder that a process was begun in, where its words mean what they say: that which it was in when its session began,
 * unless it had gone elsewhere by then (`os.chdir`) and its script is not there. Then what its first environment says
 * (PWD), if the script is below that; else undefined.
 */
export function beganIn(of: Pick<Observed, 'argv' | 'directory' | 'script' | 'pid'>): string | undefined {
  const { argv, directory, script, pid } = of
  const begins = (folder: string): boolean => {
    const found = scriptOf(argv, folder)
    return found !== undefined && (script === undefined || isSame(found, script))
  }
  // Code that is typed or piped in is nowhere; words that name a path of their own mean the same in any folder.
  if (script === undefined && scriptOf(argv, directory) === undefined && !namesScript(argv)) return directory
  if (begins(directory)) return directory
  const first = environOf(pid)
    ?.find((one) => one.startsWith('PWD='))
    ?.slice('PWD='.length)
  if (first !== undefined && path.isAbsolute(first) && begins(first)) return first
  return namesScript(argv) ? undefined : directory
}

/** Whether a word names a source file, or a module, by where it is from the folder. */
function namesScript(argv: readonly string[]): boolean {
  return argv.some(
    (word, n) => argv[n - 1] === '-m' || (!path.isAbsolute(word) && /\.(?:py|m?js|cjs|sh)$/.test(word)),
  )
}

function isSame(one: string, other: string): boolean {
  try {
    return fs.realpathSync(one) === fs.realpathSync(other)
  } catch {
    return one === other
  }
}
