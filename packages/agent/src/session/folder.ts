import fs from 'node:fs'
import path from 'node:path'
import { namesIn, removeFolder } from '@provloom/shared'

/**
 * A session's folder in its tree (docs/spool-format.md):
 * `session.json` · `streams/<stream>/*.seg` · `ledgers/<stream>` · `files/` · `control.json`.
 */
export interface SessionFolder {
  /** 16 hex digits, the folder's name. */
  readonly id: string
  readonly root: string
  readonly streams: string
  readonly ledgers: string
  readonly files: string
}

const name = /^[0-9a-f]{16}$/

export function isSessionId(text: string): boolean {
  return name.test(text)
}

export function sessionFolderAt(root: string): SessionFolder {
  return {
    id: path.basename(root),
    root,
    streams: path.join(root, 'streams'),
    ledgers: path.join(root, 'ledgers'),
    files: path.join(root, 'files'),
  }
}

/** The folder of the tree that it lies in. */
export function treeOf({ root }: SessionFolder): string {
  return path.dirname(path.dirname(path.resolve(root)))
}

/** Its name goes first: what somebody puts there meanwhile (`exit.json`) finds no folder, and leaves none that is half one. */
export function removeSession(folder: SessionFolder): void {
  const gone = path.join(path.dirname(folder.root), `${gonePrefix}${folder.id}`)
  let named = folder.root
  try {
    fs.renameSync(folder.root, gone)
    named = gone
  } catch {
    // Removed already, or what its folder is in cannot be written, which is told by removing it.
  }
  removeFolder(named)
}

/** What somebody who was killed had begun to remove. */
export function removeGone(sessions: string): void {
  for (const name of namesIn(sessions)) {
    if (name.startsWith(gonePrefix)) removeFolder(path.join(sessions, name))
  }
}

const gonePrefix = '.gone-'

/** Removes what was recorded, and keeps the folder: a worker that writes on does so into nothing. */
export function emptySession(folder: SessionFolder): void {
  for (const one of [folder.streams, folder.files]) {
    removeFolder(one)
  }
}
