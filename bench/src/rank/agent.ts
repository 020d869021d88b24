import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { figureOf } from '../figure.ts'
import { AggregatorUnderTest, benchJobKey } from '../load/aggregator.ts'
import { keep } from '../machine/kin.ts'
import { provloomCommand, pythonProgram, repoRoot } from '../machine/paths.ts'
import { mustUsageOf } from '../machine/usage.ts'
import type { Bench, Suite } from '../suite.ts'

const EVENTS_PER_SECOND = 100
const WARM_UP_SECONDS = 4

interface Cost {
  readonly megabytes: number
  readonly cpuPercent: number
  readonly bareMegabytes: number
}

/** One agent beside a Python worker that logs 100 metrics a second. */
export const agentSuite: Suite = {
  name: 'agent',
  title: 'An agent at 100 events/s (limit: Node with the same two libraries loaded, idle)',
  async *measure(bench) {
    const costs: Cost[] = []
    for (let i = 0; i < Math.min(3, bench.options.repetitions); i++) costs.push(await round(bench))
    yield figureOf(
      {
        name: 'agent.memory',
        unit: 'MB',
        better: 'lower',
        limitIs: 'Node with zeromq and msgpackr, idle',
        goal: { of: 'value', bound: 60 },
      },
      costs.map((cost) => ({ value: cost.megabytes, limit: cost.bareMegabytes })),
    )
    yield figureOf(
      { name: 'agent.cpu', unit: '% of a core', better: 'lower', goal: { of: 'value', bound: 1 } },
      costs.map((cost) => ({ value: cost.cpuPercent })),
    )
  },
}

async function round(bench: Bench): Promise<Cost> {
  const folder = bench.folder('agent')
  const seconds = bench.options.quick ? 5 : 30
  const { insecure } = bench.options
  const bareMegabytes = await bareMemory()
  const aggregator = new AggregatorUnderTest({ saveDir: path.join(folder, 'prov'), insecure })
  try {
    await aggregator.heard('listening')
    const worker = [
      pythonProgram('paced.py'),
      String(EVENTS_PER_SECOND),
      String(seconds + WARM_UP_SECONDS + 2),
    ]
    const agent = keep(
      spawn(
        process.execPath,
        [provloomCommand, ...agentArguments(aggregator, folder), '--', 'python3', ...worker],
        {
          detached: true,
          stdio: 'ignore',
        },
      ),
    )
    await aggregator.heard('rank-admitted')
    await sleep(WARM_UP_SECONDS * 1000)
    const before = mustUsageOf(agent.pid!)
    const began = performance.now()
    await sleep(seconds * 1000)
    const after = mustUsageOf(agent.pid!)
    const elapsed = (performance.now() - began) / 1000
    agent.kill('SIGKILL')
    return {
      megabytes: after.residentBytes / 1e6,
      cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / elapsed) * 100,
      bareMegabytes,
    }
  } finally {
    await aggregator.kill()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

export function agentArguments(
  aggregator: Pick<AggregatorUnderTest, 'connectionFile'>,
  folder: string,
): string[] {
  const place = ['--connection', aggregator.connectionFile, '--spool-root', path.join(folder, 'spools')]
  return ['agent', ...place, '--job-key', benchJobKey]
}

async function bareMemory(): Promise<number> {
  const program = "import 'zeromq'; import 'msgpackr'; setInterval(() => {}, 1e6)"
  const node = keep(
    spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: repoRoot,
      detached: true,
      stdio: 'ignore',
    }),
  )
  await sleep(1500)
  const { residentBytes } = mustUsageOf(node.pid!)
  node.kill('SIGKILL')
  return residentBytes / 1e6
}
