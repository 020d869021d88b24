import fs from 'node:fs'
import path from 'node:path'
import { createAgent } from '@provloom/agent'
import type { Delivery, SpoolLook } from '@provloom/agent'
import { createAggregator } from '@provloom/aggregator'
import type { Aggregator, AggregatorConfig, AggregatorStatus, RunFinished } from '@provloom/aggregator'
import { ProvloomError } from '@provloom/shared'
import type { RunId } from '@provloom/shared'
import { version } from '../version.ts'

/** Time the runs have to be written: what is left then stays in their journals. */
const STOP_MS = 600_000
/** Spools that are handed in at once: reading one goes on while another waits for the disk. */
const AT_ONCE = 4

/** What became of one spool. */
export interface HandedIn {
  readonly spool: string
  readonly delivery: Delivery
}

/**
 * An aggregator in this process, and agents that hand kept spools in to it: the code that serves a live job. Runs stay
 * open until `finish`, however many attempts of a rank come.
 */
export class Gathering {
  readonly #aggregator: Aggregator
  readonly #tell: (message: string) => void
  readonly finished: RunFinished[] = []

  /** @param tell hears what a person should know */
  constructor(config: AggregatorConfig, tell: (message: string) => void) {
    this.#tell = tell
    this.#aggregator = createAggregator({
      ...config,
      host: '127.0.0.1',
      holdOpen: true,
      onStatus: (status) => this.#heard(status),
    })
  }

  /** @throws {ProvloomError} as `Aggregator.start` */
  start(): Promise<void> {
    return this.#aggregator.start()
  }

  /**
   * Hands each spool in to the run that is asked for; one that is in the run whole is removed.
   *
   * @throws {ProvloomError} `CONFLICT` for one that is being served
   */
  async handIn(
    spools: readonly (SpoolLook & {
      readonly runId: RunId
      readonly jobKey?: string
      readonly ordinal?: number
    })[],
  ): Promise<HandedIn[]> {
    const done: HandedIn[] = []
    const waiting = [...spools.entries()]
    const handInNext = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [i, { spool, runId, jobKey, ordinal }] = next
        const agent = createAgent({
          mode: { kind: 'drain', session: spool, ...(ordinal === undefined ? {} : { ordinal }) },
          // What this process was started with says nothing of the rank: its spool does.
          environment: {},
          options: {
            connection: this.#aggregator.connectionFile,
            runId,
            ...(jobKey === undefined ? {} : { jobKey }),
          },
          say: (line) => this.#tell(line.replace(/^provloom: /, '')),
          version,
        })
        const outcome = await agent.run()
        if (outcome.kind !== 'not-started') done[i] = { spool, delivery: outcome.delivery }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, handInNext))
    return done
  }

  /**
   * Ends the runs and writes all their files; the control folder is removed.
   *
   * @throws {ProvloomError} `FILE_UNWRITABLE` when that was not possible: the journals are kept
   */
  async finish(): Promise<readonly RunFinished[]> {
    const outcome = await this.#aggregator.stop(STOP_MS)
    if (outcome.kind === 'gave-up') {
      throw new ProvloomError('FILE_UNWRITABLE', outcome.left, {
        doing: 'finish the run',
        hint: 'Make room, and call provloom recover with the run directory.',
      })
    }
    fs.rmSync(path.dirname(this.#aggregator.connectionFile), { recursive: true, force: true })
    return this.finished
  }

  #heard(status: AggregatorStatus): void {
    switch (status.kind) {
      case 'run-finished':
        this.finished.push(status)
        break
      case 'problem':
        this.#tell(status.hint === undefined ? status.message : `${status.message}. ${status.hint}`)
        break
      case 'problem-ended':
        this.#tell(status.message)
        break
      case 'listening':
      case 'run-opened':
      case 'run-ended':
      case 'rank-admitted':
      case 'rank-refused':
      case 'rank-lost':
      case 'rank-ended':
      case 'progress':
      case 'flushed':
        break
    }
  }
}

/**
 * Nobody writes or serves the spool any more.
 *
 * @throws {ProvloomError} `CONFLICT`
 */
export function refuseLiving({ spool, agent, workers }: SpoolLook): void {
  const who =
    agent === undefined ? workers.map((pid) => `the worker ${pid}`)[0] : `the agent with pid ${agent}`
  if (who === undefined) return
  throw new ProvloomError('CONFLICT', `${spool} is still in use by ${who}`, {
    doing: 'hand in the spool',
    to: spool,
    hint:
      agent === undefined
        ? `Serve it until its processes end: provloom agent --tree ${path.resolve(spool, '..', '..')}`
        : 'Wait until that agent has ended: it hands in what is there by itself.',
  })
}
