import type { RunFile } from '@provloom/rundir'
import type { RunGraph } from './graph/run-graph.ts'
import { prov, schema } from './vocabulary.ts'

/** What files of a run directory are, as its record has it: SHA-256 by path. Of a run that goes on nothing is held to it. */
export function expectedOf(run: RunFile, graph: RunGraph): ReadonlyMap<string, string> {
  if (run.status === 'running') return new Map()
  const expected = new Map(run.parts.map(({ file, sha256 }) => [file, sha256]))
  for (const one of graph.elements()) {
    const hashes = one.texts(schema('sha256'))
    const locations = one.texts(prov('location'))
    if (hashes.length === 1) for (const at of locations) expected.set(at, hashes[0]!)
  }
  return expected
}
