import fs from 'node:fs'
import path from 'node:path'
import { forwardSignals, outerConnection } from '@provloom/agent/internal'
import type { AggregatorStatus, RunFinished } from '@provloom/aggregator'
import { filesOf } from '@provloom/rundir'
import { ProvloomError, checkOptions, exactJson, limits, renderError, say, shellWord } from '@provloom/shared'
import type { GivenOptions } from '@provloom/shared'
import { tellChangedArguments } from '../launch/argument-bytes.ts'
import { AggregatorProcess } from '../launch/aggregator-process.ts'
import { argumentsFor, variablesFor } from '../launch/forward.ts'
import { mintRunKey } from '@provloom/agent/internal'
import { Found } from '../launch/found.ts'
import { PageProcess } from '../launch/page-process.ts'
import { Workers } from '../launch/workers.ts'
import { tellMisspelt } from '../output/misspelt.ts'
import { Progress } from '../output/progress.ts'
import { summaryFile } from '../output/summary-file.ts'

/** `provloom run -n 4 -- command`: aggregator, agents and workers on one machine. */
export async function run(
  command: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { ranks: ranksText, json, ui, ...shared } = given
  if (command.length === 0) {
    throw new ProvloomError('MISSING_COMMAND', 'No command to run', {
      doing: 'read the command line',
      hint: 'Give it behind --, as in: provloom run -n 4 -- python train.py',
    })
  }
  tellMisspelt()
  tellChangedArguments()
  const ranks = ranksOf(ranksText)
  const options = checkOptions('run', shared, process.env)
  const jobKey = options.jobKey ?? mintRunKey()
  const job = new Job(ranks, json === undefined ? undefined : summaryFileOrTold(json))
  const page =
    ui === true ? new PageProcess(options.provenanceSaveDir, (message) => job.note(message)) : undefined
  try {
    return await job.run(command, { ...options, jobKey })
  } finally {
    page?.stop()
  }
}

/** A command is run whatever becomes of its summary: that is then told as to a person. */
function summaryFileOrTold(json: unknown): number | undefined {
  try {
    return summaryFile(json)
  } catch (error) {
    if (!(error instanceof ProvloomError) || error.code !== 'FILE_UNWRITABLE') throw error
    say(renderError(error))
    return undefined
  }
}

/** Asked to end by a signal, it has so long. */
const HURRY_MS = 1_000
/** Runs in which it is looked for findings while they go on. */
const FOLLOWED_MAX = 10

class Job {
  readonly #ranks: number
  readonly #json: number | undefined
  readonly #progress: Progress
  readonly #finished: RunFinished[] = []
  /** Directories of the runs that were begun, by their ids. */
  readonly #begun = new Map<string, string>()
  readonly #found = new Map<string, Found>()

  /** @param json descriptor of the file for the summary */
  constructor(ranks: number, json: number | undefined) {
    this.#ranks = ranks
    this.#json = json
    this.#progress = new Progress(ranks)
  }

  note(message: string): void {
    this.#progress.note(message)
  }

  async run(command: readonly string[], options: GivenOptions): Promise<number> {
    const aggregator = new AggregatorProcess(
      ['--host', '127.0.0.1', ...argumentsFor('aggregator', options)],
      (status) => this.#heard(status),
      (message) => this.#progress.note(message),
    )
    // Below another wrapper the job has an aggregator, and somebody who tells of its runs.
    const outer = outerConnection(process.env)
    const connection = outer ?? (await this.#bringUp(aggregator))
    const workers = new Workers({
      ranks: this.#ranks,
      agentArgs: connection === undefined ? [] : ['--connection', connection],
      command,
      environment: variablesFor('agent', options),
      told: (message) => this.#progress.note(message),
    })
    let hurry = (): void => {}
    const impatient = new Promise<void>((resolve) => {
      hurry = resolve
    })
    let over = false
    const stopForwarding = forwardSignals(
      {
        there: () => workers.there,
        send: (signal) => workers.signal(signal),
        stopped: () => workers.stopped,
      },
      (fresh) => {
        if (over && fresh) hurry()
        workers.expectEnd()
      },
    )
    const codes = await workers.run()
    over = true
    // Runs whose ranks have all ended are finished by now or being finished; a rank that is missing ends with us.
    if (outer === undefined) {
      aggregator.stop()
      await Promise.race([aggregator.done, impatient, after(limits.concludeMs)])
      // It has been told, and what it has is in its journals: nothing of ours stays behind.
      await Promise.race([aggregator.done, after(HURRY_MS)])
      aggregator.kill()
      await aggregator.done
    }
    stopForwarding()
    return outer === undefined ? await this.#conclude(codes, workers) : workers.failure
  }

  /** The command runs also when there is nobody to collect what it logs. */
  async #bringUp(aggregator: AggregatorProcess): Promise<string | undefined> {
    try {
      return (await aggregator.start()).connectionFile
    } catch (error) {
      say(renderError(error))
      return undefined
    }
  }

  #heard(status: AggregatorStatus): void {
    if (status.kind === 'run-opened') this.#opened(status.runId, status.runDir)
    if (status.kind === 'run-ended') this.#found.get(status.runId)?.stop()
    if (status.kind === 'run-finished') {
      this.#finished.push(status)
      this.#begun.delete(status.runId)
    }
    this.#progress.show(status)
  }

  #opened(runId: string, runDir: string): void {
    this.#begun.set(runId, runDir)
    // A sweep may have thousands of runs, most of them short.
    if (this.#found.size >= FOLLOWED_MAX || this.#found.has(runId)) return
    const found = new Found(runDir, (words) => {
      this.#progress.note(this.#found.size > 1 ? `${path.basename(runDir)}: ${words}` : words)
    })
    this.#found.set(runId, found)
  }

  async #conclude(codes: readonly number[], { failure, failedBy }: Workers): Promise<number> {
    this.#progress.end()
    for (const found of this.#found.values()) found.stop()
    for (const runDir of this.#begun.values()) this.#progress.note(unfinished(runDir))
    if (this.#finished.length + this.#begun.size === 0)
      this.#progress.note('no run was recorded: no rank reached the aggregator')
    const hinted = new Set<string>()
    for (const finished of inOrder(this.#finished)) {
      if (this.#json === undefined) {
        const { saySummary } = await import('../output/say-summary.ts')
        await saySummary(finished, hinted)
      } else fs.writeSync(this.#json, `${exactJson({ ...finished, exitCodes: codes })}\n`)
    }
    if (failure !== 0 && this.#json === undefined) {
      const how = failedBy === undefined ? '' : ` (killed by ${failedBy})`
      say(`  exit code ${failure}${how}, of the worker that failed first (all: ${codes.join(', ')})`)
    }
    return failure
  }
}

/** A run that was begun and of whose end nobody has told: where what was logged is, and what to type. */
function unfinished(runDir: string): string {
  const name = path.basename(runDir)
  return fs.existsSync(filesOf(runDir).runJson)
    ? `run ${name} is not finished: ${runDir} is as it was saved last. Finish it with: provloom recover ${shellWord(runDir)}`
    : `run ${name} is not there: ${runDir} was removed. What its ranks still have is kept: provloom spools lists it, provloom import makes a run of it`
}

function inOrder(runs: readonly RunFinished[]): RunFinished[] {
  return runs.toSorted((a, b) => a.summary.startUs - b.summary.startUs)
}

/** Keeps this process alive until then: there may be nothing else that does. */
function after(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs)
  })
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
