import fs from 'node:fs'
import path from 'node:path'
import { figureOf } from '../figure.ts'
import type { Pair } from '../figure.ts'
import { seriesPerRank } from '../ingest/shape.ts'
import { AggregatorUnderTest, benchJobKey } from '../load/aggregator.ts'
import { run } from '../machine/child.ts'
import { provloomCommand } from '../machine/paths.ts'
import { transfer } from '../raw/transfer.ts'
import type { Bench, Suite } from '../suite.ts'
import { writeSpool } from './spool.ts'

const PATIENCE_MS = 600_000
const LIMIT_EVENTS_PER_ENVELOPE = 1000

/** A rank's spool was filled while no aggregator was there; a real agent brings it to a real one. */
export const backlogSuite: Suite = {
  name: 'backlog',
  title:
    "Backlog of one rank, until it is in the graph, the agent's start included (limit: ZeroMQ transfer, one rank)",
  async *measure(bench) {
    const points = bench.options.quick ? 200_000 : 10_000_000
    const pairs: Pair[] = []
    for (let i = 0; i < Math.min(3, bench.options.repetitions); i++) pairs.push(await round(bench, points))
    yield figureOf(
      {
        name: 'backlog.rate',
        unit: 'events/s',
        better: 'higher',
        limitIs: 'ZeroMQ transfer of envelopes of 1,000, one rank',
        goal: { of: 'value', bound: 1e6 },
      },
      pairs,
    )
  },
}

async function round(bench: Bench, points: number): Promise<Pair> {
  const folder = bench.folder('backlog')
  const { insecure } = bench.options
  const spool = writeSpool(folder, points, seriesPerRank)
  const aggregator = new AggregatorUnderTest({ saveDir: path.join(folder, 'prov'), insecure })
  try {
    await aggregator.heard('listening')
    const began = performance.now()
    const args = [
      'agent',
      '--tree',
      spool,
      '--connection',
      aggregator.connectionFile,
      '--job-key',
      benchJobKey,
    ]
    const ran = await run(process.execPath, [provloomCommand, ...args], {}, { timeoutMs: PATIENCE_MS })
    const elapsed = (performance.now() - began) / 1000
    if (ran.code !== 0) throw new Error(`the agent ended with ${ran.code}: ${ran.errors.trim()}`)
    const { summary } = (await aggregator.heard('run-ended')).status
    if (summary.logs !== points) throw new Error(`${summary.logs} of ${points} points came`)
    await aggregator.kill()
    const envelopes = Math.ceil(points / LIMIT_EVENTS_PER_ENVELOPE / (bench.options.quick ? 1 : 5))
    const limit = await transfer({ ranks: 1, events: LIMIT_EVENTS_PER_ENVELOPE, envelopes }, folder, insecure)
    return { value: points / elapsed, limit: limit.durablePerSecond }
  } finally {
    await aggregator.kill()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
