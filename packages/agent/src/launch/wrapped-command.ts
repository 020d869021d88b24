import os from 'node:os'
import path from 'node:path'
import { sentenceOf } from '@provloom/shared'
import { hostId } from '@provloom/shared/process'
import type { Context } from '../context.ts'
import type { Lifetime } from '../lifetime.ts'
import { noRecord, outcomeOf } from '../outcome.ts'
import type { AgentOutcome } from '../outcome.ts'
import type { MlflowDoor } from '../mlflow/door.ts'
import { Claim } from '../tree/claim.ts'
import { concludeTree } from '../tree/conclude.ts'
import { removeTree } from '../tree/folder.ts'
import type { TreeFacts, TreeFolder } from '../tree/folder.ts'
import { foundTree, treeVariableOf } from '../tree/found.ts'
import { tellOuter } from '../tree/outer.ts'
import { isStopped, startOf } from '../tree/processes.ts'
import { TreeService } from '../tree/service.ts'
import type { Wrapped } from '../tree/wrapped.ts'
import { launchCommand } from './command.ts'
import type { CommandEnd, RunningCommand } from './command.ts'
import { forwardSignals } from './signals.ts'
import { workerEnvironment } from './worker-environment.ts'

interface Founded {
  readonly tree: TreeFolder
  readonly facts: TreeFacts
}

/** A command that runs in a tree of its own, which is served until what is recorded of it is delivered or kept. */
export class WrappedCommand {
  readonly #context: Context
  readonly #lifetime: Lifetime
  readonly #early: NodeJS.Signals[] = []
  #command: RunningCommand | undefined
  #service: TreeService | undefined
  #signalled = false

  constructor(context: Context, lifetime: Lifetime) {
    this.#context = context
    this.#lifetime = lifetime
  }

  /** How it ends; undefined while it was not started. */
  get ended(): Promise<CommandEnd> | undefined {
    return this.#command?.ended
  }

  /**
   * Runs it.
   *
   * @param started called when it runs, or cannot
   * @param afterFault what becomes of it when its recording fails: it lives on then, and has its signals passed on
   */
  async run(
    argv: readonly string[],
    started: () => void,
    afterFault: (error: unknown) => Promise<AgentOutcome>,
  ): Promise<AgentOutcome> {
    const { variables, directory, config, given, voice, tell, clock } = this.#context
    const founded = this.#found()
    const tree = founded === undefined ? undefined : treeVariableOf(founded.tree, founded.facts)
    const mlflow = founded === undefined ? undefined : await this.#openMlflow(founded.tree)
    const environment = workerEnvironment(mlflow?.variables ?? variables, tree, {
      client: config.pythonPath,
      doors: config.pythonDoors,
      asProv4ml: given.asProv4ml,
    })
    // Before the worker is there, so that no signal for it is lost.
    const stopForwarding = this.#forwardSignals()
    const startedUs = clock.nowUs()
    const launch = await launchCommand(argv, environment, directory, config.starter)
    if (launch.kind === 'not-started') {
      stopForwarding()
      await mlflow?.close(this.#lifetime.until)
      if (founded !== undefined) removeTree(founded.tree)
      started()
      return { kind: 'not-started', exitCode: launch.exitCode, error: launch.error }
    }
    const { command } = launch
    const { pid } = command
    const wrapped = { argv, pid, start: startOf(pid), startedUs }
    this.#command = command
    for (const signal of this.#early.splice(0)) command.signal(signal)
    tell({ kind: 'worker-started', pid })
    started()
    try {
      if (founded === undefined) return outcomeOf(await command.ended, noRecord)
      tellOuter(variables)
      return await this.#serve(command, wrapped, founded, mlflow)
    } catch (error) {
      return await afterFault(error)
    } finally {
      stopForwarding()
      await mlflow?.close(this.#lifetime.until)
      if (founded === undefined) voice.tell('nothing of the command was recorded')
    }
  }

  async #serve(
    command: RunningCommand,
    wrapped: Wrapped,
    { tree, facts }: Founded,
    mlflow: MlflowDoor | undefined,
  ): Promise<AgentOutcome> {
    const [context, lifetime] = [this.#context, this.#lifetime]
    const { clock, tell, timing, given } = context
    const claim = new Claim(tree, clock, hostId(), given.connection)
    claim.take()
    const service = new TreeService({ context, tree, facts, claim, wrapped, mlflow })
    this.#service = service
    service.start()
    const ended = await Promise.race([command.ended, lifetime.stopped])
    const end = ended === 'stopped' ? undefined : ended
    const drainedBy = clock.monotonicMs() + timing.drainMs
    if (ended === 'stopped') await service.leave(lifetime.until)
    else {
      tell({ kind: 'worker-ended', end })
      service.commandEnded(end)
      service.recordCommand()
      await service.settle(lifetime.until)
    }
    // One that answered a moment ago does so now: unsaid, it would wait for this agent until that counts as lost.
    const answeredBy = clock.monotonicMs() + timing.answerWaitMs
    const closedBy = service.isAnswered ? answeredBy : Math.min(drainedBy, answeredBy)
    await service.close(false, Math.min(lifetime.until, closedBy))
    claim.leave()
    return outcomeOf(end, concludeTree(context, tree, service.ended))
  }

  /** Loaded only where it is asked for. */
  async #openMlflow(tree: TreeFolder): Promise<MlflowDoor | undefined> {
    if (this.#context.given.mlflow !== true) return undefined
    const { MlflowDoor: Door } = await import('../mlflow/door.ts')
    return await Door.open(this.#context, tree)
  }

  /** A rank without a spool runs all the same: its user is told, and nothing is recorded. */
  #found(): Founded | undefined {
    const { voice, tell } = this.#context
    try {
      const founded = foundTree(this.#context, os.hostname(), (message) => voice.tell(message))
      tell({ kind: 'spool-ready', spool: path.resolve(founded.tree.root) })
      return founded
    } catch (error) {
      voice.tell(`the command runs, and nothing is recorded: ${sentenceOf(error)}`)
      return undefined
    }
  }

  /** @returns ends it */
  #forwardSignals(): () => void {
    return forwardSignals(
      {
        there: () => this.#command !== undefined,
        send: (signal) => {
          // Those that come too early wait for it.
          if (this.#command === undefined) this.#early.push(signal)
          else this.#command.signal(signal)
        },
        stopped: () => this.#command !== undefined && isStopped(this.#command.pid),
      },
      (fresh) => this.#noteSignal(fresh),
    )
  }

  /** While the worker lives signals are its own. Afterwards the first one ends what cannot succeed, a further one all draining. */
  #noteSignal(fresh: boolean): void {
    if (this.#command === undefined || !this.#command.over()) return
    this.#service?.hurry(this.#signalled && fresh ? 'all' : 'unstored')
    this.#signalled = true
  }
}
