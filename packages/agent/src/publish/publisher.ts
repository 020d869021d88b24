import type {
  AggregatorMessage,
  Bye,
  Clock,
  Exit,
  Files,
  Hello,
  Later,
  Refused,
  Settled,
  StreamLedger,
  Welcome,
} from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'
import { readLedger } from '../spool/ledger.ts'
import type { Packed, ReaderProblem } from '../spool/stream-reader.ts'
import type { Timing } from '../timing.ts'
import type { ConnectionEvent, Outlet } from '../outlet/outlet.ts'
import { Wake } from '../wake.ts'
import { Conversation } from './conversation.ts'
import { Lanes } from './lanes.ts'
import type { Channel, Link } from './link.ts'
import { Retirement } from './retirement.ts'
import { Sender } from './sender.ts'
import type { Unstored } from './sender.ts'

/** What a publisher tells while it works. */
export interface PublisherListener {
  welcomed(welcome: Welcome): void
  refused(refused: Refused): void
  delayed(later: Later): void
  settled(settled: Settled): void
  /** Records about to be sent, the first time or again. */
  packed(packed: Packed): void
  /** Something of a stream is in the journal that was not before. */
  progressed(): void
  offset(offsetUs: number, uncertaintyUs: number): void
  problem(problem: ReaderProblem): void
  trouble(message: string): void
}

export interface PublisherConfig {
  readonly clock: Clock
  readonly files: Files
  readonly timing: Timing
  readonly link: Link
  readonly folder: SessionFolder
  readonly listener: PublisherListener
}

const slowNotDead = 4
/** Of `drainMs`, for waiting; the rest is for counting and saying what is left, so that all of it fits. */
const waitingShare = 0.95

/** What gives up now: all, or what the aggregator cannot store. */
export type Hurry = 'all' | 'unstored'

export type DrainOutcome = 'drained' | 'gave-up' | 'refused'

/** A session's sending half: its streams, what is sent of them, and its conversation, over the agent's one link. */
export class Publisher implements Channel {
  readonly session: string
  readonly #folder: SessionFolder
  readonly #clock: Clock
  readonly #timing: Timing
  readonly #link: Link
  readonly #lanes: Lanes
  readonly #sender: Sender
  readonly #conversation: Conversation
  readonly #retirement: Retirement
  readonly #moved: Wake
  #hurried: Hurry | undefined
  #closing = false
  /** What was reached already. */
  readonly #stages = new Set<string>()

  constructor(config: PublisherConfig) {
    const { clock, timing, files, link, listener, folder } = config
    this.session = folder.id
    this.#folder = folder
    this.#clock = clock
    this.#timing = timing
    this.#link = link
    this.#moved = new Wake(clock)
    this.#lanes = new Lanes({
      clock,
      files,
      timing,
      folder: folder.streams,
      problem: (problem) => listener.problem(problem),
      stirred: () => link.wake.ring(),
    })
    this.#sender = new Sender({
      clock,
      timing,
      lanes: this.#lanes,
      wake: link.wake,
      session: folder.id,
      packed: (packed) => listener.packed(packed),
      stalled: () => this.#conversation.greet(),
      failed: (error) => listener.trouble(error instanceof Error ? error.message : String(error)),
      moved: () => {
        this.#moved.ring()
        listener.progressed()
      },
    })
    this.#retirement = new Retirement(folder, this.#lanes, (message) => this.#sender.say(message))
    this.#conversation = this.#converse(listener)
  }

  /** Says hello; from the welcome on, everything in the session's streams is published as it comes. */
  start(hello: Hello): void {
    this.#conversation.greet(hello)
    this.#link.add(this)
  }

  step(outlet: Outlet | undefined): Promise<number> {
    return this.#sender.step(outlet)
  }

  hear(message: AggregatorMessage): void {
    this.#conversation.hear(message)
  }

  changed(event: ConnectionEvent): void {
    this.#conversation.changed(event)
  }

  relaid(): void {
    this.#sender.relaid()
    this.#conversation.reconnecting()
  }

  /** Keeps the segment with this record although it is acknowledged; undefined lets it go. */
  hold(stream: string, number: number | undefined): void {
    if (this.#lanes.get(stream) === undefined) this.#lanes.discover()
    const lane = this.#lanes.get(stream)
    if (lane !== undefined) lane.heldFrom = number ?? Infinity
  }

  /** Streams beyond what one rank may have: they stay in the spool, unpublished. */
  get overflow(): number {
    return this.#lanes.overflow
  }

  /** That nothing of it can be stored now, and why. */
  get unstored(): Unstored | undefined {
    return this.#sender.unstored
  }

  /** Records below this number of a stream are acknowledged. */
  acknowledged(stream: string): number {
    return this.#lanes.get(stream)?.acknowledged ?? 0
  }

  /** The same of all streams. */
  get marks(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#lanes.all.map((lane) => [lane.reader.id, lane.acknowledged]))
  }

  /** Lets go of streams whose writer is gone and whose records are all acknowledged. */
  retire(isGone: (stream: string) => boolean): void {
    this.#retirement.look(isGone)
  }

  /** The ledger of all streams that were not let go. */
  get ledger(): Readonly<Record<string, StreamLedger>> {
    const all: Record<string, StreamLedger> = {}
    for (const { reader } of this.#lanes.all) {
      const found = readLedger(this.#folder, reader.id)
      if (found !== undefined) all[reader.id] = found
    }
    return all
  }

  /** The session's end was read: the aggregator is told at once, so that whoever comes next waits for it. */
  closing(): void {
    if (this.#closing) return
    this.#closing = true
    this.#conversation.sayHeartbeat()
  }

  /**
   * Everything that is in the spool now gets acknowledged; gives up when nothing moves for `drainMs`, or for
   * four times as long when the aggregator answers all the same. While it gets on with other sessions of this agent it
   * is busy, and will come to this one.
   *
   * @param until monotonic milliseconds at which it gives up in any case
   */
  async drain(until: number): Promise<DrainOutcome> {
    const begun = this.#clock.monotonicMs()
    this.#sender.drain()
    for (;;) {
      if (this.#conversation.state === 'refused') return 'refused'
      if (this.#isOver() || (this.#sender.drained && this.#conversation.state === 'welcomed'))
        return 'drained'
      const end = Math.min(until, this.#movedMs(begun) + this.#patienceMs())
      const left = end - this.#clock.monotonicMs()
      if (left <= 0) return 'gave-up'
      await this.#moved.wait(Math.min(left, this.#timing.answerWaitMs))
    }
  }

  /**
   * Says bye until it is answered, once it is known which streams were let go: one that a bye names again would be a
   * stream of which nothing has come.
   *
   * @returns whether it was answered
   */
  async leave(bye: () => Bye, until: number): Promise<boolean> {
    const told = (): boolean => this.#isOver() || this.#retirement.isTold
    if (!(await this.#wait(until, told, () => this.#retirement.again()))) return false
    this.#conversation.leave(bye())
    return this.#wait(until, () => this.#isOver())
  }

  /** Says what is kept, to an aggregator that knows the session: its run is to tell. Waits for the answer a moment. */
  async part(bye: Bye): Promise<void> {
    if (this.#conversation.state !== 'welcomed') return
    this.#conversation.leave(bye)
    const until = this.#clock.monotonicMs() + this.#timing.answerWaitMs
    while (!this.#isOver() && this.#clock.monotonicMs() < until)
      await this.#moved.wait(Math.max(1, until - this.#clock.monotonicMs()))
  }

  /** Resolves when the document on disk holds the session, or when nobody says so in time. @returns whether it does */
  settled(until: number): Promise<boolean> {
    return this.#wait(until, () => this.#conversation.state === 'settled')
  }

  /** Tells how the process ended after its session, to an aggregator that is there for it. */
  async amend(exit: Exit, until: number): Promise<void> {
    this.#conversation.amend(exit)
    await this.#wait(until, () => this.#conversation.amended || this.#link.awayMs > this.#timing.awayMs)
  }

  /** Whoever drains gives up now, or as soon as nothing can be stored. */
  hurry(which: Hurry): void {
    if (this.#hurried !== 'all') this.#hurried = which
    this.#moved.ring()
  }

  close(): void {
    this.#conversation.close()
    this.#link.remove(this)
    this.#lanes.release()
    this.#lanes.close()
  }

  /** Each of these counts once: an answer that is only repeated is no progress. */
  #progressed(stage: 'welcomed' | 'left' | 'settled'): void {
    if (this.#stages.has(stage)) return
    this.#stages.add(stage)
    this.#link.progressed()
  }

  #isOver(): boolean {
    return this.#conversation.state === 'left' || this.#conversation.state === 'settled'
  }

  async #wait(until: number, done: () => boolean, ask = (): void => {}): Promise<boolean> {
    const begun = this.#clock.monotonicMs()
    let askedMs = -Infinity
    while (!done() && this.#conversation.state !== 'refused') {
      const left = Math.min(until, this.#movedMs(begun) + this.#patienceMs()) - this.#clock.monotonicMs()
      if (left <= 0) return false
      if (this.#clock.monotonicMs() - askedMs >= this.#timing.answerWaitMs) {
        askedMs = this.#clock.monotonicMs()
        ask()
      }
      await this.#moved.wait(Math.min(left, this.#timing.answerWaitMs))
    }
    return done()
  }

  /** When something last moved: of this session, or of others where that says something of this one. */
  #movedMs(begun: number): number {
    const others = this.#sender.unstored === undefined ? this.#link.progressMs : -Infinity
    return Math.max(begun, this.#sender.progressMs, others)
  }

  /**
   * An aggregator that answers, and is only slow to acknowledge, waits for who may hold our place, or has not come to our
   * hello yet, is worth more waiting than one that is silent: longer than a holder may be silent before it is lost. One
   * that can store nothing is not.
   */
  #patienceMs(): number {
    const { drainMs } = this.#timing
    const stores = this.#sender.unstored === undefined
    if (this.#hurried === 'all' || (this.#hurried === 'unstored' && !stores)) return 0
    if (stores && this.#isAnswered(drainMs)) return drainMs * slowNotDead
    return this.#link.hopeless === undefined ? drainMs * waitingShare : this.#timing.seekMinMs
  }

  /** Something was heard within this, and it is known of no reason why this session should wait in vain. */
  #isAnswered(withinMs: number): boolean {
    const { state, putOff, turnedDown, silentMs } = this.#conversation
    const knows = state === 'welcomed' || putOff || this.#isOver()
    return (knows && silentMs < withinMs) || (!turnedDown && this.#link.silentMs < withinMs)
  }

  #converse(listener: PublisherListener): Conversation {
    return new Conversation(this.#clock, this.#timing, this.session, {
      say: (message) => this.#sender.say(message),
      welcomed: (welcome) => {
        this.#progressed('welcomed')
        this.#sender.welcome(welcome)
        this.#retirement.again()
        listener.welcomed(welcome)
      },
      acknowledged: (acks) => {
        if (this.#retirement.acknowledged(acks.next)) this.#moved.ring()
        if (this.#sender.acknowledge(acks)) this.#link.progressed()
      },
      rejected: (rejected) => this.#sender.reject(rejected),
      refused: (refused) => {
        this.#sender.interrupt()
        listener.refused(refused)
        this.#moved.ring()
      },
      delayed: (later) => listener.delayed(later),
      interrupted: () => this.#sender.interrupt(),
      farewell: () => {
        this.#progressed('left')
        this.#moved.ring()
      },
      settled: (settled) => {
        this.#progressed('settled')
        listener.settled(settled)
        this.#moved.ring()
      },
      offset: (offsetUs, uncertaintyUs) => listener.offset(offsetUs, uncertaintyUs),
      backlog: () => this.#lanes.backlog,
      closing: () => this.#closing,
      drained: () => this.#sender.drained,
    })
  }
}
