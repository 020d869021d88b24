import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createAggregator } from '@provloom/aggregator'
import type { Aggregator, AggregatorConfig, AggregatorStatus, RunFinished } from '@provloom/aggregator'
import { ProvloomError } from '@provloom/shared'
import { handIn } from './hand-in.ts'
import type { Assigned, HandedIn } from './hand-in.ts'
import { problemLine } from '../output/problem-line.ts'
import { counted } from '../output/quantity.ts'
import { Working } from '../output/working.ts'

/** Time the runs have to be written: what is left then stays in their journals. */
const STOP_MS = 600_000

/**
 * An aggregator in this process, for sessions that were kept: the code that serves a live job. Runs stay open until
 * `finish`, however many attempts of a rank come. It meets its agents in a folder of its own, so that nothing is written
 * but the runs.
 */
export class Gathering {
  readonly #aggregator: Aggregator
  readonly #tell: (message: string) => void
  readonly #working = new Working()
  #records = 0
  readonly #meet: string
  readonly #told: string[] = []
  readonly finished: RunFinished[] = []
  /** A save directory cannot be written: what it kept from its runs needs another one. */
  noSaveDir = false

  /** @param tell hears what a person should know */
  constructor(config: AggregatorConfig, tell: (message: string) => void) {
    this.#tell = (message) => {
      this.#working.clear()
      tell(message)
    }
    this.#meet = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-hand-in-'))
    this.#aggregator = createAggregator({
      ...config,
      meetDir: this.#meet,
      host: '127.0.0.1',
      holdOpen: true,
      onStatus: (status) => this.#heard(status),
    })
  }

  /** @throws {ProvloomError} as `Aggregator.start`; nothing is left of it then */
  async start(): Promise<void> {
    this.#working.follow(() => 'reading what is there')
    try {
      await this.#aggregator.start()
    } catch (error) {
      this.#working.end()
      await this.#aggregator.stop(0)
      this.#clear()
      throw error
    }
  }

  handIn(spools: readonly Assigned[]): Promise<HandedIn[]> {
    // Agents in this process hear from the aggregator what it has said itself.
    const tell = (line: string): void => {
      if (!this.#told.some((message) => line.includes(message))) this.#tell(line)
    }
    let done = 0
    this.#working.follow(
      () => `handing in: ${done} of ${counted(spools.length, 'session')}, ${counted(this.#records, 'event')}`,
    )
    return handIn(spools, this.#aggregator.connectionFile, tell, () => done++)
  }

  /**
   * Ends the runs and writes all their files.
   *
   * @throws {ProvloomError} `RUN_UNFINISHED` when that was not possible: the journals are kept
   */
  async finish(): Promise<readonly RunFinished[]> {
    this.#working.follow(() => `writing the graph of ${counted(this.#records, 'event')}`)
    const outcome = await this.#aggregator.stop(STOP_MS)
    this.#working.end()
    this.#clear()
    if (outcome.kind === 'gave-up') {
      throw new ProvloomError('RUN_UNFINISHED', outcome.left, {
        doing: 'finish the run',
        hint: 'Make room, and call provloom recover with the run directory.',
      })
    }
    return this.finished
  }

  #clear(): void {
    fs.rmSync(path.dirname(this.#aggregator.connectionFile), { recursive: true, force: true })
    fs.rmSync(this.#meet, { recursive: true, force: true })
  }

  #heard(status: AggregatorStatus): void {
    switch (status.kind) {
      case 'run-finished':
        this.finished.push(status)
        break
      case 'problem':
        this.#told.push(status.message)
        this.noSaveDir ||= status.code === 'SAVE_DIR_UNWRITABLE'
        this.#tell(problemLine(status))
        break
      case 'problem-ended':
        this.#tell(status.message)
        break
      case 'progress':
        this.#records = Math.max(this.#records, status.events)
        break
      case 'listening':
      case 'run-opened':
      case 'run-ended':
      case 'rank-admitted':
      case 'rank-refused':
      case 'rank-lost':
      case 'rank-ended':
      case 'flushed':
        break
    }
  }
}
