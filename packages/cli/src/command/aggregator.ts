import { createAggregator } from '@provloom/aggregator'
import type { AggregatorStatus } from '@provloom/aggregator'
import { checkOptions, printable } from '@provloom/shared'
import { exitCode } from '../exit-code.ts'
import { writeStatus } from '../launch/status-lines.ts'
import { Progress } from '../output/progress.ts'
import { styleFor } from '../output/style.ts'
import { renderSummary } from '../output/summary.ts'

/** Time open runs have to be finished and written when the aggregator is told to stop. Launchers give 30 s. */
const STOP_MS = 20_000

/**
 * `provloom aggregator`: serves until SIGTERM or SIGINT, or with --exit-when-done until its runs are finished.
 *
 * Experiment and namespace are the scripts' own; what its command line says wins.
 */
export async function aggregator(given: Readonly<Record<string, unknown>>): Promise<number> {
  const { json, meet, generation, ...input } = given
  const options = checkOptions('aggregator', input, process.env)
  const show = json === true ? writeStatus : shown()
  const serving = createAggregator({
    ...options,
    environment: process.env,
    onStatus: show,
    ...(typeof meet === 'string' ? { meetDir: meet } : {}),
    ...(typeof generation === 'string' ? { generation: Number(generation) } : {}),
  })
  const stopped = new Promise<number>((resolve) => {
    const stop = (): void => {
      void serving.stop(STOP_MS).then((outcome) => {
        if (outcome.kind === 'gave-up')
          process.stderr.write(`provloom: stopped before all was done: ${outcome.left}\n`)
        resolve(outcome.kind === 'drained' ? exitCode.ok : exitCode.failed)
      })
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    if (options.exitWhenDone === true) void serving.done.then(stop)
  })
  await serving.start()
  return await stopped
}

/** What happens, for a person at a terminal or a log file. */
function shown(): (status: AggregatorStatus) => void {
  const progress = new Progress(process.stderr)
  const say = (text: string): void => {
    progress.clear()
    process.stderr.write(`provloom: ${printable(text)}\n`)
  }
  return (status) => {
    switch (status.kind) {
      case 'listening':
        process.stdout.write(
          `provloom: listening on ${status.endpoint}${status.encrypted ? '' : ' (insecure)'}, connection file ${status.connectionFile}\n`,
        )
        break
      case 'run-opened':
        say(`run ${status.runDir} ${status.resumed ? 'goes on' : 'opened'}`)
        break
      case 'progress':
        progress.show(status, performance.now())
        break
      case 'rank-lost':
        say(`rank ${status.rank} is not heard any more`)
        break
      case 'problem':
        say(status.hint === undefined ? status.message : `${status.message}. ${status.hint}`)
        break
      case 'problem-ended':
        say(status.message)
        break
      case 'run-finished':
        progress.clear()
        process.stderr.write(`${renderSummary(status, styleFor(process.stderr))}\n`)
        break
      case 'run-ended':
      case 'rank-admitted':
      case 'rank-refused':
      case 'rank-ended':
      case 'flushed':
        break
    }
  }
}
