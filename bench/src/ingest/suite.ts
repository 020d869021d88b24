import fs from 'node:fs'
import path from 'node:path'
import { figureOf } from '../figure.ts'
import type { Figure, Goal, Pair } from '../figure.ts'
import { AggregatorUnderTest, benchJobKey } from '../load/aggregator.ts'
import { commitBytes, syncedWrite } from '../raw/disk.ts'
import { transfer } from '../raw/transfer.ts'
import type { Bench, Suite } from '../suite.ts'
import { flood } from './flood.ts'
import type { Flooded } from './flood.ts'
import { nameOf, planOf, shapes } from './shape.ts'
import type { Shape } from './shape.ts'

const GOALS: Readonly<Record<string, Goal>> = {
  '4x1000': { of: 'value', bound: 3e6 },
  '1000x100': { of: 'value', bound: 1e6 },
}

interface Round {
  readonly ours: Flooded
  /** Events a second. */
  readonly carried: Flooded
  readonly written: number
}

/**
 * Ingest to durable and graphed by a real aggregator, beside what ZeroMQ carries and what the disk takes of the same
 * bytes: the three are measured one after the other in each repetition. Senders are included in all of them.
 */
export const ingestSuite: Suite = {
  name: 'ingest',
  title:
    'Ingest, ranks x events per envelope (limit: the lower of ZeroMQ transfer and synced write of the same bytes)',
  async *measure(bench) {
    for (const shape of shapes(bench.options.quick)) {
      const name = nameOf(shape)
      if (
        !['graphed', 'durable', 'cpu', 'zeromq', 'fdatasync'].some((kind) =>
          bench.wants(`ingest.${name}.${kind}`),
        )
      )
        continue
      const rounds: Round[] = []
      for (let i = 0; i < bench.options.repetitions; i++) rounds.push(await round(shape, bench))
      yield* figures(name, rounds)
    }
  },
}

function* figures(name: string, rounds: readonly Round[]): Generator<Figure> {
  const facts = { unit: 'events/s', better: 'higher' } as const
  const limitOf = (one: Round): number => Math.min(one.carried.durablePerSecond, one.written)
  const which = rounds.filter((one) => one.carried.durablePerSecond <= one.written).length * 2 > rounds.length
  const limitIs = which ? 'ZeroMQ transfer of the same bytes' : 'fdatasync of the same bytes'
  const goal = GOALS[name]
  const pairs = (value: (one: Round) => number): Pair[] =>
    rounds.map((one) => ({ value: value(one), limit: limitOf(one) }))
  yield figureOf(
    { name: `ingest.${name}.graphed`, ...facts, limitIs, ...(goal === undefined ? {} : { goal }) },
    pairs((one) => one.ours.graphedPerSecond),
  )
  yield figureOf(
    { name: `ingest.${name}.durable`, ...facts, limitIs },
    pairs((one) => one.ours.durablePerSecond),
  )
  yield figureOf(
    {
      name: `ingest.${name}.cpu`,
      unit: 'us/event',
      better: 'lower',
      limitIs: 'the processor time of the ROUTER that only acknowledges',
    },
    rounds.map((one) => ({ value: one.ours.cpuPerEvent, limit: one.carried.cpuPerEvent })),
  )
  yield figureOf(
    { name: `ingest.${name}.zeromq`, ...facts },
    rounds.map((one) => ({ value: one.carried.durablePerSecond })),
  )
  yield figureOf(
    { name: `ingest.${name}.fdatasync`, ...facts },
    rounds.map((one) => ({ value: one.written })),
  )
}

async function round(shape: Shape, bench: Bench): Promise<Round> {
  const { insecure } = bench.options
  const folder = bench.folder('ingest')
  try {
    const carried = await transfer(shape, folder, insecure)
    const ours = await ingest(shape, folder, insecure)
    const events = shape.events * ours.envelopes
    const bytesPerSecond = syncedWrite(folder, ours.bytes, commitBytes)
    return { ours, carried, written: (bytesPerSecond / ours.bytes) * events }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function ingest(shape: Shape, folder: string, insecure: boolean): Promise<Flooded> {
  const aggregator = new AggregatorUnderTest({ saveDir: path.join(folder, 'prov'), insecure })
  try {
    await aggregator.heard('listening')
    return await flood(planOf(shape, aggregator.connectionFile, benchJobKey), () => aggregator.usage())
  } finally {
    await aggregator.kill()
  }
}
