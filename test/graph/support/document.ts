import { createGraphBuilder } from '@provloom/graph'
import type { GraphBuilder } from '@provloom/graph'
import type { RunEntry } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'
import { exampleEntries } from './example.ts'
import type { ExampleOptions } from './plan.ts'

/** The graph that an aggregator builds of these entries. */
export function graphOf(entries: Iterable<RunEntry>): GraphBuilder {
  const graph = createGraphBuilder()
  let position = 0
  for (const entry of entries) graph.take(position++ as Lsn, entry).keep()
  return graph
}

/** prov.json as it is on disk. */
export function textOf(graph: GraphBuilder): string {
  return Buffer.concat(graph.render()).toString('utf8')
}

export function exampleText(options: ExampleOptions): string {
  return textOf(graphOf(exampleEntries(options)))
}
