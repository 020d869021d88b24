import fs from 'node:fs'
import path from 'node:path'
import { namesIn } from '@provloom/shared'
import type { TreeFolder } from './folder.ts'

/** Bytes that the segments of all sessions of a tree take on the disk. */
export function spoolBytesOf(tree: TreeFolder): number {
  let total = 0
  for (const session of namesIn(tree.sessions)) {
    const streams = path.join(tree.sessions, session, 'streams')
    for (const stream of namesIn(streams)) {
      for (const segment of namesIn(path.join(streams, stream))) {
        total += fs.statSync(path.join(streams, stream, segment), { throwIfNoEntry: false })?.size ?? 0
      }
    }
  }
  return total
}
