import { randomBytes } from 'node:crypto'
import type { AggregatorStatus, RunFinished } from '@provloom/aggregator'
import { ProvloomError, checkOptions, exactJson, printable } from '@provloom/shared'
import type { GivenOptions } from '@provloom/shared'
import { AggregatorProcess } from '../launch/aggregator-process.ts'
import { argumentsFor, variablesFor } from '../launch/forward.ts'
import { Workers } from '../launch/workers.ts'
import { Progress } from '../output/progress.ts'
import { styleFor } from '../output/style.ts'
import { renderSummary } from '../output/summary.ts'

/** `provloom run -n 4 -- command`: aggregator, agents and workers on one machine. */
export async function run(
  command: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { ranks: ranksText, json, ...shared } = given
  if (command.length === 0) {
    throw new ProvloomError('MISSING_COMMAND', 'No command to run', {
      doing: 'read the command line',
      hint: 'Give it behind --, as in: provloom run -n 4 -- python train.py',
    })
  }
  const ranks = ranksOf(ranksText)
  const options = checkOptions('run', shared, process.env)
  const jobKey = options.jobKey ?? `run-${randomBytes(4).toString('hex')}`
  const job = new Job(ranks, json === true)
  return await job.run(command, { ...options, jobKey })
}

class Job {
  readonly #ranks: number
  readonly #json: boolean
  readonly #progress = new Progress(process.stderr)
  #finished: RunFinished | undefined

  constructor(ranks: number, json: boolean) {
    this.#ranks = ranks
    this.#json = json
  }

  async run(command: readonly string[], options: GivenOptions): Promise<number> {
    const aggregator = new AggregatorProcess(
      ['--host', '127.0.0.1', ...argumentsFor('aggregator', options)],
      (status) => this.#heard(status),
      (message) => this.#told(message),
    )
    const listening = await aggregator.start()
    const workers = new Workers({
      ranks: this.#ranks,
      agentArgs: ['--connection', listening.connectionFile],
      command,
      environment: variablesFor('agent', options),
      told: (message) => this.#told(message),
    })
    const passOn = passSignals(workers)
    const codes = await workers.run()
    passOn.stop()
    // Runs whose ranks have all ended are finished by now or being finished; a rank that is missing ends with us.
    aggregator.stop()
    await aggregator.done
    return this.#conclude(codes, workers.failure)
  }

  #heard(status: AggregatorStatus): void {
    switch (status.kind) {
      case 'progress':
        this.#progress.show({ ...status, ranksExpected: this.#ranks }, performance.now())
        break
      case 'run-finished':
        this.#finished = status
        break
      case 'problem':
        this.#told(status.hint === undefined ? status.message : `${status.message}. ${status.hint}`)
        break
      case 'problem-ended':
      case 'rank-lost':
        this.#told(status.kind === 'rank-lost' ? `rank ${status.rank} is not heard any more` : status.message)
        break
      case 'listening':
      case 'run-opened':
      case 'run-ended':
      case 'rank-admitted':
      case 'rank-refused':
      case 'rank-ended':
      case 'flushed':
        break
    }
  }

  #told(message: string): void {
    this.#progress.clear()
    process.stderr.write(`provloom: ${printable(message)}\n`)
  }

  #conclude(codes: readonly number[], failure: number): number {
    this.#progress.clear()
    if (this.#finished === undefined) {
      this.#told('no run was recorded: no rank reached the aggregator')
    } else if (this.#json) {
      process.stdout.write(`${exactJson({ ...this.#finished, exitCodes: codes })}\n`)
    } else {
      process.stderr.write(`${renderSummary(this.#finished, styleFor(process.stderr))}\n`)
      if (failure !== 0) {
        process.stderr.write(
          `  exit code ${failure}, of the worker that failed first (all: ${codes.join(', ')})\n`,
        )
      }
    }
    return failure
  }
}

function ignore(): void {}

/** Ctrl-C reaches the workers by themselves; a signal to this process alone is passed on. */
function passSignals(workers: Workers): { stop(): void } {
  const onTerm = (): void => workers.signal('SIGTERM')
  process.on('SIGINT', ignore)
  process.on('SIGTERM', onTerm)
  process.on('SIGHUP', onTerm)
  return {
    stop() {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', onTerm)
      process.off('SIGHUP', onTerm)
    },
  }
}

function ranksOf(value: unknown): number {
  const ranks = value === undefined ? 1 : Number(value)
  if (Number.isInteger(ranks) && ranks >= 1 && ranks <= 4096) return ranks
  throw new ProvloomError(
    'BAD_OPTION',
    `-n must be an integer from 1 to 4096, not ${JSON.stringify(value)}`,
    {
      doing: 'read the options',
      to: '-n',
      hint: 'Give the number of workers, as in: provloom run -n 4 -- python train.py',
    },
  )
}
