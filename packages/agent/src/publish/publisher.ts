import type { Bye, Clock, Connection, Files, Hello, Refused, Welcome } from '@provloom/shared'
import type { SpoolFolder } from '../spool/folder.ts'
import type { Packed, ReaderProblem } from '../spool/stream-reader.ts'
import type { Timing } from '../timing.ts'
import type { Connect } from '../transport/transport.ts'
import { Wire } from '../transport/wire.ts'
import { Wake } from '../wake.ts'
import { Conversation } from './conversation.ts'
import { Lanes } from './lanes.ts'
import { Sender } from './sender.ts'
import type { Sessions } from './sender.ts'

/** What a publisher tells while it works. */
export interface PublisherListener {
  connecting(connection: Connection): void
  welcomed(welcome: Welcome): void
  refused(refused: Refused): void
  disconnected(): void
  /** Records about to be sent, the first time or again. */
  packed(packed: Packed): void
  offset(offsetUs: number, uncertaintyUs: number): void
  problem(problem: ReaderProblem): void
  trouble(message: string): void
}

export interface PublisherConfig {
  readonly clock: Clock
  readonly files: Files
  readonly timing: Timing
  readonly connect: Connect
  readonly spool: SpoolFolder
  readonly from: Sessions
  readonly connectionFiles: readonly string[]
  readonly listener: PublisherListener
}

const slowNotDead = 4
/** Of `drainMs`, for waiting; the rest is for counting and saying what is left, so that all of it fits. */
const waitingShare = 0.95

export type DrainOutcome = 'drained' | 'gave-up' | 'refused'

/** The sending half, wired: streams of a spool, one sender, one conversation, one wire. */
export class Publisher {
  readonly #clock: Clock
  readonly #timing: Timing
  readonly #lanes: Lanes
  readonly #sender: Sender
  readonly #conversation: Conversation
  readonly #wire: Wire
  readonly #moved: Wake
  #hurried = false

  constructor(config: PublisherConfig) {
    const { clock, timing, files, listener, from } = config
    this.#clock = clock
    this.#timing = timing
    this.#moved = new Wake(clock)
    const wake = new Wake(clock)
    this.#lanes = new Lanes({
      clock,
      files,
      timing,
      folder: config.spool.streams,
      problem: (problem) => listener.problem(problem),
      stirred: () => wake.ring(),
    })
    this.#sender = new Sender({
      clock,
      timing,
      lanes: this.#lanes,
      wake,
      from,
      packed: (packed) => listener.packed(packed),
      stalled: () => this.#conversation.greet(),
      failed: (error) => listener.trouble(error instanceof Error ? error.message : String(error)),
      moved: () => this.#moved.ring(),
    })
    this.#conversation = this.#converse(from.session, listener)
    this.#wire = new Wire({
      clock,
      timing,
      connect: config.connect,
      files: config.connectionFiles,
      listener: {
        heard: (frame) => this.#conversation.hear(frame),
        changed: (event) => {
          if (event.kind === 'disconnected' && this.#conversation.state === 'welcomed')
            listener.disconnected()
          this.#conversation.changed(event)
        },
      },
      changed: (transport, connection) => {
        this.#sender.use(transport)
        this.#conversation.reconnecting()
        if (connection !== undefined) listener.connecting(connection)
      },
      silentMs: () => this.#conversation.silentMs,
      trouble: (message) => listener.trouble(message),
    })
  }

  /** Finds the aggregator and says hello; from the welcome on, everything in the spool is published as it comes. */
  async start(hello: Hello): Promise<void> {
    this.#conversation.greet(hello)
    this.#sender.start()
    await this.#wire.seek()
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

  /** Records below this number of a stream are acknowledged. */
  acknowledged(stream: string): number {
    return this.#lanes.get(stream)?.acknowledged ?? 0
  }

  /**
   * Everything that is in the spool now gets acknowledged; gives up when nothing moves for `drainMs`, or for
   * four times as long when the aggregator answers all the same.
   *
   * @param until monotonic milliseconds at which it gives up in any case
   */
  async drain(until: number): Promise<DrainOutcome> {
    const begun = this.#clock.monotonicMs()
    this.#sender.drain()
    for (;;) {
      if (this.#conversation.state === 'refused') return 'refused'
      if (this.#sender.drained && this.#conversation.state === 'welcomed') return 'drained'
      const end = Math.min(until, Math.max(begun, this.#sender.progressMs) + this.#patienceMs())
      const left = end - this.#clock.monotonicMs()
      if (left <= 0) return 'gave-up'
      await this.#moved.wait(Math.min(left, this.#timing.answerWaitMs))
    }
  }

  /** Says bye until it is answered. @returns whether it was */
  async leave(bye: Bye, until: number): Promise<boolean> {
    const begun = this.#clock.monotonicMs()
    this.#conversation.leave(bye)
    while (this.#conversation.state !== 'left' && this.#conversation.state !== 'refused') {
      const left = Math.min(until, begun + this.#patienceMs()) - this.#clock.monotonicMs()
      if (left <= 0) return false
      await this.#moved.wait(Math.min(left, this.#timing.answerWaitMs))
    }
    return this.#conversation.state === 'left'
  }

  /** Whoever drains gives up now. */
  hurry(): void {
    this.#hurried = true
    this.#moved.ring()
  }

  async close(): Promise<void> {
    this.#conversation.close()
    this.#wire.close()
    await this.#sender.stop()
    this.#lanes.release()
    this.#lanes.close()
  }

  /** An aggregator that answers, and is only slow to acknowledge, is worth more waiting than one that is silent. */
  #patienceMs(): number {
    const { drainMs } = this.#timing
    if (this.#hurried) return 0
    return this.#conversation.state === 'welcomed' && this.#conversation.silentMs < drainMs
      ? drainMs * slowNotDead
      : drainMs * waitingShare
  }

  #converse(session: string, listener: PublisherListener): Conversation {
    return new Conversation(this.#clock, this.#timing, session, {
      say: (message) => this.#sender.say(message),
      welcomed: (welcome) => {
        this.#sender.welcome(welcome)
        listener.welcomed(welcome)
      },
      acknowledged: (acks) => this.#sender.acknowledge(acks),
      rejected: (rejected) => this.#sender.reject(rejected),
      refused: (refused) => {
        this.#sender.interrupt()
        listener.refused(refused)
        this.#wire.close()
        this.#sender.use(undefined)
        this.#moved.ring()
      },
      interrupted: () => this.#sender.interrupt(),
      farewell: () => this.#moved.ring(),
      offset: (offsetUs, uncertaintyUs) => listener.offset(offsetUs, uncertaintyUs),
      backlog: () => this.#lanes.backlog,
      settled: () => this.#sender.drained,
    })
  }
}
