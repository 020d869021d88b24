import { expect, test } from 'vitest'
import { limits } from '@provloom/shared'
import type { Attempt, Rank } from '@provloom/shared'
import { values } from './support/look.ts'
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
  const text = run.text()
  expect(text.match(/p\d+==1|p\d+ 1/g)).toHaveLength(limits.packagesShownMax)
  expect(text).toContain(`"provloom:packages":${limits.packagesShownMax + 1}`)
})
