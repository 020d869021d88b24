import type { ChildProcess } from 'node:child_process'
import type { AggregatorStatus, Listening } from '@provloom/aggregator'
import { ProvloomError, exitCode, limits, reasonOf } from '@provloom/shared'
import { tell } from './parent.ts'
import { codeOf, ended, spawnSelf } from './self.ts'
import type { Ending } from './self.ts'
import { readStatuses } from './status-lines.ts'

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
  #listened = false
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
   * @throws {ProvloomError} `NO_AGGREGATOR` when it ended before, having told why on standard error, or takes too long
   */
  async start(): Promise<Listening> {
    const listening = new Promise<Listening>((resolve) => this.#spawn(resolve))
    const failed = this.done.then((ending) => {
      throw noAggregator(`The aggregator ended before it listened (exit code ${codeOf(ending)})`)
    })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(noAggregator(`The aggregator does not listen after ${limits.aggregatorListensMs / 1000} s`))
      }, limits.aggregatorListensMs)
    })
    try {
      return await Promise.race([listening, failed, late])
    } finally {
      clearTimeout(timer)
    }
  }

  stop(): void {
    this.#stopping = true
    if (this.#child !== undefined) tell(this.#child, 'stop')
  }

  /** Where it is still there: what it was writing is as it was before, and its journals are whole. */
  kill(): void {
    this.#stopping = true
    this.#child?.kill('SIGKILL')
  }

  #spawn(listens: (status: Listening) => void): void {
    try {
      this.#follow(this.#start(), listens)
    } catch (error) {
      this.#told(reasonOf(error))
      this.#resolveDone({ code: exitCode.cannotExecute, signal: null })
    }
  }

  #start(): ChildProcess {
    // A group of its own: Ctrl-C at the terminal is for the workers; the aggregator ends after them.
    return spawnSelf(['aggregator', '--json', ...this.#args], ['ignore', 'pipe', 'inherit', 'ipc'], {
      detached: true,
    })
  }

  #follow(child: ChildProcess, listens: (status: Listening) => void): void {
    this.#child = child
    // Its end may be known before its last words are read: how its run ended is among them.
    const end = Promise.all([ended(child), this.#hear(child, listens)])
    void end.then(([ending]) => this.#ended(ending))
  }

  async #hear({ stdout }: ChildProcess, listens: (status: Listening) => void): Promise<void> {
    // Undefined where it could not be started.
    if (!stdout) return
    await readStatuses(stdout, (status) => {
      if (status.kind === 'listening') {
        this.#listened = true
        listens(status)
      }
      this.#listener(status)
    })
  }

  #ended(ending: Ending): void {
    const killed = ending.signal !== null && this.#listened && !this.#stopping
    if (!killed || this.#restarts >= limits.aggregatorRestartsMax) {
      this.#resolveDone(ending)
      return
    }
    this.#restarts++
    this.#told(`the aggregator was killed (${ending.signal}); started again, nothing is lost`)
    this.#spawn(() => {})
  }
}

function noAggregator(message: string): ProvloomError {
  return new ProvloomError('NO_AGGREGATOR', message, {
    doing: 'start the aggregator',
    hint: 'The command runs; what it logs is kept, and named at its end, to be handed in with provloom import.',
  })
}
