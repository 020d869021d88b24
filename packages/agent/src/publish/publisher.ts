import type { Bye, Clock, Exit, Files, Hello, StreamLedger } from '@provloom/shared'
import type { Outlet } from '../outlet/outlet.ts'
import type { SessionFolder } from '../session/folder.ts'
import { readLedger } from '../spool/ledger.ts'
import type { Timing } from '../timing.ts'
import { Conversation } from './conversation.ts'
import type { ChannelEvent, ConversationEvent, PublishEvent, SenderEvent } from './event.ts'
import { Lanes } from './lanes.ts'
import type { Channel, Link } from './link.ts'
import { Patience } from './patience.ts'
import type { Hurry } from './patience.ts'
import { Retirement } from './retirement.ts'
import { Sender } from './sender.ts'
import type { Unstored } from './sender.ts'

export interface PublisherConfig {
  readonly clock: Clock
  readonly files: Files
  readonly timing: Timing
  readonly link: Link
  readonly folder: SessionFolder
  readonly listener: (event: PublishEvent) => void
  /** Whether its agent watches its machine now. */
  readonly isWatching: () => boolean
}

export type DrainOutcome = 'drained' | 'gave-up' | 'refused'

/** A session's sending half: its streams, what is sent of them, and its conversation, over the agent's one link. */
export class Publisher implements Channel {
  readonly session: string
  readonly #folder: SessionFolder
  readonly #timing: Timing
  readonly #link: Link
  readonly #lanes: Lanes
  readonly #sender: Sender
  readonly #conversation: Conversation
  readonly #retirement: Retirement
  readonly #patience: Patience
  readonly #listener: (event: PublishEvent) => void
  /** What was reached already: each counts once, and an answer that is only repeated is no progress. */
  readonly #stages = new Set<string>()

  constructor({ clock, timing, files, link, listener, folder, isWatching }: PublisherConfig) {
    const session = folder.id
    const note = (event: ConversationEvent | SenderEvent): void => this.#note(event)
    this.session = session
    this.#folder = folder
    this.#timing = timing
    this.#link = link
    this.#listener = listener
    const lanes = new Lanes({ clock, files, timing, folder: folder.streams, listener, wake: link.wake })
    const sender = new Sender({ clock, timing, lanes, wake: link.wake, session, listener: note })
    const conversation = new Conversation({
      clock,
      timing,
      session,
      outgoing: sender,
      listener: note,
      isWatching,
    })
    this.#lanes = lanes
    this.#sender = sender
    this.#conversation = conversation
    this.#retirement = new Retirement(folder, lanes, sender)
    this.#patience = new Patience({ clock, timing, link, sender, conversation })
  }

  /** Says hello; from the welcome on, everything in the session's streams is published as it comes. */
  start(hello: Hello): void {
    this.#conversation.greet(hello)
    this.#link.add(this)
  }

  step(outlet: Outlet | undefined): Promise<number> {
    return this.#sender.step(outlet)
  }

  note(event: ChannelEvent): void {
    if (event.kind === 'relaid') this.#sender.relaid()
    this.#conversation.note(event)
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

  /** Of each stream the number below which all is acknowledged. */
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

  /** The session's end was read. */
  closing(): void {
    this.#conversation.closing()
  }

  /** Everything that is in the spool now gets acknowledged. @param until monotonic milliseconds */
  async drain(until: number): Promise<DrainOutcome> {
    this.#sender.drain()
    const { state } = this.#conversation
    const isDrained = (): boolean => {
      const { isOver, state } = this.#conversation
      return isOver || (this.#sender.drained && state === 'welcomed')
    }
    if (state !== 'refused' && (await this.#patience.until(until, isDrained))) return 'drained'
    return this.#conversation.state === 'refused' ? 'refused' : 'gave-up'
  }

  /**
   * Says bye until it is answered, once it is known which streams were let go: one that a bye names again would be a
   * stream of which nothing has come.
   *
   * @returns whether it was answered
   */
  async leave(bye: () => Bye, until: number): Promise<boolean> {
    const told = (): boolean => this.#conversation.isOver || this.#retirement.isTold
    if (!(await this.#patience.until(until, told, () => this.#retirement.again()))) return false
    this.#conversation.leave(bye())
    return this.#patience.until(until, () => this.#conversation.isOver)
  }

  /** Says what is kept, to an aggregator that knows the session: its run is to tell. Waits for the answer a moment. */
  async part(bye: Bye): Promise<void> {
    if (this.#conversation.state !== 'welcomed') return
    this.#conversation.leave(bye)
    await this.#patience.aMoment(() => this.#conversation.isOver)
  }

  /** Resolves when the document on disk holds the session, or when nobody says so in time. @returns whether it does */
  settled(until: number): Promise<boolean> {
    return this.#patience.until(until, () => this.#conversation.state === 'settled')
  }

  /** Tells how the process ended after its session, to an aggregator that is there for it. */
  async amend(exit: Exit, until: number): Promise<void> {
    this.#conversation.amend(exit)
    const isAway = (): boolean => this.#link.awayMs > this.#timing.awayMs
    await this.#patience.until(until, () => this.#conversation.amended || isAway())
  }

  hurry(which: Hurry): void {
    this.#patience.hurry(which)
  }

  close(): void {
    this.#conversation.close()
    this.#link.remove(this)
    this.#lanes.release()
    this.#lanes.close()
  }

  #note(event: ConversationEvent | SenderEvent): void {
    switch (event.kind) {
      case 'welcome':
        this.#reach('welcomed')
        this.#sender.welcome(event)
        this.#retirement.again()
        return this.#listener(event)
      case 'acks':
        if (this.#retirement.acknowledged(event.next)) this.#patience.ring()
        if (this.#sender.acknowledge(event)) this.#link.progressed()
        return
      case 'rejected':
        return this.#sender.reject(event)
      case 'refused':
        this.#sender.interrupt()
        this.#listener(event)
        return this.#patience.ring()
      case 'interrupted':
        return this.#sender.interrupt()
      case 'left':
        this.#reach('left')
        return this.#patience.ring()
      case 'settled':
        this.#reach('settled')
        this.#listener(event)
        return this.#patience.ring()
      case 'stalled':
        return this.#conversation.greet()
      case 'moved':
        this.#patience.ring()
        return this.#listener(event)
      case 'later':
      case 'offset':
      case 'watch':
      case 'packed':
      case 'trouble':
        return this.#listener(event)
    }
  }

  #reach(stage: string): void {
    if (this.#stages.has(stage)) return
    this.#stages.add(stage)
    this.#link.progressed()
  }
}
