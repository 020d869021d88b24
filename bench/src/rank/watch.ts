import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { figureOf } from '../figure.ts'
import type { Pair } from '../figure.ts'
import { AggregatorUnderTest } from '../load/aggregator.ts'
import { runForJson } from '../machine/child.ts'
import { keep } from '../machine/kin.ts'
import { provloomCommand, pythonProgram } from '../machine/paths.ts'
import { mustUsageOf } from '../machine/usage.ts'
import type { Bench, Suite } from '../suite.ts'
import { agentArguments } from './agent.ts'

const intervals = [10, 1] as const
const warmUpSeconds = 4
const stepMs = 50
const patienceMs = 300_000

/** What a machine of two packages with their memory and a platform counts: this one may have none of it. */
const zones = ['package-0', 'dram', 'package-1', 'dram', 'psys'] as const
const places = ['intel-rapl:0', 'intel-rapl:0:0', 'intel-rapl:1', 'intel-rapl:1:0', 'intel-rapl:2'] as const
const asThere = 'mount --bind "$0" /sys/class && exec "$@"'

const unwatched = ['--disable-codecarbon', '--sample-interval-seconds', '0'] as const

/** An agent that watches its machine, beside one that takes no samples and counts no energy. */
export const watchSuite: Suite = {
  name: 'watch',
  title: 'The watch of a machine with five RAPL counters (limit: the same agent without samples and energy)',
  async *measure(bench) {
    if (!hasNamespaces()) return
    for (const seconds of intervals) {
      if (!bench.wants(`watch.cpu.${seconds}s`)) continue
      yield figureOf(
        {
          name: `watch.cpu.${seconds}s`,
          unit: '% of a core',
          better: 'lower',
          limitIs: 'the agent without samples and energy',
        },
        await pairs(bench, (flags) => processor(bench, flags), seconds),
      )
    }
    if (!bench.wants('watch.step')) return
    const work = await calibrated(bench)
    for (const seconds of intervals)
      yield figureOf(
        {
          name: `watch.step.${seconds}s`,
          unit: 'ms',
          better: 'lower',
          limitIs: 'the same step beside an agent without samples and energy',
          goal: { of: 'ratio', bound: 1.005 },
        },
        await pairs(bench, (flags) => step(bench, work, flags), seconds),
      )
  },
}

/** Which of the two is first changes. */
async function pairs(
  bench: Bench,
  measure: (flags: readonly string[]) => Promise<number>,
  seconds: number,
): Promise<Pair[]> {
  const found: Pair[] = []
  const watched = ['--sample-interval-seconds', String(seconds)]
  for (let i = 0; i < bench.options.repetitions; i++) {
    const before = i % 2 === 0 ? await measure(unwatched) : undefined
    const value = await measure(watched)
    found.push({ value, limit: before ?? (await measure(unwatched)) })
  }
  return found
}

/** The share of a core that the agent takes beside a worker that logs ten metrics a second. */
async function processor(bench: Bench, flags: readonly string[]): Promise<number> {
  const seconds = bench.options.quick ? 5 : 30
  return beside(bench, async (aggregator, folder) => {
    const worker = [pythonProgram('paced.py'), '10', String(seconds + warmUpSeconds + 2)]
    const [command, ...words] = agentThere(aggregator, folder, flags, worker)
    const agent = keep(spawn(command, words, { detached: true, stdio: 'ignore' }))
    await aggregator.heard('rank-admitted')
    await sleep(warmUpSeconds * 1000)
    const before = mustUsageOf(agent.pid!)
    const began = performance.now()
    await sleep(seconds * 1000)
    const after = mustUsageOf(agent.pid!)
    const elapsed = (performance.now() - began) / 1000
    agent.kill('SIGKILL')
    return ((after.cpuSeconds - before.cpuSeconds) / elapsed) * 100
  })
}

/** A step of a training, median. */
async function step(bench: Bench, work: number, flags: readonly string[]): Promise<number> {
  const steps = String(bench.options.quick ? 40 : 400)
  return beside(bench, async (aggregator, folder) => {
    const worker = [pythonProgram('step.py'), 'logging', steps, String(work)]
    const [command, ...words] = agentThere(aggregator, folder, flags, worker)
    return (await measured(command, words, folder)).median
  })
}

async function calibrated(bench: Bench): Promise<number> {
  const { median } = await measured(
    'python3',
    [pythonProgram('step.py'), 'bare', '20', '100'],
    bench.folder('watch'),
  )
  return Math.max(1, Math.round((stepMs / median) * 100))
}

async function beside(
  bench: Bench,
  measure: (aggregator: AggregatorUnderTest, folder: string) => Promise<number>,
): Promise<number> {
  const folder = bench.folder('watch')
  const { insecure } = bench.options
  const aggregator = new AggregatorUnderTest({ saveDir: path.join(folder, 'prov'), insecure })
  try {
    await aggregator.heard('listening')
    return await measure(aggregator, folder)
  } finally {
    await aggregator.kill()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function agentThere(
  aggregator: AggregatorUnderTest,
  folder: string,
  flags: readonly string[],
  worker: readonly string[],
): [string, ...string[]] {
  const agent = [process.execPath, provloomCommand, ...agentArguments(aggregator, folder), ...flags]
  return ['unshare', '-m', 'sh', '-c', asThere, machineIn(folder), ...agent, '--', 'python3', ...worker]
}

function machineIn(folder: string): string {
  const there = path.join(folder, 'class')
  for (const [i, place] of places.entries()) {
    const zone = path.join(there, 'powercap', place)
    fs.mkdirSync(zone, { recursive: true })
    const files = { name: zones[i], energy_uj: 1e9 * (i + 1), max_energy_range_uj: 262_143_328_850 }
    for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(zone, file), `${text}\n`)
  }
  return there
}

function hasNamespaces(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function measured(
  command: string,
  words: readonly string[],
  cwd: string,
): Promise<{ readonly median: number }> {
  const found = await runForJson(command, words, {}, { cwd, timeoutMs: patienceMs })
  return found as { median: number }
}
