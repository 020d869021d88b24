import type { ChildProcess } from 'node:child_process'
import type { AggregatorStatus, Listening } from '@provloom/aggregator'
import { ProvloomError } from '@provloom/shared'
import { ended, spawnSelf } from './self.ts'
import type { Ending } from './self.ts'
import { readStatuses } from './status-lines.ts'

const RESTARTS_MAX = 10

/**
 * An aggregator in a process of its own that is started again, with the same arguments, when it is killed:
 * it goes on where its journal ends, and the agents come back to it.
 */
export class AggregatorProcess {
  readonly #args: readonly string[]
  readonly #listener: (status: AggregatorStatus) => void
  readonly #told: (message: string) => void
  #child: ChildProcess | undefined
  #stopping = false
  #restarts = 0
  readonly done: Promise<Ending>
  #resolveDone: (ending: Ending) => void = () => {}

  constructor(
    args: readonly string[],
    listener: (status: AggregatorStatus) => void,
    told: (message: string) => void,
  ) {
    this.#args = args
    this.#listener = listener
    this.#told = told
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
  }

  /**
   * Resolves when it listens.
   *
   * @throws {ProvloomError} `NO_AGGREGATOR` when it ended before; it has told why on standard error
   */
  async start(): Promise<Listening> {
    const listening = new Promise<Listening>((resolve) => this.#spawn(resolve))
    const failed = this.done.then((ending) => {
      throw new ProvloomError(
        'NO_AGGREGATOR',
        `The aggregator ended before it listened (exit code ${ending.code})`,
        {
          doing: 'start the aggregator',
          hint: 'Its own message stands above.',
        },
      )
    })
    return await Promise.race([listening, failed])
  }

  stop(): void {
    this.#stopping = true
    this.#child?.kill('SIGTERM')
  }

  #spawn(listens: (status: Listening) => void): void {
    // A group of its own: Ctrl-C at the terminal is for the workers; the aggregator ends after them.
    const child = spawnSelf(['aggregator', '--json', ...this.#args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    this.#child = child
    let heard = false
    readStatuses(child.stdout!, (status) => {
      if (status.kind === 'listening' && !heard) {
        heard = true
        listens(status)
      }
      this.#listener(status)
    })
    void ended(child).then((ending) => this.#ended(ending, heard))
  }

  #ended(ending: Ending, heard: boolean): void {
    const killed = ending.signal !== null && heard && !this.#stopping
    if (!killed || this.#restarts >= RESTARTS_MAX) {
      this.#resolveDone(ending)
      return
    }
    this.#restarts++
    this.#told(`the aggregator was killed (${ending.signal}); started again, nothing is lost`)
    this.#spawn(() => {})
  }
}
