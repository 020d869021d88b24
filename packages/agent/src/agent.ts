import { ProvloomError, drained, reasonOf } from '@provloom/shared'
import type { Component, StopOutcome } from '@provloom/shared'
import type { AgentConfig, AgentMode, AgentSeams } from './config.ts'
import { contextOf } from './context.ts'
import type { Context } from './context.ts'
import { handIn } from './hand-in.ts'
import { WrappedCommand } from './launch/wrapped-command.ts'
import { Lifetime } from './lifetime.ts'
import { noRecord, outcomeOf } from './outcome.ts'
import type { AgentOutcome } from './outcome.ts'
import type { AgentStatus } from './status.ts'
import { readTree } from './tree/folder.ts'
import { refuseTree } from './tree/refusal.ts'
import { serveFoundedTree } from './tree/serve-founded.ts'

/** The agent of one process tree. */
export interface Agent extends Component {
  /** Resolves, once it was started, when its processes have ended and their events are delivered or kept. */
  readonly done: Promise<AgentOutcome>
  /**
   * Something went wrong in this process that nobody caught (`superviseAgent`). It is told once; the command goes on, its
   * end is passed on, and sessions are kept unless all of them get delivered all the same.
   */
  fail(error: unknown): void
  /**
   * Tells another listener, beside `onStatus`, from now on. It must not throw.
   *
   * @returns ends it
   */
  listen(listener: (status: AgentStatus) => void): () => void
}

/**
 * Makes an agent; `start` begins its work. A command's standard streams, signals and exit code stay untouched; an
 * aggregator that is dead, absent or slow never delays the command, and its end by at most `drainMs`.
 *
 * @throws {ProvloomError} `UNKNOWN_OPTION`, `BAD_OPTION`, `MISSING_COMMAND`; `SPOOL_UNREADABLE` for a spool that is there
 */
export function createAgent(config: AgentConfig, seams: AgentSeams = {}): Agent {
  try {
    return new TreeAgent(config, seams)
  } catch (error) {
    if (config.mode.kind === 'tree') refuseTree(config.mode.folder, error)
    throw error
  }
}

class TreeAgent implements Agent {
  readonly #context: Context
  readonly #mode: AgentMode
  readonly #lifetime = new Lifetime()
  #command: WrappedCommand | undefined
  readonly done: Promise<AgentOutcome>
  #life: Promise<AgentOutcome> | undefined
  #over!: (life: Promise<AgentOutcome>) => void
  #started: Promise<void> | undefined
  #fault: string | undefined
  #tellFault: () => void = () => {}
  readonly #faulty: Promise<void>

  constructor(config: AgentConfig, seams: AgentSeams) {
    this.#mode = config.mode
    this.#context = contextOf(config, seams)
    if (config.mode.kind === 'command' && config.mode.argv.length === 0) throw missingCommand()
    if (config.mode.kind === 'tree') readTree(config.mode.folder)
    this.done = new Promise((resolve) => {
      this.#over = resolve
    })
    this.#faulty = new Promise((resolve) => {
      this.#tellFault = resolve
    })
  }

  listen(listener: (status: AgentStatus) => void): () => void {
    return this.#context.statuses.listen(listener)
  }

  fail(error: unknown): void {
    if (this.#fault !== undefined) return
    this.#fault = reasonOf(error)
    this.#context.voice.tell(
      `a fault in the agent (${this.#fault}); the command is not touched by it, and what it logs is kept until it is handed in: provloom spools lists it`,
    )
    this.#tellFault()
  }

  async start(): Promise<void> {
    if (this.#started === undefined) {
      this.#started = new Promise((resolve) => {
        this.#life = this.#live(resolve)
        this.#over(this.#life)
        // Whoever only starts hears of a failure when it stops, or awaits its end.
        this.#life.catch(() => resolve())
      })
    }
    await this.#started
  }

  async stop(deadlineMs: number): Promise<StopOutcome> {
    if (this.#life === undefined) return drained
    this.#lifetime.stop(this.#context.clock.monotonicMs() + deadlineMs)
    const outcome = await this.#life
    if (outcome.kind === 'not-started' || outcome.delivery.kind !== 'kept') return drained
    const { records, folders } = outcome.delivery
    return { kind: 'gave-up', left: `${records} records in ${folders.join(', ')}` }
  }

  /** The clock's timers do not keep a process alive; until its work is done, an agent does. */
  async #live(started: () => void): Promise<AgentOutcome> {
    const alive = setInterval(() => undefined, 2 ** 30)
    try {
      return await Promise.race([this.#work(started), this.#afterFault()])
    } finally {
      clearInterval(alive)
    }
  }

  /** After a fault our work may never come to its end: the command's end does not wait for it longer than for an aggregator. */
  async #afterFault(): Promise<AgentOutcome> {
    await this.#faulty
    const end = await this.#command?.ended
    await new Promise<void>((resolve) => {
      this.#context.clock.after(this.#context.timing.drainMs, resolve)
    })
    return outcomeOf(end, noRecord)
  }

  #work(started: () => void): Promise<AgentOutcome> {
    switch (this.#mode.kind) {
      case 'command':
        this.#command = new WrappedCommand(this.#context, this.#lifetime)
        return this.#command.run(this.#mode.argv, started, (error) => {
          this.fail(error)
          return this.#afterFault()
        })
      case 'tree':
        return serveFoundedTree(this.#context, this.#mode.folder, this.#lifetime, started)
      case 'drain':
        started()
        return handIn(this.#context, this.#mode, this.#lifetime).then((delivery) =>
          outcomeOf(undefined, delivery),
        )
    }
  }
}

function missingCommand(): ProvloomError {
  return new ProvloomError('MISSING_COMMAND', 'There is no command to run', {
    doing: 'start the command',
    hint: 'Put it behind the options: provloom agent [options] -- command args...',
  })
}
