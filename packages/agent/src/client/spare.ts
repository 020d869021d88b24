import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { limits, systemCode } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'

/** Keeps room for what is no metric. False when there is none on the disk. */
export function putSpare(spool: SessionFolder): boolean {
  const file = fileOf(spool)
  try {
    // Random: there are file systems that need no room for zeros.
    fs.writeFileSync(file, randomBytes(limits.spareBytes), { mode: 0o600 })
    return true
  } catch (error) {
    giveSpare(spool)
    const code = systemCode(error)
    return code !== 'ENOSPC' && code !== 'EDQUOT'
  }
}

/** Whether that room is kept; it is made where it is not. */
export function hasSpare(spool: SessionFolder): boolean {
  return fs.existsSync(fileOf(spool)) || putSpare(spool)
}

/** Whether there was a spare to give. */
export function giveSpare(spool: SessionFolder): boolean {
  try {
    fs.unlinkSync(fileOf(spool))
    return true
  } catch {
    return false
  }
}

function fileOf(spool: SessionFolder): string {
  return path.join(spool.root, 'spare')
}
