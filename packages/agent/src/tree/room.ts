import fs from 'node:fs'
import path from 'node:path'
import { limits, namesIn } from '@provloom/shared'
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

/** Files that this process has open without any session, and with one. */
const [ownDescriptors, descriptorsPerSession] = [40, 4]

/** Sessions that this process serves at once: with files left to read them by. */
export const sessionsAtOnce: number = Math.min(
  limits.openSessionsMax,
  Math.max(1, Math.floor((descriptorLimit() - ownDescriptors) / descriptorsPerSession)),
)

function descriptorLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return soft === undefined ? Infinity : Number(soft)
  } catch {
    return Infinity
  }
}
