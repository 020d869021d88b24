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
import { hostId } from '@provloom/shared/process'
import { formatTree } from '../../src/place/tree-variable.ts'
import { startOf } from '../../src/tree/processes.ts'

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

/** The folder of a tree as a wrapper founds it, which this process serves. */
export function makeSpoolFolder(): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-client-'))
  const self = { pid: process.pid, start: startOf(process.pid), pidNamespace: 0, host: os.hostname() }
  fs.mkdirSync(path.join(root, 'sessions'))
  fs.writeFileSync(path.join(root, 'spool.json'), JSON.stringify({ format: 2, by: 'agent', ...self }))
  fs.writeFileSync(path.join(root, 'agent.json'), JSON.stringify(self))
  return root
}

/** What a worker of that tree is started with. Rank 1: no rank but the first waits for the end of its run. */
export function treeVariables(root: string): Record<string, string> {
  const [pid, start] = [process.pid, startOf(process.pid)]
  const key = `local-${hostId()}.${pid}.${start}`
  return {
    PROVLOOM_TREE: formatTree({ key, launcherMark: '', folder: root, last: { pid, start } }),
    RANK: '1',
  }
}

/** The folders of its sessions, in the order in which they were begun. */
export function sessionsOf(tree: string): string[] {
  const folder = path.join(tree, 'sessions')
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !name.startsWith('.')) : []
  const opened = (name: string): number =>
    Number(JSON.parse(fs.readFileSync(path.join(folder, name, 'session.json'), 'utf8')).openedUs)
  return names.sort((a, b) => opened(a) - opened(b)).map((name) => path.join(folder, name))
}

/** @param folder of a tree, or of one session */
export async function readSpoolStreams(folder: string): Promise<Recorded[]> {
  const sessions = fs.existsSync(path.join(folder, 'streams')) ? [folder] : sessionsOf(folder)
  const streams = sessions.flatMap((session) => {
    const place = path.join(session, 'streams')
    return fs.readdirSync(place).map((name) => readStream(path.join(place, name), name))
  })
  return Promise.all(streams)
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
