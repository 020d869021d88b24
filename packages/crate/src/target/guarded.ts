import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A folder that no crate may take the place of, and what it is in words. */
interface Guarded {
  readonly folder: string
  readonly what: string
}

/**
 * Why a crate may never be at a place, whatever is asked for.
 *
 * @param real where it would be, its folder without links
 * @param runDir the run, without links
 * @returns undefined where nothing is against it
 */
export function guardedAt(real: string, runDir: string): string | undefined {
  if (real !== runDir && isWithin(real, runDir)) return 'it would be in the run itself'
  const run = runAbove(path.dirname(real))
  if (run !== undefined) return `it would be in ${run}, which is a run or a crate of one`
  const held = guarded(runDir).find(({ folder }) => isWithin(folder, real))
  return held === undefined ? undefined : `it would take the place of ${held.what}, or of a folder above it`
}

function guarded(runDir: string): Guarded[] {
  return [
    { folder: runDir, what: 'the run itself' },
    { folder: path.dirname(runDir), what: 'the folder that the run is saved in' },
    { folder: realOf(process.cwd()), what: 'the working directory' },
    { folder: realOf(os.homedir()), what: 'your home' },
  ]
}

/** The folder nearest above that has a run.json. */
function runAbove(folder: string): string | undefined {
  if (fs.existsSync(path.join(folder, 'run.json'))) return folder
  const above = path.dirname(folder)
  return above === folder ? undefined : runAbove(above)
}

/** Whether it is that folder, or lies in it. */
function isWithin(place: string, folder: string): boolean {
  const way = path.relative(folder, place)
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way))
}

function realOf(folder: string): string {
  try {
    return fs.realpathSync(folder)
  } catch {
    return path.resolve(folder)
  }
}
