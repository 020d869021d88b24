import type { RunEntry } from '@provloom/rundir/entry'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { effort, seedOf } from '../../../test/support/effort.ts'
import { createGraphBuilder } from '../src/builder.ts'
import { RunScript, give, startUs, textOf } from './support/run.ts'
import { mixed, ranks, someStreams } from './support/streams.ts'

it('is the same, byte for byte, in whatever order the streams of its ranks come', () => {
  fc.assert(
    fc.property(someStreams, fc.infiniteStream(fc.nat(5)), (queues, choices) => {
      const inOrder = entriesOf(queues.flat())
      expect(textOf(graphOf(entriesOf(mixed(queues, choices))))).toBe(textOf(graphOf(inOrder)))
    }),
    { numRuns: 150 * effort, seed: seedOf(20_261_128) },
  )
})

function entriesOf(records: readonly RunEntry[]): RunEntry[] {
  const run = new RunScript().open()
  for (const rank of ranks) {
    run.admit(rank)
    const entry = run.entries.pop()
    if (entry?.kind === 'admitted') run.entries.push({ ...entry, hostId: 'aabbccdd-1' })
  }
  const end: RunEntry = { kind: 'closed', time: startUs + 1e8, cause: 'stopped' }
  return [...run.entries, ...records, end]
}

function graphOf(entries: readonly RunEntry[]): ReturnType<typeof createGraphBuilder> {
  const graph = createGraphBuilder()
  for (const [i, entry] of entries.entries()) give(graph, i, entry)
  return graph
}
