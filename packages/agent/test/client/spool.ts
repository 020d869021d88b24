import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import {
  LogCursor,
  decodeEvent,
  isPoint,
  payloadAt,
  readPoint,
  roomForPoints,
  systemFiles,
} from '@provloom/shared'
import type { Event } from '@provloom/shared'

export interface Point {
  readonly key: string
  readonly context: string | undefined
  readonly source: string | undefined
  readonly step: bigint
  readonly time: bigint
  readonly value: number
}

/** All records of one stream, read as the agent reads them. */
export interface Recorded {
  readonly stream: string
  readonly events: Event[]
  readonly points: Point[]
  /** What is no event we know, or was damaged. */
  readonly wrong: string[]
}

export function makeSpoolFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-client-'))
}

export async function readSpoolStreams(spool: string): Promise<Recorded[]> {
  const streams = path.join(spool, 'streams')
  const names = fs.existsSync(streams) ? fs.readdirSync(streams).sort() : []
  return Promise.all(names.map((name) => readStream(path.join(streams, name), name)))
}

export async function readOnlyStream(spool: string): Promise<Recorded> {
  const streams = await readSpoolStreams(spool)
  if (streams.length !== 1) throw new Error(`${streams.length} streams`)
  return streams[0]!
}

async function readStream(folder: string, stream: string): Promise<Recorded> {
  const cursor = new LogCursor(systemFiles(), folder, 0)
  const found: Recorded = { stream, events: [], points: [], wrong: [] }
  const row = roomForPoints(1)
  for (let chunk = await cursor.next(); chunk !== undefined; chunk = await cursor.next()) {
    for (const damage of chunk.damage) found.wrong.push(`lost ${damage.lost} at ${damage.offset}`)
    for (let k = 0; k < chunk.count; k++) {
      const payload = payloadAt(chunk, k)
      if (isPoint(payload)) {
        readPoint(payload, row, 0)
        found.points.push(pointOf(found, row.series[0]!, row.step[0]!, row.time[0]!, row.value[0]!))
        continue
      }
      const look = decodeEvent(payload)
      if (look.kind === 'event') found.events.push(look.event)
      else found.wrong.push(`${chunk.first + k}: ${look.kind === 'bad' ? look.reason : look.type}`)
    }
  }
  cursor.close()
  return found
}

function pointOf(found: Recorded, id: number, step: bigint, time: bigint, value: number): Point {
  const series = found.events.find((event) => event.type === 'series' && event.id === id)
  if (series?.type !== 'series') throw new Error(`series ${id} was not declared before its point`)
  return { key: series.key, context: series.context, source: series.source, step, time, value }
}
