import os from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { limits } from '@provloom/shared'
import { treeOf } from '../session/folder.ts'
import type { SessionFolder } from '../session/folder.ts'
import { tellLine, tellOnce } from './tell.ts'

const MiB = 1024 * 1024

/**
 * Says why logs are dropped, once for each reason in a process.
 *
 * @param detail the system's error, or what it is about
 */
export function tellDropping(spool: SessionFolder, reason: string, detail: unknown): void {
  tellOnce(`drops ${reason}`, textOf(spool, reason, detail))
}

function textOf(spool: SessionFolder, reason: string, detail: unknown): string {
  switch (reason) {
    case 'spool-full': {
      const most = `${limits.spoolBytesMax / MiB} MiB`
      return (
        `the spool ${treeOf(spool)} has reached its limit of ${most}: metrics are dropped, and counted, ` +
        'until the agent has sent what is there'
      )
    }
    case 'too-large': {
      const most = `${limits.eventBytesMax / 1024} KiB`
      return `a log of more than ${most} is dropped, and counted; log it as a file with logArtifact`
    }
    case 'too-many-series':
      return (
        `more than ${limits.seriesPerStreamMax} different metrics (key, context, source): ${String(detail)} and ` +
        'further new ones are dropped, and counted'
      )
    case 'ended': {
      const why = typeof detail === 'string' ? ` (${detail})` : ''
      return `this is logged after its run has ended${why}: it is not recorded`
    }
    default: {
      const why = systemText(detail) ?? reason
      return `${spool.streams} cannot be written (${why}): logs are dropped, and counted, until it can`
    }
  }
}

/** What is in no graph, whatever disk and agent do. */
export function tellDropped(name: string, drops: ReadonlyMap<string, number>): void {
  const total = [...drops.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return
  const reasons = [...drops]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, count]) => `${shown(count)} ${reason}`)
  const were = total === 1 ? 'log' : 'logs'
  tellLine(
    `${shown(total)} ${were} of ${name} ${total === 1 ? 'was' : 'were'} not recorded: ${reasons.join(', ')}`,
  )
}

function shown(count: number): string {
  return count.toLocaleString('en-US')
}

/** As the C library says it, where Node says it otherwise or not at all. */
const libraryTexts: ReadonlyMap<number | undefined, string> = new Map([
  [os.constants.errno.EDQUOT, 'Disk quota exceeded'],
  [os.constants.errno.EEXIST, 'File exists'],
  [os.constants.errno.EIO, 'Input/output error'],
])

function systemText(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return undefined
  const number = Math.abs(Number(error.errno))
  const text = libraryTexts.get(number) ?? getSystemErrorMap().get(-number)?.[1]
  return text === undefined ? undefined : text.charAt(0).toUpperCase() + text.slice(1)
}
