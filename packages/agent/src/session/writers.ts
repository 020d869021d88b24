import fs from 'node:fs'
import { lifeOf, numberHere } from '../tree/processes.ts'
import type { Life, ProcessName } from '../tree/processes.ts'
import type { SessionFacts } from './facts.ts'
import type { SessionFolder } from './folder.ts'
import { startedMs } from '@provloom/shared/process'
import path from 'node:path'
import { namesIn } from '@provloom/shared'

/** The boot time in /proc is of whole seconds. */
const startGrainMs = 2_000

/** The pid in a worker's stream name, 0 of no process; undefined for the agent's own. */
export function writerOf(stream: string): number | undefined {
  const pid = Number(/^worker-(\d+)-/.exec(stream)?.[1])
  return Number.isSafeInteger(pid) ? pid : undefined
}

/** Whether a process lives, as far as whoever asks knows. */
export type LifeOf = (process: ProcessName) => Life

/**
 * Whether a stream's writer may still write. A process that was started after the stream was made only has its
 * writer's number. One that cannot be seen may.
 */
export function writes(
  folder: SessionFolder,
  facts: SessionFacts,
  stream: string,
  lives: LifeOf = lifeOf,
): boolean {
  const pid = writerOf(stream)
  if (pid === undefined) return false
  if (pid === facts.pid) return lives(facts) !== 'gone'
  const writer = { pid, start: 0, pidNamespace: facts.pidNamespace }
  if (lives(writer) === 'gone') return false
  const made = fs.statSync(path.join(folder.streams, stream), { throwIfNoEntry: false })?.birthtimeMs
  const number = numberHere(writer)
  const started = number === undefined ? undefined : startedMs(number)
  return made === undefined || made === 0 || started === undefined || started <= made + startGrainMs
}

/** Processes that write into the session still, by the numbers in their streams' names. */
export function livingWriters(folder: SessionFolder, facts: SessionFacts, lives: LifeOf = lifeOf): number[] {
  const streams = namesIn(folder.streams).filter((stream) => writes(folder, facts, stream, lives))
  return [...new Set(streams.flatMap((stream) => writerOf(stream) ?? []))]
}

/** More than a session's last event, with the tail of an error in it. */
const tailBytes = 64 * 1024

/** Whether the last that its process recorded is the session's end. */
export function hasSaidEnd(folder: SessionFolder, facts: SessionFacts): boolean {
  return namesIn(folder.streams)
    .filter((stream) => writerOf(stream) === facts.pid)
    .some((stream) => {
      const last = namesIn(path.join(folder.streams, stream))
        .filter((name) => name.endsWith('.seg'))
        .sort()
        .at(-1)
      return (
        last !== undefined && tailOf(path.join(folder.streams, stream, last)).includes('"type":"session.end"')
      )
    })
}

function tailOf(file: string): Buffer {
  const descriptor = fs.openSync(file, 'r')
  try {
    const { size } = fs.fstatSync(descriptor)
    const bytes = Buffer.alloc(Math.min(size, tailBytes))
    fs.readSync(descriptor, bytes, 0, bytes.length, size - bytes.length)
    return bytes
  } finally {
    fs.closeSync(descriptor)
  }
}
