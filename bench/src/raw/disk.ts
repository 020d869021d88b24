import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** Bytes a second of a sequential write with an fdatasync after each `chunkBytes`. */
export function syncedWrite(folder: string, bytes: number, chunkBytes: number): number {
  const chunk = randomBytes(Math.min(bytes, chunkBytes))
  const file = path.join(folder, 'synced')
  const descriptor = fs.openSync(file, 'w')
  try {
    const begin = performance.now()
    for (let written = 0; written < bytes; written += chunk.length) {
      fs.writeSync(descriptor, chunk)
      fs.fdatasyncSync(descriptor)
    }
    return (bytes / (performance.now() - begin)) * 1000
  } finally {
    fs.closeSync(descriptor)
    fs.rmSync(file)
  }
}

/** What a group commit of the journal may hold; the most that a sequential writer would sync at once. */
export const commitBytes: number = 1024 * 1024
