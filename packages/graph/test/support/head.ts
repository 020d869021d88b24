import type { RunHead } from '@provloom/rundir/entry'
import type { GraphBuilder } from '../../src/graph-builder.ts'

export function headOf(graph: GraphBuilder): RunHead {
  const slices = graph.headSlices()
  for (;;) {
    const step = slices.next()
    if (step.done === true) return step.value
  }
}
