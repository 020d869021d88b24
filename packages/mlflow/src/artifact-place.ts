import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { limits } from '@provloom/shared'
import type { ArtifactFiles, Listed } from './artifact-files.ts'
import { Fault } from './fault.ts'

/**
 * Where artifacts lie on this machine. `file`: a client writes them there itself, which costs it a copy. `http`: it sends
 * them, where it does not see our folder.
 */
export class ArtifactPlace implements ArtifactFiles {
  readonly folder: string
  readonly #by: 'file' | 'http'
  readonly #roomBytes: () => number

  /** @param roomBytes how much its disk has left; asked unless given */
  constructor(folder: string, by: 'file' | 'http', roomBytes?: () => number) {
    this.folder = path.resolve(folder)
    this.#by = by
    this.#roomBytes = roomBytes ?? (() => roomBeside(path.dirname(this.folder)))
  }

  /**
   * An artifact URI as its client is told it now, which it is before each file: where the disk has little room the client
   * sends the file, for what it cannot write itself ends its script.
   */
  told(uri: string): string {
    const root = this.rootUri
    const isOurs = this.#by === 'file' && uri.startsWith(`${root}/`)
    if (!isOurs || this.#roomBytes() >= limits.mlflowFileRoomBytes) return uri
    return `mlflow-artifacts:${uri.slice(root.length)}`
  }

  /** What clients are told: behind it come the experiment, the run, and `artifacts`. */
  get rootUri(): string {
    return this.#by === 'file' ? pathToFileURL(this.folder).href : 'mlflow-artifacts:'
  }

  /** The folder of this machine that an artifact URI means; undefined where it is somewhere else. */
  folderOf(uri: string): string | undefined {
    const root = this.rootUri
    if (!uri.startsWith(`${root}/`)) return undefined
    try {
      return this.inside(decodeURIComponent(uri.slice(root.length + 1)))
    } catch {
      return undefined
    }
  }

  pathOf(uri: string): string | undefined {
    const folder = this.folderOf(uri)
    return folder === undefined ? undefined : path.relative(this.folder, folder)
  }

  list(relative: string): Listed[] {
    return listed(this.inside(relative))
  }

  file(relative: string): { readonly file: string; readonly size: number } | undefined {
    const file = this.inside(relative)
    const found = fs.statSync(file, { throwIfNoEntry: false })
    return found?.isFile() === true ? { file, size: found.size } : undefined
  }

  /**
   * A file or folder by its path below ours. What is a link, and whatever is behind one, is not inside.
   *
   * @throws {Fault} `INVALID_PARAMETER_VALUE`
   */
  inside(relative: string): string {
    return insideOf(this.folder, relative)
  }
}

/** @throws {Fault} `INVALID_PARAMETER_VALUE` for a path that leads out of the folder, or over a link */
export function insideOf(folder: string, relative: string): string {
  const pieces = relative.split('/').filter((piece) => piece !== '')
  const isWrong = (piece: string): boolean => piece === '.' || piece === '..' || /[\0\\]/.test(piece)
  if (pieces.some(isWrong)) throw new Fault('INVALID_PARAMETER_VALUE', `Invalid path: ${relative}`)
  let at = folder
  for (const piece of pieces) {
    at = path.join(at, piece)
    if (fs.lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw new Fault('INVALID_PARAMETER_VALUE', `Invalid path: ${relative}`)
  }
  return at
}

/** Of a file that is being sent. */
export const partPrefix = '.provloom-part-'

/** Nothing of a file, or of what is not there. */
export function listed(folder: string): Listed[] {
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((one): Listed[] => {
    if (one.isDirectory()) return [{ name: one.name, size: undefined }]
    if (!one.isFile() || one.name.startsWith(partPrefix)) return []
    return [{ name: one.name, size: fs.statSync(path.join(folder, one.name)).size }]
  })
}

/** Of the disk of the nearest folder that is there; nothing where it does not say. */
function roomBeside(folder: string): number {
  try {
    const { bavail, bsize } = fs.statfsSync(folder)
    return bavail * bsize
  } catch {
    return folder === path.dirname(folder) ? 0 : roomBeside(path.dirname(folder))
  }
}
