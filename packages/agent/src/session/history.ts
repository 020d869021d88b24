import path from 'node:path'
import { LogCursor, decodeEvent, isPoint, isPointAt, payloadAt } from '@provloom/shared'
import type { Artifact, Dataset, Event, Files, SessionEnd } from '@provloom/shared'
import type { CommandEnd } from '../launch/command.ts'
import { commandEndOf } from './rank-end.ts'
import type { SessionFolder } from './folder.ts'

/** What a spool that another agent has served before tells about itself. */
export interface History {
  readonly rankEnded: boolean
  readonly sessionEnd: SessionEnd | undefined
  /** Seen by an agent that did not stay to the session's end. */
  readonly processEnd: CommandEnd | undefined
  /** The latest time at which a stream ends, microseconds since the Unix epoch: the last that is known of the rank. */
  readonly lastUs: number | undefined
  readonly artifacts: readonly {
    readonly artifact: Artifact
    readonly stream: string
    readonly number: number
  }[]
  readonly datasets: readonly {
    readonly dataset: Dataset
    readonly stream: string
    readonly number: number
  }[]
  readonly stored: readonly { readonly stream: string; readonly number: number }[]
}

type Mutable = { -readonly [Name in 'rankEnded' | 'sessionEnd' | 'processEnd' | 'lastUs']: History[Name] }

/** Reads all that a spool still holds, for the few events its next agent must know of. Points are passed over. */
export async function readHistory(files: Files, spool: SessionFolder): Promise<History> {
  const found: Mutable = {
    rankEnded: false,
    sessionEnd: undefined,
    processEnd: undefined,
    lastUs: undefined,
  }
  let overUs: number | undefined
  const artifacts: History['artifacts'][number][] = []
  const datasets: History['datasets'][number][] = []
  const stored: History['stored'][number][] = []
  for (const stream of files.list(spool.streams)) {
    const lastUs = await readEvents(files, path.join(spool.streams, stream), (event, number) => {
      if (event.type === 'rank.end') found.rankEnded = true
      if (event.type === 'session.end') found.sessionEnd = event
      if (event.type === 'process.end') {
        found.processEnd = commandEndOf(event.exitCode, event.signal)
        overUs = event.time
      }
      if (event.type === 'artifact') artifacts.push({ artifact: event, stream, number })
      if (event.type === 'dataset') datasets.push({ dataset: event, stream, number })
      if (event.type === 'artifact.stored') stored.push({ stream: event.stream, number: event.number })
    })
    if (lastUs !== undefined) found.lastUs = Math.max(lastUs, found.lastUs ?? lastUs)
  }
  // What was measured of the machine after it is no sign of life.
  return { ...found, lastUs: overUs ?? found.lastUs, artifacts, datasets, stored }
}

export interface RecordCount {
  readonly records: number
  /** There was no time to count them all: there are at least so many. */
  readonly atLeast: boolean
}

/** Records of a spool from the given number of each stream on. Stops counting when `late` says so. */
export async function countRecords(
  files: Files,
  spool: SessionFolder,
  from: (stream: string) => number,
  late: () => boolean,
): Promise<RecordCount> {
  let records = 0
  for (const stream of files.list(spool.streams)) {
    const cursor = new LogCursor(files, path.join(spool.streams, stream), from(stream))
    try {
      for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
        records += chunk.count
        if (late()) return { records, atLeast: true }
      }
    } catch {
      // What cannot be read cannot be counted; the number is for a message.
    } finally {
      cursor.close()
    }
  }
  return { records, atLeast: false }
}

const words = [
  '"rank.end"',
  '"session.end"',
  '"process.end"',
  '"artifact"',
  '"dataset"',
  '"artifact.stored"',
  // Of a context.
  '"parent"',
  '"HELPER"',
].map((word) => Buffer.from(word))

/** The event in a record, when it is of one of the types the agent itself looks at; cheap for all others. */
export function lookForOwn(payload: Buffer): Event | undefined {
  if (!words.some((word) => payload.includes(word))) return undefined
  const look = decodeEvent(payload)
  return look.kind === 'event' ? look.event : undefined
}

async function readEvents(
  files: Files,
  folder: string,
  see: (event: Event, number: number) => void,
): Promise<number | undefined> {
  let last: Buffer | undefined
  const cursor = new LogCursor(files, folder, 0)
  try {
    for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
      for (let k = 0; k < chunk.count; k++) {
        if (isPointAt(chunk, k)) continue
        const payload = payloadAt(chunk, k)
        const event = lookForOwn(payload)
        if (event !== undefined) see(event, chunk.first + k)
      }
      last = payloadAt(chunk, chunk.count - 1)
    }
  } catch {
    // An unreadable stream is told by the reader that publishes it.
  } finally {
    cursor.close()
  }
  return last === undefined ? undefined : timeOf(last)
}

function timeOf(payload: Buffer): number | undefined {
  if (isPoint(payload)) return Number(payload.readBigInt64LE(13))
  const look = decodeEvent(payload)
  return look.kind === 'event' ? look.event.time : undefined
}
