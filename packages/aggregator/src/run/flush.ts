import { filesOf } from '@provloom/rundir'
import { writeRunFile } from '@provloom/rundir/internal'
import type { RunFacts } from '@provloom/rundir'
import type { RunHead, RunSummary } from '@provloom/rundir/entry'
import { writeDurably } from '@provloom/shared'
import type { Lsn } from '@provloom/shared'
import { metered } from '../slices.ts'
import type { Readers } from './readers.ts'
import type { Surroundings } from './surroundings.ts'

interface Rendered {
  readonly chunks: Uint8Array[]
  readonly summary: RunSummary
  readonly head: RunHead
  readonly position: Lsn
  readonly logs: number
}

/**
 * Writes prov.json and run.json of an open run, as of one entry, and tells it.
 *
 * @param still does work while no entry is taken in
 * @throws the system's error
 */
export async function flushRun(
  around: Surroundings,
  facts: RunFacts,
  readers: Readers,
  still: <R>(work: Generator<void, R>) => Promise<R>,
): Promise<void> {
  const { files, clock } = around
  const began = clock.monotonicMs()
  const meter = { heldMs: 0 }
  const { chunks, summary, head, position, logs } = await still(metered(rendering(readers), meter))
  await writeDurably(files, filesOf(facts.runDir).provJson, chunks, 'umask')
  await writeRunFile(files, facts, {
    summary,
    head,
    journalPosition: position,
    finished: false,
    connectionFile: around.connectionFile,
    files: ['prov.json'],
  })
  around.tell({
    kind: 'flushed',
    runId: facts.runId,
    logs,
    position,
    bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    tookMs: clock.monotonicMs() - began,
    heldMs: meter.heldMs,
  })
}

function* rendering(readers: Readers): Generator<void, Rendered> {
  const { graph, roster } = readers
  const chunks = yield* graph.renderSlices()
  yield
  const head = yield* graph.headSlices()
  return { chunks, head, summary: graph.summary(), position: readers.position, logs: roster.logs }
}
