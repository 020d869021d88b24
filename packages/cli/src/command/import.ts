import { randomBytes } from 'node:crypto'
import { createAgent, readSpool } from '@provloom/agent'
import type { RunFinished } from '@provloom/aggregator'
import { checkOptions } from '@provloom/shared'
import { exitCode } from '../exit-code.ts'
import { AggregatorProcess } from '../launch/aggregator-process.ts'
import { argumentsFor } from '../launch/forward.ts'
import { styleFor } from '../output/style.ts'
import { renderSummary } from '../output/summary.ts'
import { version } from '../version.ts'

const STOP_MS = 60_000

/**
 * `provloom import SPOOL...`: spools that nobody collected become one run. The same aggregator and the same agents
 * do it as in a live job, so that the graph is the same; imported spools are removed.
 */
export async function importSpools(
  spools: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  for (const spool of spools) readSpool(spool)
  const options = checkOptions('aggregator', given, process.env)
  const jobKey = options.jobKey ?? `import-${randomBytes(4).toString('hex')}`
  let finished: RunFinished | undefined
  const aggregator = new AggregatorProcess(
    ['--host', '127.0.0.1', ...argumentsFor('aggregator', { collectAllProcesses: true, ...options, jobKey })],
    (status) => {
      if (status.kind === 'run-finished') finished = status
    },
    (message) => process.stderr.write(`provloom: ${message}\n`),
  )
  const { connectionFile } = await aggregator.start()
  let kept = 0
  for (const spool of spools) {
    const agent = createAgent({
      mode: { kind: 'drain', spool },
      options: { connection: connectionFile, jobKey },
      version,
    })
    const outcome = await agent.run()
    if (outcome.kind === 'served' && outcome.delivery.kind === 'kept') {
      kept++
      process.stderr.write(`provloom: ${spool} is not imported: ${outcome.delivery.reason}\n`)
    }
  }
  const late = setTimeout(() => process.stderr.write('provloom: still finishing the run\n'), STOP_MS)
  aggregator.stop()
  await aggregator.done
  clearTimeout(late)
  if (finished !== undefined) process.stderr.write(`${renderSummary(finished, styleFor(process.stderr))}\n`)
  return kept === 0 ? exitCode.ok : exitCode.unavailable
}
