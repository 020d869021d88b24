import fs from 'node:fs'
import { figureOf } from '../figure.ts'
import type { Figure, Goal } from '../figure.ts'
import { pythonClient } from '../machine/paths.ts'
import { venvPython } from '../machine/venv.ts'
import type { Bench, Suite } from '../suite.ts'
import { pythonCallCost } from './cost.ts'
import type { Amount, CallCost, QuantileName } from './cost.ts'
import { nodeCallCost } from './node-cost.ts'
import { trackers } from './tracker.ts'

const QUANTILES: readonly QuantileName[] = ['p50', 'p99', 'p999', 'max', 'mean']
type Goals = Readonly<Partial<Record<QuantileName, Goal>>>
const GOALS: Goals = {
  p50: { of: 'value', bound: 2 },
  p99: { of: 'value', bound: 10 },
  max: { of: 'value', bound: 1000 },
}

/** What a log call costs in the worker, with nothing behind it; peers in the same run. */
export const callSuite: Suite = {
  name: 'call',
  title: 'One log_metric in the worker (limit: one write of the same 41 bytes; the timer is in every time)',
  async *measure(bench) {
    if (bench.wants('call.python')) yield* python(bench)
    if (bench.wants('call.step')) yield* step(bench)
    if (bench.wants('call.node')) yield* node(bench)
  },
}

function amountOf(bench: Bench): Amount {
  return bench.options.quick ? { calls: 20_000, seconds: 3 } : { calls: 200_000, seconds: 15 }
}

async function* python(bench: Bench): AsyncGenerator<Figure> {
  const costs = await clientCosts(bench, 'provloom')
  const { found, missing } = await peers(bench)
  yield* figures('call.python', costs, found, missing, GOALS)
}

/** A `with provloom.step(i)` around nothing, which writes two records. */
async function* step(bench: Bench): AsyncGenerator<Figure> {
  yield* figures('call.step', await clientCosts(bench, 'provloom-step'), new Map(), {}, {})
}

async function clientCosts(bench: Bench, what: string): Promise<CallCost[]> {
  const costs: CallCost[] = []
  for (let i = 0; i < bench.options.repetitions; i++) {
    const folder = bench.folder('call-python')
    const environment = { PYTHONPATH: pythonClient }
    costs.push(await pythonCallCost('python3', what, folder, amountOf(bench), environment))
    fs.rmSync(folder, { recursive: true })
  }
  return costs
}

async function* node(bench: Bench): AsyncGenerator<Figure> {
  const costs: CallCost[] = []
  for (let i = 0; i < bench.options.repetitions; i++) {
    const folder = bench.folder('call-node')
    costs.push(await nodeCallCost(folder, amountOf(bench)))
    fs.rmSync(folder, { recursive: true })
  }
  yield* figures('call.node', costs, new Map(), {}, {})
}

function* figures(
  name: string,
  costs: readonly CallCost[],
  found: ReadonlyMap<string, CallCost>,
  missing: Readonly<Record<string, string>>,
  goals: Goals,
): Generator<Figure> {
  for (const quantile of QUANTILES) {
    const goal = goals[quantile]
    yield figureOf(
      {
        name: `${name}.${quantile}`,
        unit: 'us',
        better: 'lower',
        limitIs: 'one write of the same bytes, same process',
        peers: Object.fromEntries([...found].map(([peer, cost]) => [peer, cost[quantile]])),
        missing,
        ...(goal === undefined ? {} : { goal }),
      },
      costs.map((cost) => ({ value: cost[quantile], limit: cost.append[quantile] })),
    )
  }
}

/** Every tracker that is installed, once each; those that cannot be measured by name, with the reason. */
async function peers(
  bench: Bench,
): Promise<{ found: Map<string, CallCost>; missing: Record<string, string> }> {
  const found = new Map<string, CallCost>()
  const missing: Record<string, string> = {}
  const amount = bench.options.quick ? { calls: 500, seconds: 1 } : { calls: 20_000, seconds: 8 }
  for (const tracker of [undefined, ...trackers]) {
    const folder = bench.folder('call-peer')
    const name = tracker?.name ?? 'text-file'
    try {
      const look =
        tracker === undefined
          ? { kind: 'there' as const, python: 'python3' }
          : await venvPython(tracker.venv, bench.options.peers, (text) => bench.say(text))
      if (look.kind === 'absent') missing[name] = look.why
      else found.set(name, await pythonCallCost(look.python, name, folder, amount))
    } catch (error) {
      missing[name] = error instanceof Error ? error.message.slice(-300) : String(error)
    }
    fs.rmSync(folder, { recursive: true, force: true })
  }
  return { found, missing }
}
