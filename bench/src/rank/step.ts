import fs from 'node:fs'
import path from 'node:path'
import { figureOf } from '../figure.ts'
import type { Figure, Pair } from '../figure.ts'
import { AggregatorUnderTest } from '../load/aggregator.ts'
import { runForJson } from '../machine/child.ts'
import { provloomCommand, pythonProgram } from '../machine/paths.ts'
import type { Bench, Suite } from '../suite.ts'
import { agentArguments } from './agent.ts'
import { harmFigures } from './harm.ts'
import { troubles } from './trouble.ts'

const STEP_MS = 50
const PATIENCE_MS = 300_000

/** 20 steps a second, 100 metrics each, with agent and aggregator on the same machine, well and not, beside the same loop bare. */
export const stepSuite: Suite = {
  name: 'step',
  title:
    'A training step with 100 metrics, 20 steps/s, everything on this machine (limit: the same step bare)',
  async *measure(bench) {
    const work = await calibrated(bench)
    if (bench.wants('step.time')) yield await healthy(bench, work)
    for (const trouble of troubles) {
      if (bench.wants(`step.${trouble}`)) yield* harmFigures(bench, trouble, work)
    }
  },
}

async function healthy(bench: Bench, work: number): Promise<Figure> {
  const pairs: Pair[] = []
  for (let i = 0; i < bench.options.repetitions * (bench.options.quick ? 1 : 2); i++) {
    pairs.push(await pair(bench, work, i % 2 === 0))
  }
  return figureOf(
    {
      name: 'step.time',
      unit: 'ms',
      better: 'lower',
      limitIs: 'the same step without logging, agent or aggregator',
      goal: { of: 'ratio', bound: 1.005 },
    },
    pairs,
  )
}

/** Rounds of work that take as long as a step should. */
async function calibrated(bench: Bench): Promise<number> {
  const folder = bench.folder('step')
  const { median } = await measured('python3', [pythonProgram('step.py'), 'bare', '20', '100'], folder)
  return Math.max(1, Math.round((STEP_MS / median) * 100))
}

/** Which of the two is first changes: a machine that grows warm must not favour one. */
async function pair(bench: Bench, work: number, bareFirst: boolean): Promise<Pair> {
  const steps = String(bench.options.quick ? 40 : 200)
  const folder = bench.folder('step')
  const program = (mode: string): string[] => [pythonProgram('step.py'), mode, steps, String(work)]
  const bare = async (): Promise<number> => (await measured('python3', program('bare'), folder)).median
  const before = bareFirst ? await bare() : undefined
  const value = await logging(bench, program('logging'), folder)
  const limit = before ?? (await bare())
  fs.rmSync(folder, { recursive: true, force: true })
  return { value, limit }
}

async function logging(bench: Bench, program: readonly string[], folder: string): Promise<number> {
  const { insecure } = bench.options
  const aggregator = new AggregatorUnderTest({ saveDir: path.join(folder, 'prov'), insecure })
  try {
    await aggregator.heard('listening')
    const words = [provloomCommand, ...agentArguments(aggregator, folder), '--', 'python3', ...program]
    return (await measured(process.execPath, words, folder)).median
  } finally {
    await aggregator.kill()
  }
}

async function measured(command: string, words: readonly string[], cwd: string): Promise<{ median: number }> {
  const found = await runForJson(command, words, {}, { cwd, timeoutMs: PATIENCE_MS })
  return found as { median: number }
}
