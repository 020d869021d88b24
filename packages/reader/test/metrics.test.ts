import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '@provloom/reader'
import type { Reader } from '@provloom/reader'
import { givePoints } from './support/points.ts'
import { folder, makeRun } from './support/runs.ts'

const pace = { key: 'compute_time', context: 'training', source: 'step', measured: true as const }
const shown = { ...pace, ranks: 2, points: 40, first: 1, last: 1, firstStep: 0, lastStep: 19, seconds: 19 }
const others = 300

/** A run whose record tells one of its 301 metrics. */
async function many(): Promise<{ readonly reader: Reader; readonly runDir: string }> {
  const saveDir = folder()
  await makeRun(saveDir, { name: 'wide_0', head: { metrics: { shown: [shown], more: others } } })
  const runDir = path.join(saveDir, 'wide_0')
  givePoints(runDir, [
    ...Array.from({ length: 40 }, (_, i) => {
      const [rank, step] = [i % 2, Math.floor(i / 2)]
      return { ...pace, rank, step, value: rank === 1 ? 2 : 1 }
    }),
    ...Array.from({ length: others }, (_, i) => ({ rank: 0, key: `layer${i}`, step: 0, value: 1 })),
  ])
  return { reader: openReader(saveDir), runDir }
}

describe('metrics of which the record tells the first ones', () => {
  it('come page by page: those of the record, then the others', async () => {
    const { reader } = await many()
    const first = await reader.run()
    expect(first.metrics.map(({ key }) => key)).toEqual(['compute_time'])
    expect(first.metricsTotal).toBe(others + 1)
    const found: string[] = []
    for (let after = first.metricsCursor; after !== undefined;) {
      const page = await reader.run(undefined, { after })
      expect(page.metricsTotal).toBe(others + 1)
      found.push(...page.metrics.map(({ key }) => key))
      after = page.metricsCursor
    }
    expect(new Set(found)).toEqual(new Set(Array.from({ length: others }, (_, i) => `layer${i}`)))
    expect(found).toHaveLength(others)
  })

  it('are found by their beginning, all of them', async () => {
    const { reader } = await many()
    const { metrics, metricsTotal } = await reader.run(undefined, { prefix: 'layer29' })
    expect(metrics.map(({ key }) => key)).toContain('layer299')
    expect(metricsTotal).toBe(11)
  })

  it('are not counted for who is slow: that is known from a part of the points', async () => {
    const { reader } = await many()
    const { columns, ratioOf } = await reader.ranks(undefined, { sort: 'rank' })
    expect(ratioOf?.metric).toBe('training/compute_time@step')
    // The lower median of two is the quicker one.
    expect(columns.ratio).toEqual([1, 2])
    expect((await reader.why()).unread).toEqual([])
  })

  it('are there without their points, as far as the record tells', async () => {
    const { reader, runDir } = await many()
    fs.rmSync(path.join(runDir, 'metrics'), { recursive: true })
    const { metrics, metricsTotal } = await reader.run(undefined, { findings: 'known' })
    expect([metrics.length, metricsTotal]).toEqual([1, others + 1])
    expect((await reader.run(undefined, { limit: 1_000 })).metrics).toHaveLength(1)
    await expect(reader.run(undefined, { prefix: 'layer' })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    })
  })

  it('are looked for by key where NaN was counted of one that the record does not tell', async () => {
    const { reader, runDir } = await many()
    givePoints(runDir, [
      { ...pace, rank: 0, step: 0, value: 1 },
      { rank: 0, key: 'layer7', step: 3, value: 1 },
      { rank: 0, key: 'layer7', step: 4, value: NaN },
    ])
    fs.writeFileSync(path.join(runDir, 'prov.json'), JSON.stringify(evaluationOf('layer7')))
    const { findings } = await reader.why()
    expect(findings).toMatchObject([{ code: 'NAN_FIRST_SEEN', ranks: [0], since: { step: 4 } }])
  })
})

/** A graph that says that the only series of a key holds NaN. */
function evaluationOf(key: string): unknown {
  return {
    prefix: {
      run: 'http://example.org/run/',
      mls: 'http://www.w3.org/ns/mls#',
      provloom: 'https://w3id.org/provloom/ns#',
    },
    entity: {
      [`run:${key}`]: {
        'prov:label': key,
        'prov:type': { $: 'mls:ModelEvaluation', type: 'prov:QUALIFIED_NAME' },
        'provloom:nanRows': { $: '1', type: 'xsd:long' },
      },
    },
  }
}
