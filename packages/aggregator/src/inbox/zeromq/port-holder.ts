import fs from 'node:fs'
import { namesIn } from '@provloom/shared'
import { socketsAt, textAt } from '../listening.ts'

/**
 * Who listens on a port of this machine, in words, for a person who finds it taken.
 *
 * @returns undefined where that cannot be seen: it is another user's, or another container's
 */
export function holderOf(port: number): string | undefined {
  const sockets = socketsAt(port)
  if (sockets.size === 0) return undefined
  const pid = namesIn('/proc').find((name) => /^\d+$/.test(name) && holds(name, sockets))
  return pid === undefined ? undefined : nameOf(pid)
}

function holds(pid: string, sockets: ReadonlySet<string>): boolean {
  return namesIn(`/proc/${pid}/fd`).some((descriptor) => {
    try {
      return sockets.has(fs.readlinkSync(`/proc/${pid}/fd/${descriptor}`))
    } catch {
      return false
    }
  })
}

/** By its program alone: a command line may hold what is nobody's business. */
function nameOf(pid: string): string {
  const words = textAt(`/proc/${pid}/cmdline`).split('\0')
  const ours = words.includes('aggregator') && words.some((word) => word.endsWith('/provloom.js'))
  return ours
    ? `the aggregator of another job, process ${pid}`
    : `process ${pid} (${textAt(`/proc/${pid}/comm`).trim()})`
}
