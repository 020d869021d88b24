import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { figureOf } from '../figure.ts'
import type { Figure } from '../figure.ts'
import { AggregatorUnderTest } from '../load/aggregator.ts'
import { keep } from '../machine/kin.ts'
import { provloomCommand, pythonProgram } from '../machine/paths.ts'
import type { Bench } from '../suite.ts'
import { agentArguments } from './agent.ts'
import { LateWire, endAgent, mountSmallDisk, strike } from './trouble.ts'
import type { Trouble } from './trouble.ts'

/** What python/harm.py leaves: milliseconds a step, microseconds a call. */
interface Harm {
  readonly logging: number
  readonly bare: number
  readonly calls: Longest
  readonly writes: Longest
}

interface Longest {
  readonly maxUs: number
  /** Of those during which no other program was given the processor. */
  readonly ownMaxUs: number
  /** Share of more than 1 ms. */
  readonly slow: number
}

const PATIENCE_MS = 300_000
/** More than a disk of 2 MiB holds. */
const FILL = 100_000

/** Agent and worker in a group whose leader is neither: the worker shall outlive a killed agent, and the bench neither. */
const LEADER =
  '"$@" & echo $! > agent.pid.tmp; mv agent.pid.tmp agent.pid; while [ -e leader ]; do sleep 1; done'

/** What trouble behind the client costs a training loop, and the longest it held one call. */
export async function* harmFigures(bench: Bench, trouble: Trouble, work: number): AsyncGenerator<Figure> {
  const found: Harm[] = []
  const repetitions = Math.min(bench.options.quick ? 1 : 3, bench.options.repetitions)
  for (let i = 0; i < repetitions; i++) {
    const one = await round(bench, trouble, work)
    if (typeof one === 'string') {
      yield* missing(trouble, one)
      return
    }
    found.push(one)
  }
  yield* figuresOf(trouble, found)
}

function* figuresOf(trouble: Trouble, found: readonly Harm[]): Generator<Figure> {
  yield figureOf(
    { ...stepFacts(trouble), limitIs: 'the same steps without logging, same process' },
    found.map((one) => ({ value: one.logging, limit: one.bare })),
  )
  yield figureOf(
    { ...callFacts(trouble), limitIs: 'the longest of as many writes of the same bytes, same process' },
    found.map((one) => ({ value: one.calls.maxUs, limit: one.writes.maxUs })),
  )
  yield figureOf(
    { ...ownFacts(trouble), limitIs: 'the same of as many writes of the same bytes, same process' },
    found.map((one) => ({ value: one.calls.ownMaxUs, limit: one.writes.ownMaxUs })),
  )
  const slow = figureOf(
    { ...slowFacts(trouble), limitIs: 'as many writes of the same bytes, same process' },
    found.map((one) => ({ value: one.calls.slow * 1e6, limit: one.writes.slow * 1e6 })),
  )
  // Where not one write took a millisecond there is no ratio to it.
  yield Number.isFinite(slow.ratio) ? slow : { ...slow, ratio: null, spread: null }
}

function* missing(trouble: Trouble, why: string): Generator<Figure> {
  for (const facts of [stepFacts(trouble), callFacts(trouble), ownFacts(trouble), slowFacts(trouble)]) {
    const none = figureOf({ ...facts, missing: { tmpfs: why } }, [{ value: Number.NaN }])
    yield { ...none, spread: null, repetitions: 0, goal: null }
  }
}

type Facts = Parameters<typeof figureOf>[0]

function stepFacts(trouble: Trouble): Facts {
  return { name: `step.${trouble}`, unit: 'ms', better: 'lower', goal: { of: 'ratio', bound: 1.005 } }
}

function callFacts(trouble: Trouble): Facts {
  return { name: `step.${trouble}.callMax`, unit: 'us', better: 'lower' }
}

/** The promise is about us: what another program took is not in it. */
function ownFacts(trouble: Trouble): Facts {
  return {
    name: `step.${trouble}.callMax.own`,
    unit: 'us',
    better: 'lower',
    goal: { of: 'value', bound: 1000 },
  }
}

function slowFacts(trouble: Trouble): Facts {
  return { name: `step.${trouble}.over1ms`, unit: 'per million calls', better: 'lower' }
}

/** @returns why it cannot be measured here, when it cannot */
async function round(bench: Bench, trouble: Trouble, work: number): Promise<Harm | string> {
  const folder = bench.folder('harm')
  const spools = path.join(folder, 'spools')
  fs.mkdirSync(spools, { mode: 0o700 })
  const disk = trouble === 'full' ? mountSmallDisk(spools) : undefined
  if (disk?.kind === 'impossible') return disk.why
  const aggregator = new AggregatorUnderTest({
    saveDir: path.join(folder, 'prov'),
    insecure: bench.options.insecure,
  })
  let wire: LateWire | undefined
  try {
    await aggregator.heard('listening')
    wire = trouble === 'slow' ? await LateWire.before(aggregator.connectionFile, folder) : undefined
    const connectionFile = wire?.connectionFile ?? aggregator.connectionFile
    return await measured(bench, trouble, work, folder, aggregator, connectionFile)
  } finally {
    wire?.close()
    await aggregator.kill()
    if (disk?.kind === 'mounted') disk.undo()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function measured(
  bench: Bench,
  trouble: Trouble,
  work: number,
  folder: string,
  aggregator: AggregatorUnderTest,
  connectionFile: string,
): Promise<Harm> {
  const steps = String(bench.options.quick ? 20 : 200)
  const fill = String(trouble === 'full' ? FILL : 100)
  const program = [pythonProgram('harm.py'), folder, steps, String(work), fill]
  const agent = [provloomCommand, ...agentArguments({ connectionFile }, folder), '--', 'python3', ...program]
  fs.writeFileSync(path.join(folder, 'leader'), '')
  const leader = keep(
    spawn('/bin/sh', ['-c', LEADER, 'sh', process.execPath, ...agent], {
      cwd: folder,
      detached: true,
      stdio: 'ignore',
    }),
  )
  let pid: number | undefined
  try {
    await appears(path.join(folder, 'ready'))
    await aggregator.heard('rank-admitted')
    pid = Number(fs.readFileSync(path.join(folder, 'agent.pid'), 'utf8'))
    await strike(trouble, pid, aggregator)
    fs.writeFileSync(path.join(folder, 'go'), '')
    await appears(path.join(folder, 'result.json'))
    const result = JSON.parse(fs.readFileSync(path.join(folder, 'result.json'), 'utf8')) as
      | Harm
      | { readonly error: string }
    if ('error' in result) throw new Error(`the training loop was harmed (${trouble}): ${result.error}`)
    return result
  } finally {
    if (pid !== undefined) endAgent(pid)
    leader.kill('SIGKILL')
  }
}

async function appears(file: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  while (!fs.existsSync(file)) {
    if (performance.now() > until) throw new Error(`${file} did not appear in ${PATIENCE_MS / 1000} s`)
    await sleep(100)
  }
}
