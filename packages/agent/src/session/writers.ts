import fs from 'node:fs'
import { lifeOf } from '../tree/processes.ts'
import type { SessionFacts } from './facts.ts'
import type { SessionFolder } from './folder.ts'
import { startedMs } from '@provloom/shared/process'
import path from 'node:path'

/** The boot time in /proc is of whole seconds. */
const startGrainMs = 2_000

/** The pid in a worker's stream name; undefined for the agent's own. */
export function writerOf(stream: string): number | undefined {
  const pid = Number(/^worker-(\d+)-/.exec(stream)?.[1])
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined
}

/**
 * Whether a stream's writer may still write. A process that was started after the stream was made only has its
 * writer's number. One of another pid namespace cannot be seen: whoever asks decides.
 */
export function writes(folder: SessionFolder, facts: SessionFacts, stream: string): boolean {
  const pid = writerOf(stream)
  if (pid === undefined) return false
  if (pid === facts.pid) return lifeOf(facts) !== 'gone'
  if (lifeOf({ pid, start: 0, pidNamespace: facts.pidNamespace }) === 'gone') return false
  const made = fs.statSync(path.join(folder.streams, stream), { throwIfNoEntry: false })?.birthtimeMs
  const started = startedMs(pid)
  return made === undefined || made === 0 || started === undefined || started <= made + startGrainMs
}

/** Processes that write into the session still. */
export function livingWriters(folder: SessionFolder, facts: SessionFacts): number[] {
  const streams = namesIn(folder.streams).filter((stream) => writes(folder, facts, stream))
  return [...new Set(streams.flatMap((stream) => writerOf(stream) ?? []))]
}

export function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}
