import { equalDocuments, differences, readJson, writeJson } from '@provloom/prov'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../src/graph/builder.ts'
import { textOf, typicalRun, RunScript } from './support/run.ts'

describe('the graph of a typical run', () => {
  it.each([1, 4, 20])('renders %i ranks as what document() is', (ranks) => {
    const { graph } = typicalRun(ranks)
    const read = readJson(textOf(graph))
    expect(differences(read, graph.document())).toEqual([])
    expect(equalDocuments(readJson(writeJson(graph.document())), read)).toBe(true)
  })

  it.each([4, 128, 1024])('keeps the size law at %i ranks', (ranks) => {
    const { graph } = typicalRun(ranks)
    const document = graph.document()
    const bytes = textOf(graph).length
    console.log(ranks, document.records.length, 200 + 15 * ranks + 9, bytes)
    expect(document.records.length).toBeLessThanOrEqual(200 + 15 * ranks + 3 * 3)
    expect(bytes).toBeLessThan(5_000_000)
  })

  it('goes on from a snapshot to the same bytes', () => {
    const whole = typicalRun(4)
    for (const at of [0, 1, 5, 9, 14, whole.entries.length - 1]) {
      const before = new RunScript()
      for (const entry of whole.entries.slice(0, at)) before.tell(entry)
      const graph = createGraphBuilder(before.graph.save())
      for (const [i, entry] of whole.entries.entries()) if (i >= at) graph.apply(i as never, entry)
      expect(textOf(graph)).toBe(whole.text())
      expect(graph.summary()).toEqual(whole.graph.summary())
    }
  })

  it('prints', () => {
    console.log(typicalRun(1).text())
  })
})
