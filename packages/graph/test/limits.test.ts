import { expect, test } from 'vitest'
import { limits } from '@provloom/shared'
import type { Attempt, Lsn, Rank } from '@provloom/shared'
import { labelled, relations, values } from './support/look.ts'
import { RunScript } from './support/run.ts'

const rank = 'run:rank-0'

test('of a text longer than textLengthMax the graph has the beginning, and how long it is', () => {
  const run = new RunScript().open().admit(0)
  const value = 'x'.repeat(limits.textLengthMax + 1)
  run.log(0, [{ type: 'host', host: 'node0', machine: value }])
  const [told] = values(run.graph.document(), 'run:host-node0', 'machine')
  expect(told).toBe(`${value.slice(1)}... (cut, ${limits.textLengthMax + 1} characters)`)
})

test('problems of a rank are counted, all, and problemsKeptMax of them are in words', () => {
  const run = new RunScript().open().admit(0)
  for (let n = 0; n <= limits.problemsKeptMax; n++)
    run.log(0, [{ type: 'problem', code: 'FACTS', message: `${n}` }])
  const document = run.graph.document()
  expect(values(document, rank, 'problem')).toHaveLength(limits.problemsKeptMax)
  expect(values(document, rank, 'problems')).toEqual([String(limits.problemsKeptMax + 1)])
})

test('a problem in words is problemLengthMax long at the most', () => {
  const run = new RunScript().open().admit(0)
  run.log(0, [{ type: 'problem', code: 'FACTS', message: 'x'.repeat(limits.problemLengthMax) }])
  const [words] = values(run.graph.document(), rank, 'problem')
  expect(words).toHaveLength(limits.problemLengthMax)
  expect(words).toMatch(/x\.\.\.$/)
})

test('a run as a whole has remarksMax remarks at the most', () => {
  const run = new RunScript().open().admit(0)
  for (let n = 0; n <= limits.remarksMax; n++)
    run.tell({ kind: 'remark', time: run.nowUs, code: 'RANKS_APART', message: `${n}` })
  expect(run.graph.told().words).toHaveLength(limits.remarksMax)
})

test('ranks that are not collected and did not end well are told of up to bystandersMax', () => {
  const run = new RunScript().open({ collectAllProcesses: false }).admit(0)
  for (let n = 1; n <= limits.bystandersMax + 1; n++)
    run.tell({
      kind: 'uncollected',
      time: run.nowUs,
      rank: n as Rank,
      attempt: 0 as Attempt,
      status: 'failed',
    })
  expect(run.graph.summary().problemKinds).toEqual([
    expect.objectContaining({ code: 'NOT_COLLECTED', count: limits.bystandersMax }),
  ])
})

test('the graph names packagesShownMax packages, and counts all', () => {
  const run = new RunScript().open().admit(0)
  const packages = Object.fromEntries(
    Array.from({ length: limits.packagesShownMax + 1 }, (_, n) => [`p${n}`, '1']),
  )
  run.log(0, [{ type: 'environment', packages, packagesSha256: 'a' }])
  const document = run.graph.document()
  const [environment] = labelled(document, 'Environment', 'environment')
  expect(relations(document, 'hadMember').filter(([from]) => `run:${from}` === environment)).toHaveLength(
    limits.packagesShownMax,
  )
  expect(values(document, environment!, 'packages')).toEqual([String(limits.packagesShownMax + 1)])
  expect(values(document, environment!, 'packagesLeftOut')).toEqual(['1'])
})

test('seriesInDocumentMax series are in the document, measurements where users leave room, and the others are counted', () => {
  const run = new RunScript().open()
  const ranks = Math.ceil(limits.seriesInDocumentMax / limits.seriesPerStreamMax)
  run.admit(0).log(0, [{ type: 'series', id: 0, key: 'load', measures: 'rank' }], [], 0, 'agent-1')
  let left = limits.seriesInDocumentMax - 1
  for (let rank = 0; rank < ranks; rank++) {
    const some = Math.min(left, limits.seriesPerStreamMax)
    left -= some
    run.admit(rank).log(
      rank,
      Array.from({ length: some }, (_, id) => ({ type: 'series', id, key: `m${id}` }) as const),
    )
  }
  const told = (): unknown[] => {
    const text = run.text()
    return [
      text.match(/^"run:rank-\d+\.series\./gm)?.length,
      text.match(/^"run:rank-\d+\.measured\./gm)?.length ?? 0,
      /"provloom:seriesLeftOut":(\d+)/.exec(text)?.[1],
    ]
  }
  const max = limits.seriesInDocumentMax
  expect(told()).toEqual([max - 1, 1, undefined])
  run.log(0, [{ type: 'series', id: 0, key: 'one more' }], [], 0, 'worker-2')
  expect(told()).toEqual([max, 0, '1'])
  run.log(0, [{ type: 'series', id: 1, key: 'too many' }], [], 0, 'worker-2')
  expect(told()).toEqual([max, 0, '2'])
})

test('partsInDocumentMax parts of the metric store are in the document, and all are counted', () => {
  const run = new RunScript().open()
  const count = limits.partsInDocumentMax + 1
  const parts = Array.from({ length: count }, (_, n) => ({
    file: `metrics/part-${String(n).padStart(12, '0')}.parquet`,
    rows: 1,
    bytes: 1,
    sha256: 'a',
  }))
  run.tell({ kind: 'parts', parts, through: 0 as Lsn })
  const document = run.graph.document()
  expect(relations(document, 'hadMember').filter(([store]) => store === 'metrics')).toHaveLength(count - 1)
  expect(values(document, 'run:metrics', 'parts')).toEqual([String(count)])
  expect(values(document, 'run:metrics', 'partsLeftOut')).toEqual(['1'])
})

test('a context is inside contextDepthMax others, and is told when it is deeper', () => {
  const run = new RunScript().open().admit(0)
  const max = limits.contextDepthMax
  for (let i = 1; i <= max + 1; i++)
    run.log(0, [{ type: 'context', name: `c${i}`, parent: `c${i - 1}`, edge: 'start' }])
  const document = run.graph.document()
  expect(values(document, `run:rank-0.c${max}`, 'isPartOf')).toEqual([`run:rank-0.c${max - 1}`])
  expect(values(document, `run:rank-0.c${max + 1}`, 'isPartOf')).toEqual(['run:rank-0'])
  expect(values(document, 'run:rank-0', 'problem').join()).toContain('BAD_CONTEXT')
})

test('a rank is in groupsOfRankMax process groups, and further ones are told', () => {
  const run = new RunScript().open().admit(0)
  const max = limits.groupsOfRankMax
  for (let i = 0; i < max + 2; i++)
    run.log(0, [{ type: 'group', library: 'mpi4py', rendezvous: `r${i}`, worldSize: 2 }])
  expect(run.text().match(/^"run:group\.0\.[0-9a-f]+":/gm)).toHaveLength(max)
  expect(values(run.graph.document(), 'run:rank-0', 'problem').join()).toContain('process groups')
})

test('a machine is told of by hostFactsMax different descriptions at the most', () => {
  const run = new RunScript().open()
  const count = limits.hostFactsMax + 1
  for (let rank = count; rank > 0; rank--) {
    run.admit(rank, 0, 'node0')
    run.log(rank, [{ type: 'host', host: 'node0', cores: rank }])
  }
  // The first rank would hold, but for the bound.
  expect(values(run.graph.document(), 'run:host-node0', 'cores')).toEqual(['2'])
})
