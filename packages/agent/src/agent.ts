import os from 'node:os'
import { ProvloomError, drained, reasonOf } from '@provloom/shared'
import type { Component, SessionEnd, StopOutcome } from '@provloom/shared'
import type { AgentConfig, AgentMode } from './config.ts'
import { contextOf } from './context.ts'
import type { Context } from './context.ts'
import { launchCommand } from './launch/command.ts'
import type { CommandEnd, RunningCommand } from './launch/command.ts'
import { rankEndOf } from './ending.ts'
import { followProcess } from './launch/follow.ts'
import { memoryKills } from './launch/memory-kills.ts'
import { forwardSignals } from './launch/signals.ts'
import { workerEnvironment } from './launch/worker-environment.ts'
import { SpoolService } from './service.ts'
import type { Ending } from './service.ts'
import { recordedVariables } from './sources/allow-list.ts'
import { nameOf } from './sources/interpreter.ts'
import { Recorder } from './sources/recorder.ts'
import { claimSpool, leaveSpool, servingAgent } from './spool/control.ts'
import { defaultSpoolRoot, makeSpool, readSpool, removeSpool } from './spool/folder.ts'
import type { SpoolFolder } from './spool/folder.ts'
import { readHistory } from './spool/history.ts'
import { OwnStream } from './spool/own-stream.ts'
import type { Delivery } from './status.ts'

/** How an agent's work ended. `exited` and `killed` are the command's own end. */
export type AgentOutcome =
  | { readonly kind: 'exited'; readonly code: number; readonly delivery: Delivery }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals; readonly delivery: Delivery }
  | { readonly kind: 'not-started'; readonly exitCode: 126 | 127; readonly error: ProvloomError }
  /** Of `attach` and `drain`, and of an agent that was stopped before its command ended. */
  | { readonly kind: 'served'; readonly delivery: Delivery }

/** One rank's agent. */
export interface Agent extends Component {
  /** Starts, if need be, and resolves when the worker has ended and its events are delivered or kept. */
  run(): Promise<AgentOutcome>
  /**
   * Something went wrong in this process that nobody caught (`superviseAgent`). It is told once; the command goes on, its
   * end is passed on, and the spool is kept unless all of it gets delivered all the same.
   */
  fail(error: unknown): void
}

/**
 * Makes an agent: `run()` does all its work. A command's standard streams, signals and exit code stay untouched; an
 * aggregator that is dead, absent or slow never delays the command, and its end by at most `drainMs`.
 *
 * @throws {ProvloomError} `UNKNOWN_OPTION`, `BAD_OPTION`, `MISSING_COMMAND`; `SPOOL_UNREADABLE` and `CONFLICT` for an
 *   existing spool
 */
export function createAgent(config: AgentConfig): Agent {
  return new RankAgent(config)
}

interface Worker {
  /** Resolves when the worker is gone; with its end, where that can be known. */
  readonly ended: Promise<CommandEnd | undefined>
  readonly release: () => void
}

const noRecord: Delivery = { kind: 'none' }

class RankAgent implements Agent {
  readonly #context: Context
  readonly #mode: AgentMode
  #life: Promise<AgentOutcome> | undefined
  #started: Promise<void> | undefined
  #service: SpoolService | undefined
  #until = Infinity
  #signalled = false
  #askToStop: (() => void) | undefined
  #wrapped: { readonly command: RunningCommand; readonly spool: SpoolFolder | undefined } | undefined
  #fault: string | undefined
  #tellFault: () => void = () => {}
  readonly #faulty: Promise<void>

  constructor(config: AgentConfig) {
    this.#mode = config.mode
    const existing = config.mode.kind === 'command' ? undefined : readSpool(config.mode.spool)
    this.#context = contextOf(config, existing?.facts)
    if (config.mode.kind === 'command' && config.mode.argv.length === 0) throw missingCommand()
    if (existing !== undefined) refuseServed(existing.spool)
    this.#faulty = new Promise((resolve) => {
      this.#tellFault = resolve
    })
  }

  fail(error: unknown): void {
    if (this.#fault !== undefined) return
    this.#fault = reasonOf(error)
    const kept = this.#wrapped?.spool
    this.#context.voice.tell(
      `a fault in the agent (${this.#fault}); the command is not touched by it${kept === undefined ? '' : `, and what it logs is kept in ${kept.root} until it is handed in`}`,
    )
    this.#tellFault()
  }

  async start(): Promise<void> {
    if (this.#started === undefined) {
      this.#started = new Promise((resolve) => {
        this.#life = this.#live(resolve)
        // Whoever only starts hears of a failure when it stops or runs.
        this.#life.catch(() => resolve())
      })
    }
    await this.#started
  }

  async run(): Promise<AgentOutcome> {
    await this.start()
    return this.#life!
  }

  async stop(deadlineMs: number): Promise<StopOutcome> {
    if (this.#life === undefined) return drained
    this.#until = this.#context.clock.monotonicMs() + deadlineMs
    this.#askToStop?.()
    const outcome = await this.#life
    if (outcome.kind === 'not-started' || outcome.delivery.kind !== 'kept') return drained
    return { kind: 'gave-up', left: `${outcome.delivery.records} records in ${outcome.delivery.spool}` }
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
    const wrapped = this.#wrapped
    const end = await wrapped?.command.ended
    await new Promise<void>((resolve) => {
      this.#context.clock.after(this.#context.timing.drainMs, resolve)
    })
    const reason = `a fault in the agent (${this.#fault})`
    const spool = this.#mode.kind === 'command' ? wrapped?.spool?.root : this.#mode.spool
    return outcomeOf(end, spool === undefined ? noRecord : { kind: 'kept', spool, records: 0, reason })
  }

  #work(started: () => void): Promise<AgentOutcome> {
    switch (this.#mode.kind) {
      case 'command':
        return this.#wrap(this.#mode.argv, started)
      case 'attach':
        return this.#serveExisting(this.#mode.spool, this.#mode.pid, started)
      case 'drain':
        return this.#serveExisting(this.#mode.spool, undefined, started)
    }
  }

  async #wrap(argv: readonly string[], started: () => void): Promise<AgentOutcome> {
    const { variables, directory, config, voice, tell } = this.#context
    const spool = this.#makeSpool()
    const environment = workerEnvironment(variables, spool?.root, config.pythonPath)
    // Before the worker is there, so that no signal for it is lost: those that come too early wait for it.
    const early: NodeJS.Signals[] = []
    let command: RunningCommand | undefined
    const stopForwarding = forwardSignals(
      (signal) => {
        if (command === undefined) early.push(signal)
        else command.signal(signal)
      },
      () => this.#noteSignal(command),
    )
    const launch = await launchCommand(argv, environment, directory)
    if (launch.kind === 'not-started') {
      stopForwarding()
      if (spool !== undefined) removeSpool(spool)
      started()
      return { kind: 'not-started', exitCode: launch.exitCode, error: launch.error }
    }
    command = launch.command
    this.#wrapped = { command, spool }
    for (const signal of early) command.signal(signal)
    tell({ kind: 'worker-started', pid: command.pid })
    let own: OwnStream | undefined
    let recorder: Recorder | undefined
    if (spool !== undefined) {
      try {
        claimSpool(spool, os.hostname(), this.#context.clock.nowUs())
        own = new OwnStream(this.#context.clock, this.#context.files, spool)
        recorder = this.#recorder(own, argv)
        recorder.begin(command.pid)
      } catch (error) {
        voice.tell(`facts of this process are not recorded: ${reasonOf(error)}`)
      }
    }
    started()
    const worker: Worker = { ended: command.ended, release: stopForwarding }
    if (spool === undefined || own === undefined) {
      const end = await command.ended
      stopForwarding()
      return outcomeOf(end, noRecord)
    }
    try {
      return await this.#serve(worker, spool, own, recorder, nameOf(argv, directory))
    } catch (error) {
      this.fail(error)
      return await this.#afterFault()
    }
  }

  async #serveExisting(folder: string, pid: number | undefined, started: () => void): Promise<AgentOutcome> {
    const { clock, files } = this.#context
    const { spool, facts } = readSpool(folder)
    const history = await readHistory(files, spool)
    claimSpool(spool, os.hostname(), clock.nowUs())
    const own = new OwnStream(clock, files, spool)
    started()
    const follow = pid === undefined ? undefined : followProcess(clock, pid)
    const worker: Worker = {
      ended: follow === undefined ? Promise.resolve(undefined) : follow.gone.then(() => undefined),
      release: () => follow?.stop(),
    }
    return this.#serve(worker, spool, own, undefined, facts.experimentName ?? 'experiment', history)
  }

  async #serve(
    worker: Worker,
    spool: SpoolFolder,
    own: OwnStream,
    recorder: Recorder | undefined,
    experimentDefault: string,
    history?: Awaited<ReturnType<typeof readHistory>>,
  ): Promise<AgentOutcome> {
    const context = this.#context
    const killsBefore = memoryKills()
    const service = new SpoolService({ context, spool, own, recorder, experimentDefault, history })
    this.#service = service
    service.begin()
    const stopped = new Promise<'stopped'>((resolve) => {
      this.#askToStop = () => resolve('stopped')
    })
    const ended = await Promise.race([worker.ended.then((end) => ({ end })), stopped])
    const final = ended !== 'stopped'
    const end = final ? ended.end : undefined
    if (final) context.tell({ kind: 'worker-ended', end })
    service.workerEnded()
    await this.#endFacts(recorder, stopped)
    const known = history?.rankEnded === true
    // A kept spool is handed in some time after: its rank ended when the last was heard of it.
    const endedUs = this.#mode.kind === 'drain' ? history?.lastUs : undefined
    const delivery = await this.#finish(service, spool, (sessionEnd) => ({
      final,
      until: this.#until,
      rankEnd:
        final && !known
          ? {
              ...rankEndOf(end, sessionEnd, context.variables, killsBefore),
              ...(endedUs === undefined ? {} : { time: endedUs }),
            }
          : undefined,
    }))
    worker.release()
    leaveSpool(spool)
    if (delivery.kind === 'handed-on') context.config.startSuccessor?.(delivery.spool, delivery.pid)
    context.tell({ kind: 'finished', delivery })
    return outcomeOf(end, delivery)
  }

  /** A worker of half a second has ended before its interpreter has told of itself: that is waited for, a while. */
  async #endFacts(recorder: Recorder | undefined, stopped: Promise<unknown>): Promise<void> {
    const { clock, timing, voice } = this.#context
    let cancel: (() => void) | undefined
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(timing.factsMs, resolve)
    })
    await recorder?.end(Promise.race([late, stopped])).catch((error: unknown) => voice.tell(reasonOf(error)))
    cancel?.()
  }

  /** Whatever goes wrong in our own work, the command's end is passed on and the spool is kept. */
  async #finish(
    service: SpoolService,
    spool: SpoolFolder,
    ending: (sessionEnd: SessionEnd | undefined) => Ending,
  ): Promise<Delivery> {
    try {
      return await service.finish(ending)
    } catch (error) {
      const reason = reasonOf(error)
      this.#context.voice.tell(`${reason}; what was logged is kept in ${spool.root}`)
      return { kind: 'kept', spool: spool.root, records: 0, reason }
    }
  }

  /** A rank without a spool runs all the same: its user is told, and nothing is recorded. */
  #makeSpool(): SpoolFolder | undefined {
    const { given, identity, variables, clock, voice, tell } = this.#context
    const { place, names } = identity
    const { experimentName, provUserNamespace, provenanceSaveDir } = given
    try {
      const root = given.spoolRoot ?? defaultSpoolRoot(variables)
      const spool = makeSpool(root, names.jobKey, place.rank, place.attempt, {
        createdUs: clock.nowUs(),
        host: os.hostname(),
        uid: process.getuid?.() ?? 0,
        pid: process.pid,
        by: 'agent',
        environment: recordedVariables(variables),
        rank: place.rank,
        attempt: place.attempt,
        ...(names.jobKey === '' ? {} : { jobKey: names.jobKey }),
        ...(experimentName === undefined ? {} : { experimentName }),
        ...(provUserNamespace === undefined ? {} : { provUserNamespace }),
        ...(provenanceSaveDir === undefined ? {} : { provenanceSaveDir }),
      })
      tell({ kind: 'spool-ready', spool: spool.root })
      return spool
    } catch (error) {
      voice.tell(`${reasonOf(error)}; the command runs, and nothing is recorded`)
      return undefined
    }
  }

  #recorder(own: OwnStream, argv: readonly string[]): Recorder {
    const { clock, identity, variables, directory, given, version } = this.#context
    return new Recorder({
      clock,
      own,
      place: identity.place,
      variables,
      argv,
      directory,
      sampleIntervalMs: (given.sampleIntervalSeconds ?? sampleIntervalSecondsDefault) * 1000,
      version,
    })
  }

  /** While the worker lives signals are its own. Afterwards the first one is patience, the second ends the draining. */
  #noteSignal(command: RunningCommand | undefined): void {
    if (command === undefined || !command.over()) return
    if (this.#signalled) this.#service?.hurry()
    this.#signalled = true
  }
}

const sampleIntervalSecondsDefault = 10

function outcomeOf(end: CommandEnd | undefined, delivery: Delivery): AgentOutcome {
  return end === undefined ? { kind: 'served', delivery } : { ...end, delivery }
}

function refuseServed(spool: SpoolFolder): void {
  const pid = servingAgent(spool, os.hostname())
  if (pid === undefined) return
  throw new ProvloomError('CONFLICT', `The spool ${spool.root} is served by the agent with pid ${pid}`, {
    doing: 'serve the spool',
    to: spool.root,
    hint: 'Wait until that agent has ended.',
  })
}

function missingCommand(): ProvloomError {
  return new ProvloomError('MISSING_COMMAND', 'There is no command to run', {
    doing: 'start the command',
    hint: 'Put it behind the options: provloom agent [options] -- command args...',
  })
}
