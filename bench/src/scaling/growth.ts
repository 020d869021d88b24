import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seriesPerRank } from '../ingest/shape.ts'
import { AggregatorUnderTest, benchJobKey } from '../load/aggregator.ts'
import { Load } from '../load/load.ts'
import { monotonicMs } from '../load/plan.ts'
import type { Plan } from '../load/plan.ts'
import { median } from '../statistics.ts'

/** What a run of a size costs the aggregator. */
export interface Grown {
  readonly ranks: number
  readonly points: number
  /** Processor microseconds per point, from the first envelope until everything is in the graph and flushed. */
  readonly cpuPerPoint: number
  /** Median and longest time of a flush, milliseconds. */
  readonly flush: number
  readonly flushMax: number
  /** What the median flush held of the event loop, milliseconds. */
  readonly flushWork: number
  readonly flushes: number
  readonly peakMegabytes: number
  /** Resident memory's slope over the second half of the load, megabytes a minute; undefined when that was too short. */
  readonly slope: number | undefined
  readonly documentBytes: number
  /** From the start of a new aggregator after kill -9 until it listens, seconds. */
  readonly restart: number
  /** The same of an aggregator without a run. */
  readonly start: number
  readonly parquetBytesPerPoint: number
  readonly parquetFiles: number
}

const PATIENCE_MS = 600_000
const SAMPLE_MS = 500
/** A slope over less says more of the garbage collector than of the program. */
const SLOPE_SECONDS_MIN = 10

interface Sample {
  readonly seconds: number
  readonly megabytes: number
}

/**
 * Grows a run of this size, kills the aggregator, starts it again, ends the run.
 *
 * @throws Error when a rank fails or it takes longer than ten minutes
 */
export async function grow(points: number, ranks: number, folder: string, insecure: boolean): Promise<Grown> {
  const saveDir = path.join(folder, 'prov')
  const options = { saveDir, insecure }
  const start = await emptyStart(path.join(folder, 'empty'), insecure)
  let aggregator = new AggregatorUnderTest(options)
  await aggregator.heard('listening')
  const load = new Load(planOf(points, ranks, aggregator.connectionFile), Math.min(2, ranks))
  try {
    await load.all('ready', PATIENCE_MS)
    const before = aggregator.usage()
    const sampler = sampleMemory(aggregator)
    load.go()
    await load.all('acknowledged', PATIENCE_MS)
    await settled(aggregator)
    const samples = sampler()
    const after = aggregator.usage()
    const flushes = aggregator.all('flushed').map((one) => one.status)
    const runDir = (await aggregator.heard('run-opened')).status.runDir
    await aggregator.kill()
    aggregator = new AggregatorUnderTest(options)
    const restart = ((await aggregator.heard('listening', PATIENCE_MS)).atMs - aggregator.startedMs) / 1000
    await load.all('back', PATIENCE_MS)
    load.bye()
    await load.all('farewell', PATIENCE_MS)
    await aggregator.heard('run-finished', PATIENCE_MS)
    const parquet = partsOf(runDir)
    return {
      ranks,
      points,
      cpuPerPoint: ((after.cpuSeconds - before.cpuSeconds) / points) * 1e6,
      flush: median(flushes.map((one) => one.tookMs)),
      flushMax: Math.max(...flushes.map((one) => one.tookMs)),
      flushWork: median(flushes.map((one) => one.heldMs)),
      flushes: flushes.length,
      peakMegabytes: after.peakBytes / 1e6,
      slope: slopeOf(samples),
      documentBytes: fs.statSync(path.join(runDir, 'prov.json')).size,
      restart,
      start,
      parquetBytesPerPoint: parquet.bytes / points,
      parquetFiles: parquet.files,
    }
  } finally {
    await load.close()
    await aggregator.kill()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function planOf(points: number, ranks: number, connectionFile: string): Plan {
  const perRank = Math.ceil(points / ranks)
  const recordsPerEnvelope = Math.min(1000, perRank)
  return {
    connectionFile,
    jobKey: benchJobKey,
    firstRank: 0,
    ranks,
    worldSize: ranks,
    seriesPerRank,
    recordsPerEnvelope,
    envelopesPerRank: Math.ceil(perRank / recordsPerEnvelope),
    intervalMs: 0,
    fresh: true,
  }
}

/** Seconds from the start of an aggregator that has no run until it listens. */
async function emptyStart(saveDir: string, insecure: boolean): Promise<number> {
  fs.mkdirSync(saveDir, { recursive: true })
  const aggregator = new AggregatorUnderTest({ saveDir, insecure })
  const { atMs } = await aggregator.heard('listening')
  await aggregator.kill()
  return (atMs - aggregator.startedMs) / 1000
}

/** Waits until the aggregator has no more to say of what it was sent: no flush for a second. */
async function settled(aggregator: AggregatorUnderTest): Promise<void> {
  await aggregator.heard('flushed')
  const until = monotonicMs() + PATIENCE_MS
  while (monotonicMs() < until) {
    const last = aggregator.all('flushed').at(-1)!.atMs
    if (monotonicMs() - last > 1000) return
    await sleep(100)
  }
}

function sampleMemory(aggregator: AggregatorUnderTest): () => Sample[] {
  const samples: Sample[] = []
  const timer = setInterval(() => {
    samples.push({ seconds: monotonicMs() / 1000, megabytes: aggregator.usage().residentBytes / 1e6 })
  }, SAMPLE_MS)
  return () => {
    clearInterval(timer)
    return samples
  }
}

/** Least squares over the second half. */
function slopeOf(samples: readonly Sample[]): number | undefined {
  const half = samples.slice(Math.floor(samples.length / 2))
  const first = half[0]
  const last = half.at(-1)
  if (first === undefined || last === undefined || last.seconds - first.seconds < SLOPE_SECONDS_MIN)
    return undefined
  const mean = (of: (one: Sample) => number): number =>
    half.reduce((sum, one) => sum + of(one), 0) / half.length
  const [x, y] = [mean((one) => one.seconds), mean((one) => one.megabytes)]
  const above = half.reduce((sum, one) => sum + (one.seconds - x) * (one.megabytes - y), 0)
  const below = half.reduce((sum, one) => sum + (one.seconds - x) ** 2, 0)
  return (above / below) * 60
}

function partsOf(runDir: string): { bytes: number; files: number } {
  const folder = path.join(runDir, 'metrics')
  const parts = fs.readdirSync(folder).filter((name) => name.endsWith('.parquet'))
  return {
    bytes: parts.reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0),
    files: parts.length,
  }
}
