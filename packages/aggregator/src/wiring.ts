import os from 'node:os'
import PQueue from 'p-queue'
import { createGraphBuilder } from '@provloom/graph'
import { Statuses, drained, limits, version } from '@provloom/shared'
import type { Clock, Files, StopOutcome } from '@provloom/shared'
import { Admission } from './admission/admission.ts'
import { Answers } from './admission/answers.ts'
import { Asking } from './admission/asking.ts'
import { Attendance } from './admission/attendance.ts'
import { Bystanders } from './admission/bystanders.ts'
import { Conversations } from './admission/conversations.ts'
import { Entrance } from './admission/entrance.ts'
import { Intake } from './admission/intake.ts'
import type { IntakeCounts } from './admission/intake.ts'
import { Opener } from './admission/opener.ts'
import { Presence } from './admission/presence.ts'
import { Registry } from './admission/registry.ts'
import { Settling } from './admission/settling.ts'
import { Watches } from './admission/watches.ts'
import { Bell } from './bell.ts'
import { Closing } from './closing/closing.ts'
import { Sights } from './closing/sights.ts'
import { Telling } from './closing/telling.ts'
import type { Settings } from './config.ts'
import type { ControlFolder } from './control/folder.ts'
import type { Keys } from './control/server-file.ts'
import { DescriptorWatch, descriptorLimit, ranksMax } from './inbox/descriptors.ts'
import type { Inbox, Reply } from './inbox/inbox.ts'
import { Reception } from './inbox/reception.ts'
import { Room } from './inbox/room.ts'
import { ZeroMqInbox } from './inbox/zeromq/zeromq-inbox.ts'
import { Latch } from './latch.ts'
import { createMetricStore } from './metrics/store.ts'
import { Rounds } from './rounds.ts'
import { Hints } from './run/hints.ts'
import type { OpenRun } from './run/open-run.ts'
import { Folding } from './metrics/curve/folding.ts'
import type { RunStatus } from './run/run-status.ts'
import type { Surroundings } from './run/surroundings.ts'
import { Trouble } from './run/trouble.ts'
import { Staying } from './staying.ts'
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

/** The wiring: every room of the aggregator, and what goes from one to the next. */
export class Wiring {
  readonly staying: Staying
  readonly #settings: Settings
  readonly #clock: Clock
  readonly #conversations = new Conversations()
  readonly #registry: Registry
  readonly #opener: Opener
  readonly #asking: Asking
  readonly #admission: Admission
  readonly #intake: Intake
  readonly #closing: Closing
  readonly #reception: Reception
  readonly #room: Room
  readonly #rounds: Rounds
  readonly #descriptors: DescriptorWatch
  readonly #folding: Folding
  #inbox: Inbox | undefined
  /** A rank has ended, is lost, or its run has ended; or somebody was let in, or not. */
  readonly #left = new Bell()

  constructor(settings: Settings, options: WiringOptions) {
    const { clock, onIdle } = options
    this.#settings = settings
    this.#clock = clock
    this.#descriptors = new DescriptorWatch(new Trouble(options.tell, undefined))
    const runs = new Statuses<RunStatus>()
    const around = surroundings(settings, options, runs)
    const reply: Reply = (peer, message) => this.#inbox?.reply(peer, message)
    const presence = new Presence(clock)
    const registry = (this.#registry = new Registry(settings.asked, options.control))
    const opener = (this.#opener = new Opener(around, settings, registry))
    const conversations = this.#conversations
    const known = { around, clock, registry, opener, conversations, presence, hints: new Hints(), reply }
    const { isAttended, holdOpen, generation } = settings
    const settling = new Settling({ ...known, runsEnd: !holdOpen })
    const bystanders = new Bystanders(known)
    const sights = new Sights({ ...known, isAttended })
    const telling = new Telling(known)
    const onClosed = (): void => this.#onClosed()
    const folding = (this.#folding = new Folding(around.files))
    const closing = new Closing({ ...known, settling, sights, telling, folding, holdOpen, onClosed })
    const staying = new Staying({ ...known, closing, folding, isOfAgents: generation !== undefined, onIdle })
    const sinceMs = clock.monotonicMs()
    const watches = new Watches({
      find: (session) => conversations.get(session),
      isAwaited: ({ run, hostId }) =>
        clock.monotonicMs() - sinceMs < limits.lostAfterMs &&
        (conversations.hasUnheard(run) || conversations.hasWatcher(run, hostId)),
    })
    const answers = new Answers({ ...known, watches })
    const asking = new Asking(clock, () => this.#left.ring())
    const attendance = new Attendance({
      ...known,
      bystanders,
      settling,
      answers,
      watches,
      onLeft: (run) => this.#onLeft(run),
      onGone: () => this.#onGone(),
    })
    const atDoor = { ...known, asking, answers, bystanders, settling }
    const entrance = new Entrance({ ...atDoor, ranksMax: ranksMax(descriptorLimit()) })
    const admission = new Admission({ ...atDoor, entrance, leaving: () => staying.asksAgain() })
    const intake = new Intake(conversations, reply, clock)
    const room = new Room(() => registry.open)
    const descriptors = this.#descriptors
    this.staying = staying
    this.#asking = asking
    this.#closing = closing
    this.#admission = admission
    this.#intake = intake
    this.#room = room
    this.#reception = new Reception({ admission, answers, attendance, intake, reply })
    this.#rounds = new Rounds({ ...known, attendance, sights, closing, descriptors, room, staying })
    runs.listen((status) => intake.heard(status))
    runs.listen((status) => this.#heard(status))
  }

  get counts(): Counts {
    return {
      ...this.#intake.counts,
      strangers: this.#inbox?.strangers ?? 0,
      malformed: this.#reception.malformed + (this.#inbox?.misshapen ?? 0),
    }
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
      room: () => this.#room.made(),
    })
    const port = await inbox.bind(ports)
    try {
      await this.#opener.resume()
    } catch (error) {
      await inbox.stop()
      throw error
    }
    this.#inbox = inbox
    inbox.receive()
    this.#descriptors.guard(port)
    this.#rounds.begin()
    return port
  }

  /** Lets ranks that are about to end do so, ends the runs that are open, and stops to listen. */
  async close(deadlineMs: number, patienceMs: number): Promise<StopOutcome> {
    const untilMs = this.#clock.monotonicMs() + deadlineMs
    if (patienceMs > 0) await this.#within(this.#allLeft(), patienceMs)
    // What was not said by now asks again, and is kept.
    this.staying.refuseAll()
    this.#folding.stop()
    const closings = this.#registry.open.map((run) => this.#closing.close(run, 'stopped'))
    const all = Promise.all([...closings, this.#closing.underway()])
    await this.#within(all, untilMs - this.#clock.monotonicMs())
    this.#rounds.end()
    this.#descriptors.close()
    this.#room.close()
    await this.#inbox?.stop()
    this.#inbox = undefined
    const left = this.#registry.open.map((run) => run.facts.runDir)
    return left.length === 0
      ? drained
      : { kind: 'gave-up', left: `${left.length} runs not finished, their journals kept: ${left.join(', ')}` }
  }

  /** Resolves when no rank is here, or about to be, that is not lost. */
  async #allLeft(): Promise<void> {
    const isHere = (): boolean =>
      this.#conversations
        .live()
        .some(({ standing, run }) => standing?.lost === undefined && run.gone === undefined)
    while (this.#asking.isDeciding || isHere()) await this.#left.heard()
  }

  async #within(work: Promise<unknown>, patienceMs: number): Promise<void> {
    const late = new Latch()
    const cancel = this.#clock.after(Math.max(0, patienceMs), () => late.open())
    await Promise.race([work, late.opened])
    cancel()
  }

  #heard(status: RunStatus): void {
    if (status.kind === 'room') this.#room.freed()
    if (status.kind !== 'gone') return
    const run = this.#registry.open.find(({ facts }) => facts.runId === status.runId)
    if (run !== undefined) this.#letGo(run)
  }

  /** The run is not ours to write any more. What its ranks log is not acknowledged, and stays with them. */
  #letGo(run: OpenRun): void {
    void this.#registry.letGo(run)
    this.#admission.turnAway(run)
    this.staying.served()
    this.#left.ring()
  }

  #onClosed(): void {
    this.staying.served()
    this.#room.freed()
    this.#left.ring()
    this.staying.look()
  }

  /** A rank has ended, or is lost: its run may be over. */
  #onLeft(run: OpenRun): void {
    this.#left.ring()
    this.#closing.look(run)
  }

  /** An agent has gone: whoever waited for it need not any more. */
  #onGone(): void {
    for (const run of this.#registry.open) this.#closing.look(run)
    this.staying.look()
  }
}

function surroundings(settings: Settings, options: WiringOptions, runs: Statuses<RunStatus>): Surroundings {
  const { files, clock, tell, control } = options
  const { force, createGraph, createSvg } = settings
  const { connection: connectionFile } = control
  const host = os.hostname()
  const makers = { createGraphBuilder, createMetricStore, drawings: new PQueue({ concurrency: 1 }) }
  return { files, clock, tell, runs, version, host, connectionFile, force, createGraph, createSvg, ...makers }
}
