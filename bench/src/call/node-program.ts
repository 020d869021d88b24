/** What one logMetric costs in Node: node node-program.js FOLDER CALLS SECONDS; the same as python/call_cost.py. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { quantile } from '../statistics.ts'
import type { CallCost, Quantiles } from './cost.ts'
import { openClient } from './node-client.ts'

const BLOCK = 1000
const WARM_UP = 5000

function timed(log: (i: number) => void, times: number[], first: number): void {
  for (let i = first; i < first + BLOCK; i++) {
    const begin = process.hrtime.bigint()
    log(i)
    times.push(Number(process.hrtime.bigint() - begin) / 1000)
  }
}

function quantiles(times: readonly number[]): Quantiles {
  return {
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    p999: quantile(times, 0.999),
    max: quantile(times, 1),
    mean: times.reduce((sum, time) => sum + time, 0) / times.length,
    calls: times.length,
  }
}

const [folder, calls, seconds] = process.argv.slice(2)
const client = openClient(folder!)
const file = fs.openSync(path.join(folder!, 'append'), 'a')
const record = randomBytes(41)
const append = (): void => void fs.writeSync(file, record)
const log = (i: number): void => client.log(i)
for (let i = 0; i < WARM_UP; i++) {
  log(i)
  append()
}
const ours: number[] = []
const limit: number[] = []
const timer: number[] = []
const until = performance.now() + Number(seconds) * 1000
while (ours.length < Number(calls) && performance.now() < until) {
  timed(log, ours, ours.length + WARM_UP)
  timed(append, limit, 0)
  timed(() => {}, timer, 0)
}
const cost: CallCost = { ...quantiles(ours), append: quantiles(limit), timer: quantiles(timer).p50 }
process.stdout.write(`${JSON.stringify(cost)}\n`)
client.close()
