import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { fieldsIn, isCount, limits } from '@provloom/shared'
import type { ArtifactStored } from '@provloom/shared'
import type { AskedOnce } from '../source/asked-once.ts'
import { listFolder } from './folder-listing.ts'
import type { Listed } from './folder-listing.ts'
import { markOf } from './mark.ts'
import { openRegular, readOnce } from './store.ts'

/** What is told of a folder: what of it is known, and how far it was read. */
export type FolderDigest = Omit<ArtifactStored, 'type' | 'time' | 'stream' | 'number'>

/** Whether there is one, as far as can be seen. */
export function isFolder(place: string): boolean {
  try {
    return fs.statSync(place).isDirectory()
  } catch {
    return false
  }
}

/** What is to be read, and for whom. */
export interface Reading {
  readonly place: string
  /** What its client saw. */
  readonly sizeThen: number | undefined
  /** Folders that are ours, and may hold nothing of ours yet. */
  readonly known: ReadonlySet<string>
  /** Whoever else on the machine wants to know of the same files, as they are now, reads them no second time. */
  readonly once: AskedOnce | undefined
  readonly signal: AbortSignal
  readonly bytesMax?: number
}

/**
 * What a folder, or a large file, that ranks read holds by now.
 *
 * @throws the system's error, and the signal's reason
 */
export async function digestOf(reading: Reading): Promise<FolderDigest> {
  const { place, sizeThen, signal, bytesMax = limits.folderDigestBytesMax } = reading
  const found = fs.statSync(place, { throwIfNoEntry: false })
  if (found === undefined) return { problem: `${place} is not there any more` }
  if (found.isDirectory()) return digestFolder(reading, bytesMax)
  if (found.size > bytesMax) return { size: found.size }
  const from = await openRegular(place, true)
  if (from === undefined) return { problem: `${place} is no file` }
  try {
    const read = await readOnce(from, undefined, found.size, signal)
    return sizeThen === undefined || sizeThen === read.size ? read : changed
  } finally {
    await from.close()
  }
}

const changed = { problem: 'it has changed since it was logged' }

/**
 * The digest of a folder: SHA-256 of the lines that `sha256sum` prints of its files, sorted by the bytes of their names. Of
 * a folder beyond `folderDigestBytesMax` the files behind that have their size there instead of a hash; it is then a partial
 * one, which says how far it goes. Two folders with the same digest hold the same, as far as it goes.
 */
async function digestFolder(
  { place, sizeThen, known, once, signal }: Reading,
  bytesMax: number,
): Promise<FolderDigest> {
  const { files, more, leftOut } = await listFolder(place, known, signal)
  const size = files.reduce((sum, file) => sum + file.size, 0)
  const found = { size, files: files.length }
  if (leftOut !== undefined) return { ...found, problem: `no digest of all of it: without ${leftOut}` }
  if (sizeThen !== undefined && sizeThen !== size && !more) return changed
  const ask = async (): Promise<string> => JSON.stringify(await read(files, more, bytesMax, signal))
  const marks = files.map(({ relative, size, mark }) => [relative, size, mark])
  const said = await (once?.answer(
    ['folder', place, more, bytesMax, marks],
    ask,
    () => true,
    signal,
    Infinity,
  ) ?? ask())
  signal.throwIfAborted()
  return { ...found, ...digestIn(said) }
}

/** Reads the files, as far as the bound allows. */
async function read(
  files: readonly Listed[],
  more: boolean,
  bytesMax: number,
  signal: AbortSignal,
): Promise<FolderDigest> {
  const hash = createHash('sha256')
  let [hashedFiles, hashedBytes] = [0, 0]
  for (const [n, file] of files.entries()) {
    // Behind the first that is not read none is: how many were says which.
    if (hashedFiles < n || hashedBytes + file.size > bytesMax) {
      hash.update(lineOf(String(file.size), file.relative))
      continue
    }
    const sha256 = await hashOf(file, signal)
    if (sha256 === undefined) return { problem: `it changed while it was read: ${file.relative}` }
    hash.update(lineOf(sha256, file.relative))
    hashedFiles++
    hashedBytes += file.size
  }
  const digest = hash.digest('hex')
  if (hashedFiles === files.length && !more) return { sha256: digest }
  const problem = `more than ${limits.folderEntriesMax} files and folders: the digest is of the first`
  return { partialSha256: digest, hashedFiles, hashedBytes, ...(more ? { problem } : {}) }
}

/** Undefined where it is not any more what was listed. */
async function hashOf({ path, size, mark }: Listed, signal: AbortSignal): Promise<string | undefined> {
  const isStill = (one: fs.BigIntStats): boolean => markOf(one) === mark
  const from = await openRegular(path, true)
  if (from === undefined) return undefined
  try {
    if (!isStill(await from.stat({ bigint: true }))) return undefined
    const { sha256 } = await readOnce(from, undefined, size, signal)
    return isStill(await from.stat({ bigint: true })) ? sha256 : undefined
  } finally {
    await from.close()
  }
}

/** As `sha256sum` writes it: a name with a backslash or a line's end is escaped, and the line begins with a backslash. */
function lineOf(first: string, name: string): string {
  const plain = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return `${plain === name ? '' : '\\'}${first}  ${plain}\n`
}

function digestIn(said: string | undefined): FolderDigest {
  const fields = fieldsIn(said)
  const text = (name: string): string | undefined => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const count = (name: string): number | undefined => {
    const value = fields.get(name)
    return isCount(value) ? value : undefined
  }
  const [sha256, partialSha256, problem] = [text('sha256'), text('partialSha256'), text('problem')]
  const [hashedFiles, hashedBytes] = [count('hashedFiles'), count('hashedBytes')]
  return {
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(partialSha256 === undefined ? {} : { partialSha256 }),
    ...(hashedFiles === undefined ? {} : { hashedFiles }),
    ...(hashedBytes === undefined ? {} : { hashedBytes }),
    ...(problem === undefined ? {} : { problem }),
  }
}
