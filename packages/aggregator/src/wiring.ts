import os from 'node:os'
import { createGraphBuilder } from '@provloom/graph'
import { drained, limits, version } from '@provloom/shared'
import type { Clock, Files, Rank, StopOutcome } from '@provloom/shared'
import { hostId } from '@provloom/shared/process'
import { Admission } from './admission/admission.ts'
import { Attendance } from './admission/attendance.ts'
import { Presence } from './admission/presence.ts'
import { Intake } from './admission/intake.ts'
import type { IntakeCounts } from './admission/intake.ts'
import { Registry } from './admission/registry.ts'
import { Conversations } from './admission/conversations.ts'
import { Settling } from './admission/settling.ts'
import { Bell } from './bell.ts'
import { Bystanders } from './admission/bystanders.ts'
import { Closing } from './closing.ts'
import type { Settings } from './config.ts'
import type { ControlFolder } from './control/folder.ts'
import type { Keys } from './control/server-file.ts'
import { DescriptorWatch, descriptorLimit, ranksMax } from './inbox/descriptors.ts'
import type { Inbox, Reply } from './inbox/inbox.ts'
import { Reception } from './inbox/reception.ts'
import { ZeroMqInbox } from './inbox/zeromq/zeromq-inbox.ts'
import { Latch } from './latch.ts'
import { createMetricStore } from './metrics/store.ts'
import type { OpenRun } from './run/open-run.ts'
import { absentWaitMs } from './run/outlook.ts'
import type { Surroundings } from './run/surroundings.ts'
import { Trouble } from './run/trouble.ts'
import type { StatusListener } from './status.ts'

/** What was turned away and what was counted, since the start. */
export interface Counts extends IntakeCounts {
  /** Connections refused for their key. */
  readonly strangers: number
  /** Frames that were no message of ours. */
  readonly malformed: number
}

export interface WiringOptions {
  readonly files: Files
  readonly clock: Clock
  readonly tell: StatusListener
  readonly control: ControlFolder
  /** Nothing is open and nobody is here. May be called more than once. */
  readonly onIdle: () => void
}

const tickMs = 250
/** A busy machine is late with a heartbeat. */
const beatGraceMs = 500
const progressMs = 1_000
/** Nobody is here, and what is open cannot be written: it is tried so long. */
const stuckMs = 5_000

/** The wiring: every room of the aggregator, and what goes from one to the next. */
export class Wiring {
  readonly #settings: Settings
  readonly #options: WiringOptions
  readonly #conversations = new Conversations()
  readonly #registry: Registry
  readonly #presence: Presence
  readonly #admission: Admission
  readonly #attendance: Attendance
  readonly #intake: Intake
  readonly #closing: Closing
  readonly #reception: Reception
  #inbox: Inbox | undefined
  #cancelTick: (() => void) | undefined
  #progressAtMs = 0
  #descriptorsAtMs = 0
  /** Nothing is received now; nothing was for some time since the last look at who is here. */
  #waitsForRoom = false
  #deaf = false
  #closed = false
  /** Something that waited has been taken in. */
  readonly #freed = new Bell()
  /** A rank has ended, is lost, or its run has ended. */
  readonly #left = new Bell()
  readonly #descriptors: DescriptorWatch
  #served = false
  /** Every hello is asked to come again; and whether one has come. */
  #leaving = false
  #wanted = false

  constructor(settings: Settings, options: WiringOptions) {
    this.#settings = settings
    this.#descriptors = new DescriptorWatch(new Trouble(options.tell, undefined))
    this.#options = options
    const { clock } = options
    const reply: Reply = (peer, message) => this.#inbox?.reply(peer, message)
    this.#intake = new Intake(this.#conversations, reply, clock)
    const around = this.#surroundings()
    this.#registry = new Registry(around, settings, options.control)
    this.#presence = new Presence(clock)
    const [registry, conversations, presence] = [this.#registry, this.#conversations, this.#presence]
    const bystanders = new Bystanders({ around, registry, presence })
    const settling = new Settling(around, conversations, reply, !settings.holdOpen)
    this.#closing = new Closing({
      around,
      registry,
      conversations,
      presence,
      settling,
      isAttended: settings.isAttended,
      onClosed: () => {
        this.#served = true
        this.#freed.ring()
        this.#left.ring()
        this.#lookIdle()
      },
    })
    this.#attendance = new Attendance({
      around,
      conversations,
      presence,
      bystanders,
      settling,
      reply,
      onLeft: (run) => {
        this.#left.ring()
        this.#look(run)
      },
      onGone: () => {
        for (const run of registry.open) this.#look(run)
        this.#lookIdle()
      },
    })
    this.#admission = new Admission({
      around,
      registry,
      conversations,
      presence,
      bystanders,
      settling,
      reply,
      ranksMax: ranksMax(descriptorLimit()),
      leaving: () => {
        if (!this.#leaving) return false
        this.#wanted = true
        return true
      },
      onDecided: () => this.#left.ring(),
    })
    this.#reception = new Reception({
      admission: this.#admission,
      attendance: this.#attendance,
      intake: this.#intake,
      reply,
    })
  }

  #surroundings(): Surroundings {
    const [options, settings] = [this.#options, this.#settings]
    return {
      files: options.files,
      clock: options.clock,
      version,
      host: os.hostname(),
      connectionFile: options.control.connection,
      tell: options.tell,
      force: settings.force,
      createGraphBuilder,
      createMetricStore,
      createGraph: settings.createGraph,
      createSvg: settings.createSvg,
      onRoom: () => this.#freed.ring(),
      acknowledge: (acknowledgements) => this.#intake.acknowledge(acknowledgements),
      retryLater: (streams, message) => this.#intake.retryLater(streams, message),
    }
  }

  get counts(): Counts {
    return {
      ...this.#intake.counts,
      strangers: this.#inbox?.strangers ?? 0,
      malformed: this.#reception.malformed + (this.#inbox?.misshapen ?? 0),
    }
  }

  /** Nobody was heard for longer than between two heartbeats, and ranks of other machines, whose network may be slow, are not in. */
  get isDeserted(): boolean {
    // One that went on from a journal may never hear of its ranks.
    const isOfHere = (run: OpenRun, rank: Rank, host: string | undefined): boolean => {
      const holder = this.#conversations.holder(run, rank)
      return holder === undefined ? host === os.hostname() : holder.hello.hostId === hostId()
    }
    return (
      this.#presence.silentMs > limits.heartbeatIntervalMs + beatGraceMs &&
      this.#registry.open.every((run) =>
        [...run.roster.latest()].every(
          ({ rank, ended, host }) => ended !== undefined || isOfHere(run, rank, host),
        ),
      )
    )
  }

  /** Whether a run that has ended may go on: what it would go on from is kept, or it is still open. */
  get mayGoOn(): boolean {
    return this.#registry.openCount > 0 || this.#registry.closed.some(({ reopenable }) => reopenable)
  }

  /**
   * Goes on with open runs, then listens.
   *
   * @param ports tried in this order
   * @returns the port
   * @throws {ProvloomError} `BIND_FAILED`; `FILE_UNREADABLE` and `LOG_UNREADABLE` for a run that it is to go on with
   */
  async open(keys: Keys | undefined, ports: readonly number[]): Promise<number> {
    const inbox: Inbox = new ZeroMqInbox({
      listen: this.#settings.listen,
      keys,
      onFrame: (peer, payload) => this.#reception.frame(peer, payload),
      room: () => this.#room(),
    })
    const port = await inbox.bind(ports)
    try {
      await this.#registry.resume()
    } catch (error) {
      await inbox.stop()
      throw error
    }
    this.#inbox = inbox
    inbox.receive()
    this.#descriptors.guard(port)
    this.#tick()
    return port
  }

  /** Lets ranks that are about to end do so, ends the runs that are open, and stops to listen. */
  async close(deadlineMs: number, patienceMs: number): Promise<StopOutcome> {
    const { clock } = this.#options
    const untilMs = clock.monotonicMs() + deadlineMs
    if (patienceMs > 0) await this.#within(this.#allLeft(), patienceMs)
    // What was not said by now asks again, and is kept.
    this.#leaving = true
    const closings = this.#registry.open.map((run) => this.#closing.close(run, 'stopped'))
    const all = Promise.all([...closings, this.#closing.underway()])
    await this.#within(all, untilMs - clock.monotonicMs())
    this.#cancelTick?.()
    this.#cancelTick = undefined
    this.#descriptors.close()
    this.#closed = true
    this.#freed.ring()
    await this.#inbox?.stop()
    this.#inbox = undefined
    const left = this.#registry.open.map((run) => run.facts.runDir)
    return left.length === 0
      ? drained
      : { kind: 'gave-up', left: `${left.length} runs not finished, their journals kept: ${left.join(', ')}` }
  }

  /** Resolves when no rank is here, or about to be, that is not lost. */
  async #allLeft(): Promise<void> {
    while (
      this.#admission.isDeciding ||
      this.#conversations.live().some((one) => one.standing?.lost === undefined && one.run.gone === undefined)
    )
      await this.#left.heard()
  }

  async #within(work: Promise<unknown>, patienceMs: number): Promise<void> {
    const late = new Latch()
    const cancel = this.#options.clock.after(Math.max(0, patienceMs), () => late.open())
    await Promise.race([work, late.opened])
    cancel()
  }

  #tick(): void {
    this.#cancelTick = this.#options.clock.after(tickMs, () => this.#tick())
    this.#attendance.tick(this.#deaf)
    this.#deaf = this.#waitsForRoom
    for (const run of this.#registry.open) {
      run.look()
      if (run.gone !== undefined) {
        this.#letGo(run)
        continue
      }
      this.#closing.note(run)
      this.#look(run)
    }
    this.#tellProgress()
    this.#watchDescriptors()
    this.#lookIdle()
  }

  /** Who was started for a job that never came need not stay for ever either; agents that come later start another. */
  #lookIdle(): void {
    if (this.#presence.any) return
    if (this.#registry.openCount > 0) {
      if (this.#isStuck && this.#presence.silentMs >= stuckMs) this.#options.onIdle()
      return
    }
    const patienceMs = this.#settings.generation === undefined ? absentWaitMs : limits.lostAfterMs
    const tried = this.#served || this.#registry.isFailing
    if (tried || this.#presence.silentMs >= patienceMs) this.#options.onIdle()
  }

  /** What is open cannot be written, and is in its journal as far as that goes: nobody's staying changes that. */
  get #isStuck(): boolean {
    const { open, openCount } = this.#registry
    return openCount === open.length && open.every((run) => run.isStuck)
  }

  /**
   * About to leave: everybody who comes is asked to come again, for a while or for ever.
   *
   * @returns whether nobody came for a while
   */
  async leave(forMs: number): Promise<boolean> {
    this.#leaving = true
    this.#wanted = false
    await new Promise<void>((resolve) => {
      this.#options.clock.after(forMs, resolve)
    })
    return this.#isStuck && !this.#wanted
  }

  /** Takes in who comes, again. */
  stay(): void {
    this.#leaving = false
  }

  #look(run: OpenRun): void {
    if (!this.#settings.holdOpen) this.#closing.look(run)
  }

  /** The run is not ours to write any more. What its ranks log is not acknowledged, and stays with them. */
  #letGo(run: OpenRun): void {
    void this.#registry.letGo(run)
    this.#admission.turnAway(run)
    this.#served = true
    this.#left.ring()
  }

  #watchDescriptors(): void {
    const now = this.#options.clock.monotonicMs()
    if (now - this.#descriptorsAtMs < this.#descriptors.everyMs) return
    this.#descriptorsAtMs = now
    this.#descriptors.look()
  }

  #tellProgress(): void {
    const now = this.#options.clock.monotonicMs()
    if (now - this.#progressAtMs < progressMs) return
    this.#progressAtMs = now
    for (const run of this.#registry.open) {
      const progress = run.takeProgress()
      if (progress !== undefined) this.#options.tell(progress)
    }
  }

  /** Resolves when what was received and not yet stored, applied and in Parquet has become little enough. */
  async #room(): Promise<void> {
    while (!this.#closed && this.#isFull()) {
      this.#waitsForRoom = this.#deaf = true
      await this.#freed.heard()
    }
    this.#waitsForRoom = false
  }

  #isFull(): boolean {
    const { open } = this.#registry
    if (open.some(({ isOverfull }) => isOverfull)) return true
    return open.reduce((sum, run) => sum + run.pendingBytes, 0) > limits.inFlightBytesMax
  }
}
