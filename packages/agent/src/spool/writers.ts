import fs from 'node:fs'
import path from 'node:path'
import { isAlive, startedMs } from '../place/process-identity.ts'
import type { SpoolFolder } from './folder.ts'

/** The boot time in /proc is of whole seconds. */
const startGrainMs = 2_000

/**
 * Worker processes of this machine that have a stream in the spool and are still there: a stream's name says whose it
 * is. A process that was started after the stream was made only has its writer's number.
 */
export function livingWriters(spool: SpoolFolder): number[] {
  const found = new Set<number>()
  for (const name of namesIn(spool.streams)) {
    const pid = Number(/^worker-(\d+)-/.exec(name)?.[1])
    if (Number.isSafeInteger(pid) && pid > 1 && isAlive(pid) && isOf(path.join(spool.streams, name), pid)) {
      found.add(pid)
    }
  }
  return [...found]
}

function isOf(stream: string, pid: number): boolean {
  const made = fs.statSync(stream, { throwIfNoEntry: false })?.birthtimeMs
  const started = startedMs(pid)
  return made === undefined || made === 0 || started === undefined || started <= made + startGrainMs
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}
