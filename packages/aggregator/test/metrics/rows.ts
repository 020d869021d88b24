import fs from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Attempt, Event, Lsn, Rank, StreamId } from '@provloom/shared'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import type { Part, Records } from '@provloom/rundir/entry'
import type { MetricStore } from '../../src/metrics/metric-store.ts'

/** A point with its value by bits, so that every NaN is told from every other. */
export interface Row {
  readonly series: number
  readonly step: bigint
  readonly time: bigint
  readonly bits: bigint
}

export function records(
  rank: number,
  events: readonly Event[],
  rows: readonly Row[],
  stream = 'worker-1',
): Records {
  return {
    kind: 'records',
    rank: rank as Rank,
    attempt: 0 as Attempt,
    stream: stream as StreamId,
    first: 0,
    count: events.length + rows.length,
    lost: 0,
    events: events.map((event, number) => ({ number, event })),
    bad: [],
    points: {
      count: rows.length,
      series: Uint32Array.from(rows, ({ series }) => series),
      step: BigInt64Array.from(rows, ({ step }) => step),
      time: BigInt64Array.from(rows, ({ time }) => time),
      value: new Float64Array(BigInt64Array.from(rows, ({ bits }) => bits).buffer),
    },
  }
}

export function series(id: number, key: string, context?: string, source?: string): Event {
  return {
    type: 'series',
    time: 1,
    id,
    key,
    ...(context === undefined ? {} : { context }),
    ...(source === undefined ? {} : { source }),
  }
}

export function bitsOf(value: number): bigint {
  return new BigInt64Array(new Float64Array([value]).buffer)[0]!
}

/** Gives an entry to a store, which takes it in. */
export function give(store: MetricStore, position: number, entry: Records): void {
  store.take(position as Lsn, entry).keep()
}

/** What the journal says when rows are in parts. */
export function tellParts(store: MetricStore, parts: readonly Part[], through: Lsn): void {
  store.take((through + 1) as Lsn, { kind: 'parts', parts, through }).keep()
}

/** Seals and journals: what the run does. */
export async function sealAll(store: MetricStore): Promise<void> {
  const { parts, through } = await store.seal()
  tellParts(store, parts, through)
}

export function partFiles(folder: string): string[] {
  return fs.existsSync(folder)
    ? fs
        .readdirSync(folder)
        .filter((name) => name.endsWith('.parquet'))
        .sort()
    : []
}

/** All rows of a folder of parts, with values by bits. */
export async function readFolder(folder: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  for (const name of partFiles(folder)) {
    const file = await asyncBufferFromFile(path.join(folder, name))
    const compressors = { GZIP: (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes)) }
    for (const row of await parquetReadObjects({ file, compressors }))
      rows.push({ ...row, value: bitsOf(row['value'] as number), time: (row['time'] as Date).getTime() })
  }
  return rows
}
