import fs from 'node:fs'
import path from 'node:path'
import { givePoints } from '../../../packages/reader/test/support/points.ts'
import { makeRun } from '../../../packages/reader/test/support/runs.ts'
import { repository } from '../../support/cli.ts'

const golden = path.join(repository, 'test/data/golden/ended/prov/golden_0/prov.json')
const [ranks, steps] = [4, 40]

/** A run of 4 ranks with a loss, a step time of which rank 2 takes twice as much from step 10 on, a model, and a graph. */
export async function makeTraining(
  saveDir: string,
  name: string,
  rate: number,
  status: 'completed' | 'running' = 'completed',
): Promise<void> {
  const shown = ['loss', 'step_time'].map((key) => ({
    key,
    context: 'training',
    ranks,
    points: ranks * steps,
    first: 1,
    last: rate,
    min: rate,
    max: 1,
    firstStep: 0,
    lastStep: steps - 1,
    seconds: steps - 1,
  }))
  await makeRun(saveDir, {
    name,
    ranks,
    status,
    params: { learning_rate: rate, batch_size: 50 },
    outputs: [{ name: 'model0.bin', kind: 'model', size: 4, sha256: 'ab'.repeat(32), step: steps - 1 }],
    head: { metrics: { shown, more: 0 } },
  })
  const all = Array.from({ length: ranks * steps }, (_, at) => [at % ranks, Math.floor(at / ranks)] as const)
  givePoints(
    path.join(saveDir, name),
    ['loss', 'step_time'].flatMap((key) =>
      all.map(([rank, step]) => ({
        rank,
        key,
        step,
        value: key === 'loss' ? 1 / (1 + step * rate) : rank === 2 && step >= 10 ? 0.8 : 0.4,
      })),
    ),
  )
  fs.copyFileSync(golden, path.join(saveDir, name, 'prov.json'))
}

/** A run of as many metrics, each of one point, of which run.json shows the first. */
export async function makeWide(saveDir: string, name: string, metrics: number): Promise<void> {
  const key = (at: number): string => `layer_${String(at).padStart(5, '0')}/norm`
  const one = { context: 'training', ranks: 1, points: 1, first: 1, last: 1, seconds: 0 }
  const shown = Array.from({ length: 50 }, (_, at) => ({ ...one, key: key(at), firstStep: 0, lastStep: 0 }))
  await makeRun(saveDir, { name, ranks: 1, head: { metrics: { shown, more: metrics - shown.length } } })
  const points = Array.from({ length: metrics }, (_, at) => ({ rank: 0, key: key(at), step: 0, value: at }))
  givePoints(path.join(saveDir, name), points)
}
