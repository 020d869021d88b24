import fs from 'node:fs'
import { reasonOf, limits, systemCode } from '@provloom/shared'
import { listed } from '../client/folder.ts'
import { isText, textOf } from '../client/paths.ts'
import type { Place } from '../client/paths.ts'
import { markOf } from './mark.ts'
import { around, isConnection, isOwn } from './ours.ts'

/** A file of a folder. */
export interface Listed {
  /** Below the folder, in text. */
  readonly relative: string
  readonly path: string
  readonly size: number
  readonly mark: string
}

export interface Listing {
  /** By the bytes of their names. */
  readonly files: readonly Listed[]
  /** There are more than were looked at. */
  readonly more: boolean
  /** What is none of them, though it belongs to the folder: in words. */
  readonly leftOut: string | undefined
}

interface Below {
  readonly relative: Place
  readonly path: Place
}

/**
 * The files of a folder, by the rules by which clients go through one (docs/files.md, "Folders"), without holding its process
 * up: each folder's files by name, then its folders; links to files followed, links to folders not; Provloom's own left out.
 *
 * @throws the system's error where the folder itself cannot be listed; the signal's reason
 */
export async function listFolder(
  root: string,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Listing> {
  const files: Listed[] = []
  const leftOut: string[] = []
  const below: Below[] = [{ relative: '', path: root }]
  let looked = 0
  let more = false
  for (let folder = below.pop(); folder !== undefined && !more; folder = below.pop()) {
    signal.throwIfAborted()
    const folders: Below[] = []
    for (const { name, kind } of await entriesOf(folder, leftOut)) {
      if (looked++ === limits.folderEntriesMax) {
        more = true
        break
      }
      const one = { relative: joined(folder.relative, name), path: joined(folder.path, name) }
      if (!kind.isDirectory()) {
        const found = await fileAt(one, kind.isSymbolicLink(), leftOut)
        if (found !== undefined) files.push(found)
      } else if (typeof one.path !== 'string' || !isOwn(one.path, known)) folders.push(one)
    }
    below.push(...folders.toReversed())
  }
  files.sort((a, b) => Buffer.compare(Buffer.from(a.relative), Buffer.from(b.relative)))
  return { files, more, leftOut: leftOut.length === 0 ? undefined : listed(leftOut) }
}

async function entriesOf(
  { relative, path }: Below,
  leftOut: string[],
): Promise<{ readonly name: Buffer; readonly kind: fs.Dirent }[]> {
  try {
    // Each byte of a name becomes a letter: names need be no text.
    const found = await fs.promises.readdir(path, { encoding: 'latin1', withFileTypes: true })
    const entries = found.map((kind) => ({ name: Buffer.from(kind.name, 'latin1'), kind }))
    return entries.sort((a, b) => Buffer.compare(a.name, b.name))
  } catch (error) {
    if (relative === '') throw error
    leftOut.push(`${textOf(relative)} (${systemCode(error) ?? reasonOf(error)})`)
    return []
  }
}

async function fileAt(
  { relative, path }: Below,
  isLink: boolean,
  leftOut: string[],
): Promise<Listed | undefined> {
  try {
    const found = await fs.promises.stat(path, { bigint: true })
    const size = Number(found.size)
    if (!found.isFile()) leftOut.push(`${textOf(relative)} (no file)`)
    else if (!isText(relative)) leftOut.push(`${textOf(relative)} (its name is no UTF-8)`)
    else if (!(isLink && around(textOf(path)) !== undefined) && !isConnection(textOf(path), size))
      return { relative: textOf(relative), path: textOf(path), size, mark: markOf(found) }
  } catch (error) {
    leftOut.push(`${textOf(relative)} (${systemCode(error) ?? reasonOf(error)})`)
  }
  return undefined
}

function joined(folder: Place, name: Buffer): Place {
  const place = isText(name) ? name.toString('utf8') : name
  if (folder === '') return place
  if (typeof folder === 'string' && typeof place === 'string') return `${folder}/${place}`
  return Buffer.concat([typeof folder === 'string' ? Buffer.from(folder) : folder, Buffer.from('/'), name])
}
