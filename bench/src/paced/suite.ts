import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { figureOf } from '../figure.ts'
import type { Figure, FigureFacts, Pair } from '../figure.ts'
import { seriesPerRank } from '../ingest/shape.ts'
import { AggregatorUnderTest, benchJobKey } from '../load/aggregator.ts'
import { Load } from '../load/load.ts'
import type { Plan } from '../load/plan.ts'
import type { Usage } from '../machine/usage.ts'
import { RawReceiver } from '../raw/receiver-process.ts'
import { quantile } from '../statistics.ts'
import type { Bench, Suite } from '../suite.ts'

/**
 * How agents send 100 events a second: an envelope when its oldest record is as old as the aggregator asked for, which
 * is 1 s with 1,000 ranks and 200 ms with 100. A simulated rank fails when it is asked for anything else.
 */
const SHAPES = {
  full: { ranks: 1000, seconds: 20, envelopesPerSecond: 1, eventsPerEnvelope: 100 },
  quick: { ranks: 100, seconds: 4, envelopesPerSecond: 5, eventsPerEnvelope: 20 },
} as const

type Shape = (typeof SHAPES)[keyof typeof SHAPES]

interface Calm {
  readonly p50: number
  readonly p99: number
  /** Processor seconds a second: 1 is a whole core. */
  readonly cpu: number
  readonly megabytes: number
}

/** What listens: the aggregator, or the receiver that is its limit. */
interface Listener {
  readonly connectionFile: string
  usage(): Usage
  kill(): Promise<void>
}

/** 1,000 ranks of 100 events a second. */
export const pacedSuite: Suite = {
  name: 'paced',
  title: 'Paced load: 1,000 ranks x 100 events/s (limit: a ROUTER that only acknowledges)',
  async *measure(bench) {
    const rounds: { readonly ours: Calm; readonly limit: Calm }[] = []
    const repetitions = Math.min(3, bench.options.repetitions)
    for (let i = 0; i < repetitions; i++) {
      rounds.push({ limit: await paced(bench, rawReceiver), ours: await paced(bench, realAggregator) })
    }
    const figure = (facts: Omit<FigureFacts, 'better' | 'limitIs'>, of: (calm: Calm) => number): Figure =>
      figureOf(
        { ...facts, better: 'lower', limitIs: 'a ROUTER that only acknowledges' },
        rounds.map((one): Pair => ({ value: of(one.ours), limit: of(one.limit) })),
      )
    yield figure({ name: 'paced.ack-p50', unit: 'ms' }, (calm) => calm.p50)
    yield figure({ name: 'paced.ack-p99', unit: 'ms', goal: { of: 'value', bound: 25 } }, (calm) => calm.p99)
    yield figure({ name: 'paced.cpu', unit: 'cores', goal: { of: 'value', bound: 0.25 } }, (calm) => calm.cpu)
    yield figure({ name: 'paced.memory', unit: 'MB' }, (calm) => calm.megabytes)
  },
}

type Opener = (folder: string, insecure: boolean, shape: Shape) => Promise<Listener>

const rawReceiver: Opener = async (folder, insecure, { eventsPerEnvelope }) => {
  const receiver = new RawReceiver(folder, eventsPerEnvelope, insecure)
  await receiver.listening()
  return receiver
}

const realAggregator: Opener = async (folder, insecure) => {
  const aggregator = new AggregatorUnderTest({ saveDir: path.join(folder, 'prov'), insecure })
  await aggregator.heard('listening')
  return aggregator
}

async function paced(bench: Bench, open: Opener): Promise<Calm> {
  const { quick, insecure } = bench.options
  const folder = bench.folder('paced')
  const shape = quick ? SHAPES.quick : SHAPES.full
  const { ranks, seconds, envelopesPerSecond, eventsPerEnvelope } = shape
  const listener = await open(folder, insecure, shape)
  const plan: Plan = {
    connectionFile: listener.connectionFile,
    jobKey: benchJobKey,
    firstRank: 0,
    ranks,
    worldSize: ranks,
    seriesPerRank,
    recordsPerEnvelope: eventsPerEnvelope,
    envelopesPerRank: seconds * envelopesPerSecond,
    intervalMs: 1000 / envelopesPerSecond,
  }
  const load = new Load(plan, 2)
  try {
    await load.all('ready', 120_000)
    await sleep(1000)
    const before = listener.usage()
    load.go()
    const began = performance.now()
    const acknowledged = await load.all('acknowledged', seconds * 1000 + 120_000)
    const elapsed = (performance.now() - began) / 1000
    const after = listener.usage()
    const latencies = Float64Array.from(acknowledged.flatMap((one) => one.latencies))
    return {
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      cpu: (after.cpuSeconds - before.cpuSeconds) / elapsed,
      megabytes: after.residentBytes / 1e6,
    }
  } finally {
    await load.close()
    await listener.kill()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
