import os from 'node:os'
import path from 'node:path'
import { ProvloomError, drained, reasonOf, sentenceOf } from '@provloom/shared'
import type { Component, StopOutcome } from '@provloom/shared'
import type { AgentConfig, AgentMode, AgentSeams } from './config.ts'
import { contextOf } from './context.ts'
import type { Context } from './context.ts'
import { deliveryOf } from './delivery.ts'
import { handIn } from './hand-in.ts'
import { launchCommand } from './launch/command.ts'
import type { CommandEnd, NotStartedCode, RunningCommand } from './launch/command.ts'
import { forwardSignals } from './launch/signals.ts'
import { workerEnvironment } from './launch/worker-environment.ts'
import { hostId } from '@provloom/shared/process'
import type { AgentStatus, Delivery } from './status.ts'
import { Claim } from './tree/claim.ts'
import { foundTree, treeVariableOf } from './tree/found.ts'
import { tellOuter } from './tree/outer.ts'
import { readTree, removeTree } from './tree/folder.ts'
import type { TreeFacts, TreeFolder } from './tree/folder.ts'
import { isStopped, lifeOf, startOf } from './tree/processes.ts'
import { refuseTree } from './tree/refusal.ts'
import { TreeService } from './tree/service.ts'
import type { Wrapped } from './tree/wrapped.ts'

/** How an agent's work ended. `exited` and `killed` are the command's own end. */
export type AgentOutcome =
  | { readonly kind: 'exited'; readonly code: number; readonly delivery: Delivery }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals; readonly delivery: Delivery }
  | { readonly kind: 'not-started'; readonly exitCode: NotStartedCode; readonly error: ProvloomError }
  /** Of `tree` and `drain`, and of an agent that was stopped before its command ended. */
  | { readonly kind: 'served'; readonly delivery: Delivery }

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

const noRecord: Delivery = { kind: 'none' }

class TreeAgent implements Agent {
  readonly #context: Context
  readonly #mode: AgentMode
  readonly done: Promise<AgentOutcome>
  #life: Promise<AgentOutcome> | undefined
  #over!: (life: Promise<AgentOutcome>) => void
  #started: Promise<void> | undefined
  #service: TreeService | undefined
  #until = Infinity
  #signalled = false
  #askToStop: () => void = () => {}
  readonly #stopped: Promise<'stopped'>
  #command: RunningCommand | undefined
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
    this.#stopped = new Promise((resolve) => {
      this.#askToStop = () => resolve('stopped')
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
    this.#until = this.#context.clock.monotonicMs() + deadlineMs
    this.#askToStop()
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
        return this.#wrap(this.#mode.argv, started)
      case 'tree':
        return this.#serveTree(this.#mode.folder, started)
      case 'drain':
        started()
        return handIn(this.#context, this.#mode, () => this.#until).then((delivery) =>
          outcomeOf(undefined, delivery),
        )
    }
  }

  async #wrap(argv: readonly string[], started: () => void): Promise<AgentOutcome> {
    const { variables, directory, config, voice, tell } = this.#context
    const found = this.#found()
    const environment = workerEnvironment(
      variables,
      found === undefined ? undefined : treeVariableOf(found.tree, found.facts),
      config.pythonPath,
    )
    // Before the worker is there, so that no signal for it is lost: those that come too early wait for it.
    const early: NodeJS.Signals[] = []
    const stopForwarding = forwardSignals(
      {
        there: () => this.#command !== undefined,
        send: (signal) => {
          if (this.#command === undefined) early.push(signal)
          else this.#command.signal(signal)
        },
        stopped: () => this.#command !== undefined && isStopped(this.#command.pid),
      },
      (fresh) => this.#noteSignal(fresh),
    )
    const startedUs = this.#context.clock.nowUs()
    const launch = await launchCommand(argv, environment, directory, config.starter)
    if (launch.kind === 'not-started') {
      stopForwarding()
      if (found !== undefined) removeTree(found.tree)
      started()
      return { kind: 'not-started', exitCode: launch.exitCode, error: launch.error }
    }
    const { command } = launch
    const wrapped = { argv, pid: command.pid, start: startOf(command.pid), startedUs }
    this.#command = command
    for (const signal of early) command.signal(signal)
    tell({ kind: 'worker-started', pid: command.pid })
    started()
    try {
      if (found === undefined) return outcomeOf(await command.ended, noRecord)
      tellOuter(variables)
      return await this.#serveCommand(command, wrapped, found)
    } catch (error) {
      this.fail(error)
      return await this.#afterFault()
    } finally {
      stopForwarding()
      if (found === undefined) voice.tell('nothing of the command was recorded')
    }
  }

  async #serveCommand(
    command: RunningCommand,
    wrapped: Wrapped,
    { tree, facts }: { readonly tree: TreeFolder; readonly facts: TreeFacts },
  ): Promise<AgentOutcome> {
    const { clock, tell, timing, given } = this.#context
    const claim = new Claim(tree, clock, hostId(), given.connection)
    claim.take()
    const service = new TreeService({ context: this.#context, tree, facts, claim, wrapped })
    this.#service = service
    service.start()
    const ended = await Promise.race([command.ended, this.#stopped])
    const end = ended === 'stopped' ? undefined : ended
    const drainedBy = clock.monotonicMs() + timing.drainMs
    if (ended === 'stopped') await service.leave(this.#until)
    else {
      tell({ kind: 'worker-ended', end })
      service.commandEnded(end)
      service.recordCommand()
      await service.settle(this.#until)
    }
    // One that answered a moment ago does so now: unsaid, it would wait for this agent until that counts as lost.
    const answeredBy = clock.monotonicMs() + timing.answerWaitMs
    const closedBy = service.isAnswered ? answeredBy : Math.min(drainedBy, answeredBy)
    await service.close(false, Math.min(this.#until, closedBy))
    claim.leave()
    return outcomeOf(end, this.#conclude(service, tree))
  }

  async #serveTree(folder: string, started: () => void): Promise<AgentOutcome> {
    const { clock, timing } = this.#context
    const { tree, facts } = readTree(folder)
    const claim = new Claim(tree, clock, hostId())
    const other = claim.take()
    started()
    // Two clients that began at once have each started one: the first is enough.
    if (other !== undefined) return outcomeOf(undefined, noRecord)
    const service = new TreeService({ context: this.#context, tree, facts, claim, wrapped: undefined })
    this.#service = service
    service.start()
    const living = (): boolean => facts.by === 'client' && lifeOf(facts) !== 'gone'
    for (;;) {
      const over = await Promise.race([service.untilDone(timing.idleMs, living), this.#stopped])
      if (over === 'stopped') await service.leave(this.#until)
      // Whoever begins a session now finds no agent, and starts one; whoever has begun one before is found by the look.
      claim.leave()
      if (over === 'stopped' || !service.lookAgain() || claim.take() !== undefined) {
        await service.close(over === 'idle', Math.min(this.#until, clock.monotonicMs() + timing.answerWaitMs))
        return outcomeOf(undefined, this.#conclude(service, tree))
      }
    }
  }

  #conclude(service: TreeService, tree: TreeFolder): Delivery {
    const { voice, config, tell } = this.#context
    const delivery = deliveryOf(service.ended, tree)
    if (delivery.kind === 'kept') for (const message of delivery.told) voice.tell(message)
    if (delivery.kind === 'handed-on') {
      voice.tell(
        config.startSuccessor === undefined
          ? `the command has ended, and processes of it go on; what they log is kept in ${tree.root}. Have it published with: provloom agent --tree ${tree.root}`
          : 'the command has ended, and processes of it go on; another agent publishes what they log until they end',
      )
      config.startSuccessor?.(tree.root)
    } else removeTree(tree)
    tell({ kind: 'finished', delivery })
    return delivery
  }

  /** A rank without a spool runs all the same: its user is told, and nothing is recorded. */
  #found(): { readonly tree: TreeFolder; readonly facts: TreeFacts } | undefined {
    const { voice, tell } = this.#context
    try {
      const found = foundTree(this.#context, os.hostname(), (message) => voice.tell(message))
      tell({ kind: 'spool-ready', spool: path.resolve(found.tree.root) })
      return found
    } catch (error) {
      voice.tell(`the command runs, and nothing is recorded: ${sentenceOf(error)}`)
      return undefined
    }
  }

  /** While the worker lives signals are its own. Afterwards the first one ends what cannot succeed, a further one all draining. */
  #noteSignal(fresh: boolean): void {
    if (this.#command === undefined || !this.#command.over()) return
    this.#service?.hurry(this.#signalled && fresh ? 'all' : 'unstored')
    this.#signalled = true
  }
}

function outcomeOf(end: CommandEnd | undefined, delivery: Delivery): AgentOutcome {
  return end === undefined ? { kind: 'served', delivery } : { ...end, delivery }
}

function missingCommand(): ProvloomError {
  return new ProvloomError('MISSING_COMMAND', 'There is no command to run', {
    doing: 'start the command',
    hint: 'Put it behind the options: provloom agent [options] -- command args...',
  })
}
