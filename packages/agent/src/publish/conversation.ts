import { decodeAggregatorMessage } from '@provloom/shared'
import type {
  Acks,
  AgentMessage,
  AggregatorMessage,
  Bye,
  Clock,
  Hello,
  Refused,
  Rejected,
  Welcome,
} from '@provloom/shared'
import type { Timing } from '../timing.ts'
import type { ConnectionEvent } from '../transport/transport.ts'

/** What the conversation asks of the others. */
export interface ConversationParts {
  say(message: AgentMessage): void
  welcomed(welcome: Welcome): void
  acknowledged(acks: Acks): void
  rejected(rejected: Rejected): void
  refused(refused: Refused): void
  /** Envelopes must wait: the aggregator does not know us now. */
  interrupted(): void
  farewell(): void
  /** This clock minus the aggregator's, and half the round trip. */
  offset(offsetUs: number, uncertaintyUs: number): void
  backlog(): number
  /** Whether everything that is to be said before bye is acknowledged. */
  settled(): boolean
}

export type ConversationState = 'silent' | 'greeting' | 'welcomed' | 'refused' | 'left'

/**
 * Who is at the other end, and whether it knows us: hello until there is an answer, again after every break of the
 * connection and whenever the aggregator asks for it, heartbeats in between, bye at the end
 * (docs/wire-format.md, "The conversation").
 */
export class Conversation {
  readonly #clock: Clock
  readonly #timing: Timing
  readonly #session: string
  readonly #parts: ConversationParts
  #state: ConversationState = 'silent'
  #hello: Hello | undefined
  #bye: Bye | undefined
  #connected = false
  #cancel: (() => void) | undefined
  #heartbeatSent: { readonly us: number; readonly ms: number } | undefined
  #answeredMs = 0

  constructor(clock: Clock, timing: Timing, session: string, parts: ConversationParts) {
    this.#clock = clock
    this.#timing = timing
    this.#session = session
    this.#parts = parts
    this.#answeredMs = clock.monotonicMs()
  }

  get state(): ConversationState {
    return this.#state
  }

  /** Milliseconds since anything was heard, or since the beginning. */
  get silentMs(): number {
    return this.#clock.monotonicMs() - this.#answeredMs
  }

  /** Begins, or begins anew: everything in flight is in doubt until the next welcome. */
  greet(hello: Hello | undefined = this.#hello): void {
    if (hello === undefined || this.#state === 'refused' || this.#state === 'left') return
    this.#hello = hello
    if (this.#state === 'welcomed') this.#parts.interrupted()
    this.#state = 'greeting'
    this.#sayHello()
  }

  /** Everything is acknowledged: says bye until farewell comes. */
  leave(bye: Bye): void {
    this.#bye = bye
    if (this.#state === 'welcomed') this.#sayBye()
  }

  changed(event: ConnectionEvent): void {
    if (event.kind === 'connected') {
      this.#connected = true
      this.greet()
      return
    }
    this.#connected = false
    if (this.#state === 'welcomed') {
      this.#parts.interrupted()
      this.#state = 'greeting'
    }
  }

  /** A new wire has been laid; it has yet to say that it is connected. */
  reconnecting(): void {
    this.#answeredMs = this.#clock.monotonicMs()
    this.changed({ kind: 'disconnected' })
  }

  hear(frame: Uint8Array): void {
    const look = decodeAggregatorMessage(frame)
    if (look.kind !== 'message' || look.message.session !== this.#session) return
    this.#answeredMs = this.#clock.monotonicMs()
    if (this.#state === 'greeting' || this.#state === 'welcomed') this.#obey(look.message)
  }

  close(): void {
    this.#cancel?.()
    this.#state = 'left'
  }

  #obey(message: AggregatorMessage): void {
    switch (message.kind) {
      case 'welcome':
        this.#state = 'welcomed'
        this.#parts.welcomed(message)
        if (this.#bye === undefined) this.#beat()
        else this.#sayBye()
        return
      case 'refused':
        this.#state = 'refused'
        this.#cancel?.()
        this.#parts.refused(message)
        return
      case 'again':
        // A welcome on its way answers the hello on its way; another hello is due only when we were at home.
        if (this.#state === 'welcomed') this.greet()
        return
      case 'acks':
        if (this.#state === 'welcomed') this.#parts.acknowledged(message)
        return
      case 'rejected':
        if (this.#state === 'welcomed') this.#parts.rejected(message)
        return
      case 'pulse':
        this.#measure(message.sentUs, message.receivedUs)
        return
      case 'later':
      case 'settled':
        return
      case 'farewell':
        if (this.#bye === undefined) return
        this.#cancel?.()
        this.#state = 'left'
        this.#parts.farewell()
    }
  }

  #sayHello(): void {
    this.#cancel?.()
    if (this.#state !== 'greeting' || this.#hello === undefined) return
    if (this.#connected) this.#parts.say(this.#hello)
    this.#cancel = this.#clock.after(this.#timing.answerWaitMs, () => this.#sayHello())
  }

  #sayBye(): void {
    this.#cancel?.()
    if (this.#state !== 'welcomed' || this.#bye === undefined) return
    // A welcome in between may have asked for records again.
    if (this.#parts.settled()) this.#parts.say(this.#bye)
    this.#cancel = this.#clock.after(this.#timing.answerWaitMs, () => this.#sayBye())
  }

  #beat(): void {
    this.#cancel?.()
    if (this.#state !== 'welcomed') return
    const sent = { us: this.#clock.nowUs(), ms: this.#clock.monotonicMs() }
    this.#heartbeatSent = sent
    this.#parts.say({
      kind: 'heartbeat',
      session: this.#session,
      sentUs: sent.us,
      backlog: this.#parts.backlog(),
    })
    this.#cancel = this.#clock.after(this.#timing.heartbeatIntervalMs, () => this.#beat())
  }

  /** The heartbeat went out at `sentUs` and came there at `receivedUs`, about half a round trip later. */
  #measure(sentUs: number, receivedUs: number): void {
    const sent = this.#heartbeatSent
    if (sent === undefined || sent.us !== sentUs) return
    this.#heartbeatSent = undefined
    const halfUs = Math.round(((this.#clock.monotonicMs() - sent.ms) * 1000) / 2)
    this.#parts.offset(sentUs + halfUs - receivedUs, halfUs + clockGrainUs)
  }
}

/** Both ends read a wall clock of whole milliseconds. */
const clockGrainUs = 1_000
