import { differences, equalDocuments, readJson, writeJson } from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../src/builder.ts'
import type { RunEntry } from '@provloom/rundir/entry'
import { RunScript, give, textOf, typicalRun } from './support/run.ts'
import { trainedRun } from './support/trained.ts'

describe('the graph of a typical run', () => {
  it.each([1, 4, 20])('renders %i ranks as what document() is', (ranks) => {
    const { graph } = typicalRun(ranks)
    const read = readJson(textOf(graph))
    expect(differences(read, graph.document())).toEqual([])
    expect(equalDocuments(readJson(writeJson(graph.document())), read)).toBe(true)
  })

  it.each([4, 8, 9, 128, 1024])('keeps the size law at %i ranks', (ranks) => {
    const { graph } = typicalRun(ranks)
    const [series, artifacts, outsideSets] = [10, 3, 1]
    const law = 350 + (12 + 2 * series + 3 * outsideSets) * ranks + 3 * (ranks / 8) + 7 * artifacts
    expect(graph.document().records.length).toBeLessThanOrEqual(law)
    expect(textOf(graph).length).toBeLessThan(20_000 + 9_200 * ranks)
  })

  it.each([1, 4, 9, 128, 1024])(
    'keeps it at %i ranks that train as one, and 12 MB at a thousand',
    (ranks) => {
      const { graph } = trainedRun(ranks)
      const hosts = Math.ceil(ranks / 8)
      const [series, artifacts, outsideSets, packages] = [10, 30, 2, 98]
      // A third context, its containment and its dataset.
      const third = 3
      const law =
        350 +
        packages +
        (12 + third + 2 * series + 3 * outsideSets) * ranks +
        (3 + 2 * 16) * hosts +
        4 * artifacts
      expect(graph.document().records.length).toBeLessThanOrEqual(law)
      expect(textOf(graph).length).toBeLessThan(12_000_000)
    },
  )

  it('does not grow with the metric points', () => {
    const run = typicalRun(4)
    const before = run.graph.document().records.length
    for (let step = 0; step < 50; step++) run.log(0, [], [{ series: 0, step, value: step }])
    expect(run.graph.document().records.length).toBe(before)
  })

  it('goes on from a snapshot to the same bytes', () => {
    const whole = typicalRun(4)
    for (const at of [0, 1, 5, 9, 14, whole.entries.length - 1]) {
      const before = new RunScript()
      for (const entry of whole.entries.slice(0, at)) before.tell(entry)
      const graph = createGraphBuilder(before.graph.save())
      for (const [i, entry] of whole.entries.entries()) if (i >= at) give(graph, i, entry)
      expect(textOf(graph)).toBe(whole.text())
      expect(graph.summary()).toEqual(whole.graph.summary())
    }
  })

  it('hands out again the bytes of what did not change', () => {
    const run = typicalRun(128)
    const before = new Set(run.graph.render())
    run.log(3, [], [{ series: 0, step: 9, value: 1 }])
    const after = run.graph.render()
    const fresh = after.filter((chunk) => !before.has(chunk)).length
    expect(fresh).toBeLessThan(after.length / 3)
  })

  it('is the same bytes whether rendered once or after every few entries, its pages split in the middle', () => {
    const whole = typicalRun(200)
    // Every other rank first: the others' things come between theirs, where pages are full.
    const { entries } = whole
    const graph = createGraphBuilder()
    const rankOf = (entry: RunEntry): number => ('rank' in entry ? entry.rank : -1)
    const isLate = (entry: RunEntry): boolean => rankOf(entry) % 2 === 1
    const end = entries.filter(({ kind }) => kind === 'closed')
    const body = entries.filter(({ kind }) => kind !== 'closed')
    const order = [...body.filter((entry) => !isLate(entry)), ...body.filter(isLate), ...end]
    for (const [i, entry] of order.entries()) {
      give(graph, i, entry)
      if (i % 97 === 0) graph.render()
    }
    const atOnce = createGraphBuilder()
    for (const [i, entry] of order.entries()) give(atOnce, i, entry)
    expect(textOf(graph)).toBe(textOf(atOnce))
  })

  it('does not depend on the order in which ranks come', () => {
    expect(arriving([2, 0, 3, 1])).toBe(arriving([0, 1, 2, 3]))
  })
})

/** prov.json without times of a run whose ranks come in this order. */
function arriving(order: readonly number[]): string {
  const run = new RunScript().open()
  for (const rank of order) run.admit(rank)
  for (const rank of order) run.log(rank, [{ type: 'param', key: 'lr', valueType: 'float', value: '0.1' }])
  return run.text().replaceAll(/"prov:time":"[^"]*"|"prov:startTime":"[^"]*"/g, '')
}
