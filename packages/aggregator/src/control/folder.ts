import fs from 'node:fs'
import path from 'node:path'
import {
  ProvloomError,
  controlFolder,
  isStartingFile,
  makeSaveDir,
  systemCode,
  writeDurably,
} from '@provloom/shared'
import type { Files } from '@provloom/shared'

/** An aggregator's own files for one save directory and key: connection.json, server.json, runs.json. */
export interface ControlFolder {
  /**
   * Makes the folder, mode 0700.
   *
   * @throws {ProvloomError} `SAVE_DIR_UNWRITABLE`
   */
  make(): void
  readonly connection: string
  readonly server: string
  readonly runs: string
  /**
   * Replaces one of them, durably, mode 0600. Where somebody has removed the folder it is made again, with all that was in
   * it: `rm -rf prov` is how some scripts begin.
   *
   * @throws {ProvloomError} `SAVE_DIR_UNWRITABLE`
   */
  write(file: string, content: object): Promise<void>
  remove(file: string): void
  readonly path: string
  /** The job is over: the folder goes, unless somebody else has put something into it. */
  clear(): void
}

export function controlFolderOf(files: Files, saveDir: string, key: string): ControlFolder {
  const folder = controlFolder(saveDir, key)
  const unwritable = (error: unknown): ProvloomError =>
    new ProvloomError('SAVE_DIR_UNWRITABLE', `Could not write into ${saveDir}`, {
      doing: 'write the connection file',
      to: folder,
      cause: error,
      hint: 'Name a folder that may be written, with room, by --provenance-save-dir.',
    })
  const written = new Map<string, object>()
  const make = (): void => {
    makeSaveDir(files, saveDir)
    files.makeFolder(folder)
    claim(folder)
  }
  const put = (file: string, content: object): Promise<void> =>
    writeDurably(files, file, [Buffer.from(`${JSON.stringify(content, null, 2)}\n`, 'utf8')])
  return {
    make() {
      try {
        make()
      } catch (error) {
        throw unwritable(error)
      }
    },
    connection: path.join(folder, 'connection.json'),
    server: path.join(folder, 'server.json'),
    runs: path.join(folder, 'runs.json'),
    async write(file, content) {
      written.set(file, content)
      try {
        await put(file, content).catch(async (error: unknown) => {
          if (systemCode(error) !== 'ENOENT') throw error
          make()
          for (const [one, latest] of written) await put(one, latest)
        })
      } catch (error) {
        throw unwritable(error)
      }
    },
    remove(file) {
      written.delete(file)
      files.remove(file)
    },
    path: folder,
    clear() {
      for (const name of files.list(folder)) {
        if (ours.has(name) || isStartingFile(name)) files.remove(path.join(folder, name))
      }
      for (const place of [folder, path.dirname(folder)]) {
        try {
          fs.rmdirSync(place)
        } catch {
          return
        }
      }
    },
  }
}

const ours: ReadonlySet<string> = new Set(['connection.json', 'server.json', 'runs.json'])

/** In a folder that others may write, somebody may have made ours before, to read its keys or to put others in. */
function claim(folder: string): void {
  const found = fs.lstatSync(folder)
  const self = process.getuid?.()
  if (!found.isDirectory()) throw new Error(`${folder} is no folder`)
  if (self !== undefined && found.uid !== self) throw new Error(`${folder} belongs to user ${found.uid}`)
  if ((found.mode & 0o077) !== 0) fs.chmodSync(folder, 0o700)
}
