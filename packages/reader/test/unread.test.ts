import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { Reader } from '@provloom/reader'
import { givePoints } from './support/points.ts'
import { folder, makeRun } from './support/runs.ts'

/** A run of 2 ranks with a step timer, whose file is then overwritten. */
async function damaged(file: (runDir: string) => string): Promise<Reader> {
  const saveDir = folder()
  const shown = { key: 'compute_time', source: 'step', measured: true, ranks: 2, points: 40 } as const
  const ends = { first: 1, last: 1, firstStep: 0, lastStep: 19, seconds: 19 }
  await makeRun(saveDir, { name: 'digits_0', head: { metrics: { shown: [{ ...shown, ...ends }], more: 0 } } })
  const runDir = path.join(saveDir, 'digits_0')
  givePoints(
    runDir,
    [0, 1].flatMap((rank) =>
      Array.from({ length: 20 }, (_, step) => ({
        rank,
        step,
        value: 1,
        key: 'compute_time',
        context: null,
        source: 'step',
      })),
    ),
  )
  fs.writeFileSync(file(runDir), 'not what it was')
  return openReader(saveDir)
}

const graph = (runDir: string): string => path.join(runDir, 'prov.json')
const part = (runDir: string): string => {
  const metrics = path.join(runDir, 'metrics')
  return path.join(metrics, fs.readdirSync(metrics)[0]!)
}

describe('what cannot be read is told with what is known without it', () => {
  it('of a graph: the head has no environment, and says why', async () => {
    const { unread, environment, hosts, going } = await (await damaged(graph)).run()
    expect(unread.map(({ of, code }) => [of, code])).toEqual([['graph', 'FILE_UNREADABLE']])
    expect([environment, hosts.shown, going?.step]).toEqual([[], ['n00', 'n01'], 19])
  })

  it('of points: ranks have no ratio, once in the head, and the ranks themselves are there', async () => {
    const reader = await damaged(part)
    const { unread, ratioOf, columns } = await reader.ranks()
    expect(unread.map(({ of, code }) => [of, code])).toEqual([['points', 'FILE_UNREADABLE']])
    expect([ratioOf, columns.rank]).toEqual([undefined, [0, 1]])
    expect((await reader.run()).unread).toEqual(unread)
  })
})
