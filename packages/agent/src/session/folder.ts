import fs from 'node:fs'
import path from 'node:path'

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

export function removeSession(folder: SessionFolder): void {
  fs.rmSync(folder.root, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 })
}

/** Removes what was recorded, and keeps the folder: a worker that writes on does so into nothing. */
export function emptySession(folder: SessionFolder): void {
  for (const one of [folder.streams, folder.files]) {
    fs.rmSync(one, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 })
  }
}
