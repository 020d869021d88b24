import type { BigIntStats } from 'node:fs'

/**
 * By this a file that stays where it is shows whether it changed: inode, mtime and ctime in nanoseconds. Times are as
 * fine as the kernel's ticks; whoever makes a mark waits for the next one.
 */
export function markOf({ ino, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino}.${mtimeNs}.${ctimeNs}`
}
