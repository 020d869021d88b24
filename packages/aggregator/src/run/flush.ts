import { filesOf } from '@provloom/rundir'
import type { RunFacts } from '@provloom/rundir'
import { writeDurably } from '@provloom/shared'
import { metered } from '../slices.ts'
import type { Readers } from './readers.ts'
import { tellingNow } from './run-json.ts'
import type { RunJson, RunNow } from './run-json.ts'
import type { Surroundings } from './surroundings.ts'

interface Rendered extends RunNow {
  readonly chunks: Uint8Array[]
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
  runJson: RunJson,
  still: <R>(work: Generator<void, R>) => Promise<R>,
): Promise<void> {
  const { files, clock } = around
  const began = clock.monotonicMs()
  const meter = { heldMs: 0 }
  const { chunks, ...now } = await still(metered(rendering(readers), meter))
  await writeDurably(files, filesOf(facts.runDir).provJson, chunks, 'umask')
  await runJson.write(now)
  around.tell({
    kind: 'flushed',
    runId: facts.runId,
    logs: now.logs,
    position: now.position,
    bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    tookMs: clock.monotonicMs() - began,
    heldMs: meter.heldMs,
  })
}

function* rendering(readers: Readers): Generator<void, Rendered> {
  const chunks = yield* readers.graph.renderSlices()
  yield
  const now = yield* tellingNow(readers)
  return { ...now, chunks, logs: readers.roster.logs }
}
