import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { figureOf } from '../figure.ts'
import { AggregatorUnderTest, benchJobKey } from '../load/aggregator.ts'
import { Load } from '../load/load.ts'
import { monotonicMs } from '../load/plan.ts'
import type { Plan } from '../load/plan.ts'
import type { Usage } from '../machine/usage.ts'
import { RawReceiver } from '../raw/receiver-process.ts'
import type { Bench, Suite } from '../suite.ts'

interface Listener {
  readonly connectionFile: string
  usage(): Usage
  kill(): Promise<void>
}

interface Held {
  readonly megabytes: number
  readonly backSeconds: number
}

/** 4,096 ranks that are connected and say nothing but heartbeats; then the aggregator is killed and started again. */
export const connectionsSuite: Suite = {
  name: 'connections',
  title: '4,096 connections (limit: a ROUTER that only answers)',
  async *measure(bench) {
    const rounds: { readonly ours: Held; readonly limit: Held }[] = []
    for (let i = 0; i < Math.min(3, bench.options.repetitions); i++) {
      rounds.push({
        limit: await held(bench, async (folder) => {
          const receiver = new RawReceiver(folder, 1, bench.options.insecure)
          await receiver.listening()
          return receiver
        }),
        ours: await held(bench, async (folder) => {
          const saveDir = path.join(folder, 'prov')
          const aggregator = new AggregatorUnderTest({ saveDir, insecure: bench.options.insecure })
          await aggregator.heard('listening')
          return aggregator
        }),
      })
    }
    const limitIs = 'a ROUTER that only answers'
    yield figureOf(
      { name: 'connections.memory', unit: 'MB', better: 'lower', limitIs, goal: { of: 'value', bound: 250 } },
      rounds.map((one) => ({ value: one.ours.megabytes, limit: one.limit.megabytes })),
    )
    yield figureOf(
      { name: 'connections.back', unit: 's', better: 'lower', limitIs, goal: { of: 'value', bound: 3 } },
      rounds.map((one) => ({ value: one.ours.backSeconds, limit: one.limit.backSeconds })),
    )
  },
}

async function held(bench: Bench, open: (folder: string) => Promise<Listener>): Promise<Held> {
  const ranks = bench.options.quick ? 256 : 4096
  const folder = bench.folder('connections')
  let listener = await open(folder)
  const load = new Load(planOf(ranks, listener.connectionFile), 2)
  try {
    await load.all('ready', 180_000)
    await sleep(3000)
    const megabytes = listener.usage().residentBytes / 1e6
    const killedMs = monotonicMs()
    await listener.kill()
    listener = await open(folder)
    const back = await load.all('back', 180_000)
    return { megabytes, backSeconds: (Math.max(...back.map((one) => one.atMs)) - killedMs) / 1000 }
  } finally {
    await load.close()
    await listener.kill()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function planOf(ranks: number, connectionFile: string): Plan {
  return {
    connectionFile,
    jobKey: benchJobKey,
    firstRank: 0,
    ranks,
    worldSize: ranks,
    seriesPerRank: 10,
    recordsPerEnvelope: 1,
    envelopesPerRank: 0,
    intervalMs: 0,
  }
}
