import fs from 'node:fs'
import path from 'node:path'
import { isMap, metadataName, writtenByUs, zipMark } from './mark.ts'

/**
 * Why a folder may not be replaced: only a crate that an export of ours has made may, which holds nothing but what that crate
 * lists. Links are not followed, and are nothing that it lists.
 *
 * @returns undefined where it may be
 * @throws the system's error where it cannot be looked through
 */
export function keptFolder(folder: string): string | undefined {
  const listed = listedIn(folder)
  if (listed === undefined)
    return 'what is there is no crate that provloom export has made, and is not replaced'
  const stranger = strangerIn(folder, '', listed)
  return stranger === undefined
    ? undefined
    : `${stranger} is in the crate that is there, which does not list it: it is not replaced`
}

/** Why a zip may not be replaced: it has our comment at its end, or is somebody else's. */
export function keptZip(file: string): string | undefined {
  const mark = Buffer.from(zipMark, 'latin1')
  const opened = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
  try {
    const { size } = fs.fstatSync(opened)
    const end = Buffer.alloc(mark.length)
    fs.readSync(opened, end, 0, end.length, Math.max(0, size - mark.length))
    return end.equals(mark)
      ? undefined
      : 'what is there is no crate that provloom export has made, and is not replaced'
  } finally {
    fs.closeSync(opened)
  }
}

/** Paths of the files that a crate of ours lists, itself among them; undefined for what is none. */
function listedIn(folder: string): ReadonlySet<string> | undefined {
  const file = path.join(folder, metadataName)
  let nodes: readonly unknown[]
  try {
    if (!fs.lstatSync(file).isFile()) return undefined
    const document: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    const graph = isMap(document) ? document['@graph'] : undefined
    if (!Array.isArray(graph)) return undefined
    nodes = graph
  } catch {
    return undefined
  }
  return writtenByUs(nodes) ? new Set([metadataName, ...nodes.flatMap(pathOf)]) : undefined
}

/** Of an entity that is a file of the crate. */
function pathOf(node: unknown): string[] {
  if (!isMap(node)) return []
  const { '@id': id, '@type': type } = node
  if (typeof id !== 'string' || ![type].flat().includes('File')) return []
  try {
    return [decodeURIComponent(id)]
  } catch {
    return []
  }
}

/** The first that is not listed. A folder with nothing in it is nothing to lose. */
function strangerIn(root: string, folder: string, listed: ReadonlySet<string>): string | undefined {
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const at = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) {
      const within = strangerIn(root, at, listed)
      if (within !== undefined) return within
    } else if (!entry.isFile() || !listed.has(at)) return at
  }
  return undefined
}
