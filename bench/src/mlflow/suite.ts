import fs from 'node:fs'
import path from 'node:path'
import { run } from '../machine/child.ts'
import { provloomCommand, pythonProgram } from '../machine/paths.ts'
import { venvPython } from '../machine/venv.ts'
import { pythonCallCost } from '../call/cost.ts'
import type { Amount, CallCost, QuantileName } from '../call/cost.ts'
import { mlflow, quietEnvironment } from '../call/tracker.ts'
import { figureOf } from '../figure.ts'
import type { Figure, Pair } from '../figure.ts'
import { mountSmallDisk } from '../rank/trouble.ts'
import type { Bench, Suite } from '../suite.ts'

const QUANTILES: readonly QuantileName[] = ['p50', 'p99', 'mean']
const stores = ['mlflow-files', 'mlflow-sqlite', 'mlflow-server'] as const
const troubles = ['dead', 'stopped', 'full'] as const
type Trouble = (typeof troubles)[number] | 'none'

/** What MLflow's own client costs a script where an agent answers it, beside its own stores, and what trouble behind that costs. */
export const mlflowSuite: Suite = {
  name: 'mlflow',
  title:
    "One log_metric by MLflow's client below provloom run --mlflow (limit: the same into its file store)",
  async *measure(bench) {
    const look = await venvPython(mlflow, bench.options.peers, (text) => bench.say(text))
    const python = look.kind === 'there' ? look.python : undefined
    const why = look.kind === 'there' ? '' : look.why
    if (bench.wants('mlflow.call')) yield* calls(bench, python, why)
    for (const trouble of troubles)
      if (bench.wants(`mlflow.script.${trouble}`)) yield await script(bench, python, why, trouble)
  },
}

/** The agent and each of its stores in turn, so that all see the same machine. */
async function* calls(bench: Bench, python: string | undefined, why: string): AsyncGenerator<Figure> {
  const amount = bench.options.quick ? { calls: 300, seconds: 2 } : { calls: 5_000, seconds: 8 }
  const costs: { readonly agent: CallCost; readonly stores: ReadonlyMap<string, CallCost> }[] = []
  const missing: Record<string, string> = python === undefined ? { 'mlflow-agent': why } : {}
  const repetitions = python === undefined ? 0 : bench.options.repetitions
  for (let n = 0; n < repetitions; n++) {
    if (python === undefined) break
    const found = new Map<string, CallCost>()
    for (const store of stores) {
      try {
        found.set(store, await costOf(bench, python, store, amount))
      } catch (error) {
        missing[store] = error instanceof Error ? error.message.slice(-300) : String(error)
      }
    }
    costs.push({ agent: await costOf(bench, python, 'mlflow-agent', amount), stores: found })
  }
  for (const quantile of QUANTILES) {
    const last = costs.at(-1)
    const peers = Object.fromEntries([...(last?.stores ?? [])].map(([name, cost]) => [name, cost[quantile]]))
    const pairs = costs.map(({ agent, stores: of }): Pair => ({
      value: agent[quantile],
      limit: of.get('mlflow-files')?.[quantile],
    }))
    const limitIs = "the same calls into MLflow's own file store"
    yield figureOf(
      { name: `mlflow.call.${quantile}`, unit: 'us', better: 'lower', limitIs, peers, missing },
      pairs,
    )
  }
}

async function costOf(bench: Bench, python: string, what: string, amount: Amount): Promise<CallCost> {
  const folder = bench.folder('mlflow-call')
  try {
    if (what !== 'mlflow-agent') return await pythonCallCost(python, what, folder, amount, quietEnvironment)
    return await pythonCallCost(python, what, folder, amount, quietEnvironment, below(folder))
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** What a command runs below. */
function below(folder: string, spools: string = path.join(folder, 'spools')): string[] {
  const save = path.join(folder, 'prov')
  const options = ['--sample-interval-seconds', '0', '--disable-codecarbon']
  return [
    provloomCommand,
    'run',
    '--mlflow',
    ...options,
    '--spool-root',
    spools,
    '--provenance-save-dir',
    save,
    '--',
  ]
}

/** Its time with a trouble beside its time without, in an order that changes; another exit code than its own fails the bench. */
async function script(
  bench: Bench,
  python: string | undefined,
  why: string,
  trouble: Exclude<Trouble, 'none'>,
): Promise<Figure> {
  const missing: Record<string, string> = python === undefined ? { 'mlflow-agent': why } : {}
  const pairs: Pair[] = []
  const repetitions = python === undefined ? 0 : bench.options.repetitions
  for (let n = 0; n < repetitions; n++) {
    if (python === undefined) break
    const times = new Map<Trouble, number>()
    const order: readonly Trouble[] = n % 2 === 0 ? ['none', trouble] : [trouble, 'none']
    for (const one of order) {
      const seconds = await secondsOf(bench, python, one)
      if (typeof seconds === 'string') missing['mlflow-agent'] = seconds
      else times.set(one, seconds)
    }
    const [value, limit] = [times.get(trouble), times.get('none')]
    if (value !== undefined) pairs.push({ value, limit })
  }
  return figureOf(
    {
      name: `mlflow.script.${trouble}`,
      unit: 's',
      better: 'lower',
      limitIs: 'the same script with all well, in turns',
      missing,
      goal: { of: 'ratio', bound: 1.1 },
    },
    pairs,
  )
}

/** @returns why it cannot be measured here */
async function secondsOf(bench: Bench, python: string, trouble: Trouble): Promise<number | string> {
  const folder = bench.folder('mlflow-script')
  const disk = path.join(folder, 'disk')
  fs.mkdirSync(disk)
  const mount = trouble === 'full' ? mountSmallDisk(disk) : undefined
  if (mount?.kind === 'impossible') return mount.why
  try {
    const steps = bench.options.quick ? 60 : 600
    const spools = mount === undefined ? path.join(folder, 'spools') : path.join(disk, 'spools')
    const words = [python, pythonProgram('mlflow_script.py'), String(steps), trouble, disk]
    const [command = '', ...args] = [...below(folder, spools), ...words]
    const ran = await run(command, args, quietEnvironment, { cwd: folder, timeoutMs: 300_000 })
    const said = ran.output.split('\n').findLast((line) => line.startsWith('{'))
    if (ran.code !== 7 || said === undefined)
      throw new Error(`with ${trouble} the script ended with ${ran.code}: ${ran.errors.slice(-500)}`)
    const { seconds } = JSON.parse(said) as { readonly seconds: number }
    return seconds
  } finally {
    if (mount?.kind === 'mounted') mount.undo()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
