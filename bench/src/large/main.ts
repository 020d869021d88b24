/**
 * Makes a run of any size to look at:
 *
 *     node bench/dist/large/main.js --into DIR [--ranks N] [--steps N] [--more N] [--live | --stopped | --killed]
 *
 * Without sizes it is the large one, of 1e8 points, which takes some minutes and 0.6 GB. `--live` sends it as ranks of a
 * training would, 10 steps a second, until the end or Ctrl+C. With
 * `--stopped` and `--killed` its aggregator is ended when all is sent, by SIGTERM or SIGKILL: such a run has no folded curves.
 */
import { parseArgs } from 'node:util'
import { pointsOf } from '../load/training.ts'
import { large, liveRun, makeRun } from './make.ts'
import type { Size } from './make.ts'

const { values } = parseArgs({
  options: {
    into: { type: 'string' },
    ranks: { type: 'string' },
    steps: { type: 'string' },
    more: { type: 'string' },
    live: { type: 'boolean', default: false },
    stopped: { type: 'boolean', default: false },
    killed: { type: 'boolean', default: false },
  },
})
if (values.into === undefined) throw new TypeError('--into names the folder for the run')
const size: Size = {
  ranks: Number(values.ranks ?? large.ranks),
  steps: Number(values.steps ?? large.steps),
  more: Number(values.more ?? large.more),
}
const began = performance.now()
if (values.live) {
  const { runDir, sent, close } = await liveRun(size, values.into)
  process.stdout.write(`${runDir}\n`)
  await sent
  await close()
} else {
  const ends = values.killed ? 'killed' : values.stopped ? 'stopped' : 'well'
  const runDir = await makeRun(size, values.into, ends)
  const points = pointsOf(size.ranks, { ...size, beganUs: 0 })
  const seconds = (performance.now() - began) / 1000
  process.stdout.write(`${runDir}\n`)
  process.stderr.write(`${points} points in ${seconds.toFixed(1)} s\n`)
}
