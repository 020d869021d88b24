import path from 'node:path'
import type { Files } from './files.ts'

/**
 * Makes a save directory where there is none. One that we have made ignores itself: what runs leave in a work tree is no
 * change of its code. Whoever wants runs in git removes its `.gitignore`, which nobody makes again.
 *
 * @throws the system's error
 */
export function makeSaveDir(files: Files, saveDir: string): void {
  if (files.exists(saveDir)) return
  const parent = path.dirname(path.resolve(saveDir))
  if (!files.exists(parent)) files.makeFolder(parent, 'umask')
  if (!files.makeNewFolder(saveDir)) return
  const ignore = files.open(path.join(saveDir, '.gitignore'), 'append', 'umask')
  try {
    ignore.writeSync(Buffer.from('# Made by Provloom: git is to know nothing of this folder.\n*\n'))
  } finally {
    ignore.close()
  }
}
