import path from 'node:path'
import { ProvloomError, makeSaveDir } from '@provloom/shared'
import type { Files } from '@provloom/shared'

export interface RunDirectory {
  readonly path: string
  readonly number: number
}

/**
 * Makes `<saveDir>/<experiment>_<number>/` with the lowest number above all there are. `mkdir` is atomic, so that two
 * aggregators that save in one folder never share a run directory.
 *
 * @throws {ProvloomError} `SAVE_DIR_UNWRITABLE`
 */
export function makeRunDirectory(files: Files, saveDir: string, experimentName: string): RunDirectory {
  const name = safeName(experimentName)
  try {
    makeSaveDir(files, saveDir)
    for (let number = lastNumber(files.list(saveDir), name) + 1; ; number++) {
      const folder = path.join(saveDir, `${name}_${number}`)
      if (!files.makeNewFolder(folder)) continue
      for (const inside of ['metrics', 'artifacts']) files.makeFolder(path.join(folder, inside), 'umask')
      return { path: folder, number }
    }
  } catch (error) {
    throw new ProvloomError('SAVE_DIR_UNWRITABLE', `Could not make a run directory in ${saveDir}`, {
      doing: 'make a run directory',
      to: saveDir,
      cause: error,
      hint: 'Name a folder that may be written, with room, by --provenance-save-dir.',
    })
  }
}

/** An experiment's name as a folder's: `[A-Za-z0-9._-]`, not hidden, at most 100 characters. */
function safeName(experimentName: string): string {
  const safe = experimentName
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 100)
  return safe === '' ? 'run' : safe
}

function lastNumber(entries: readonly string[], name: string): number {
  let last = -1
  for (const entry of entries) {
    const digits = entry.startsWith(`${name}_`) ? entry.slice(name.length + 1) : ''
    if (/^\d{1,9}$/.test(digits)) last = Math.max(last, Number(digits))
  }
  return last
}
