import type { AgentMessage, AggregatorMessage, Bye, Clock, Exit, Hello, Later, Pulse } from '@provloom/shared'
import type { Timing } from '../timing.ts'
import type { ChannelEvent, ConversationEvent } from './event.ts'

/** Whoever sends, as far as the conversation has to know. */
export interface Outgoing {
  say(message: AgentMessage): void
  /** Records on their way. */
  readonly backlog: number
  /** Whether everything that is to be said before bye is acknowledged. */
  readonly drained: boolean
}

export interface ConversationParts {
  readonly clock: Clock
  readonly timing: Timing
  readonly session: string
  readonly outgoing: Outgoing
  readonly listener: (event: ConversationEvent) => void
  /** Whether its agent watches its machine now, told to or because nobody has answered yet. */
  readonly isWatching: () => boolean
}

/** left: everything is in the journal; settled: and the document on disk holds it. */
export type ConversationState = 'silent' | 'greeting' | 'welcomed' | 'refused' | 'left' | 'settled'

/**
 * Who is at the other end, and whether it knows this session: hello until there is an answer, again after every break
 * of the connection and whenever the aggregator asks for it, heartbeats in between, bye at the end until the document
 * on disk holds the session (docs/wire-format.md, "The conversation").
 */
export class Conversation {
  readonly #clock: Clock
  readonly #timing: Timing
  readonly #session: string
  readonly #outgoing: Outgoing
  readonly #listener: (event: ConversationEvent) => void
  readonly #isWatching: () => boolean
  #state: ConversationState = 'silent'
  #hello: Hello | undefined
  #bye: Bye | undefined
  #exit: Exit | undefined
  #connected = false
  #closing = false
  #watches = false
  #cancel: (() => void) | undefined
  #heartbeatSent: { readonly us: number; readonly ms: number } | undefined
  #answeredMs = 0
  #delay: Later | undefined

  constructor({ clock, timing, session, outgoing, listener, isWatching }: ConversationParts) {
    this.#clock = clock
    this.#timing = timing
    this.#session = session
    this.#outgoing = outgoing
    this.#listener = listener
    this.#isWatching = isWatching
    this.#answeredMs = clock.monotonicMs()
  }

  get state(): ConversationState {
    return this.#state
  }

  /** All of it is in the journal. */
  get isOver(): boolean {
    return this.#state === 'left' || this.#state === 'settled'
  }

  /** Milliseconds since anything was heard, or since the beginning. */
  get silentMs(): number {
    return this.#clock.monotonicMs() - this.#answeredMs
  }

  /** Its hello is answered, and asked for once more: its place may be free in a moment. */
  get putOff(): boolean {
    return this.#state === 'greeting' && this.#delay !== undefined && !this.turnedDown
  }

  /** It was told why it is not let in, and that this does not pass by itself. */
  get turnedDown(): boolean {
    return this.#state === 'greeting' && this.#delay?.tell === true
  }

  /** Begins, or begins anew: everything in flight is in doubt until the next welcome. */
  greet(hello: Hello | undefined = this.#hello): void {
    if (hello === undefined || this.isOver || this.#state === 'refused') return
    this.#hello = hello
    if (this.#state === 'welcomed') this.#listener({ kind: 'interrupted' })
    this.#state = 'greeting'
    this.#sayHello()
  }

  /** Everything is acknowledged: says bye until the document holds it. */
  leave(bye: Bye): void {
    this.#bye = bye
    if (this.#state === 'welcomed') this.#sayBye()
  }

  /** The session's process has ended after it: said until it is answered. */
  amend(exit: Exit): void {
    this.#exit = exit
    if (this.isOver) this.#sayExit()
  }

  /** Whether there is nothing left to be said. */
  get amended(): boolean {
    return this.#exit === undefined
  }

  note(event: ChannelEvent): void {
    switch (event.kind) {
      case 'connected':
      case 'disconnected':
      case 'unwelcome':
        return this.#change(event.kind === 'connected')
      case 'relaid':
        // It has yet to say that it is connected.
        this.#answeredMs = this.#clock.monotonicMs()
        return this.#change(false)
      case 'welcome':
      case 'refused':
      case 'later':
      case 'again':
      case 'acks':
      case 'rejected':
      case 'pulse':
      case 'farewell':
      case 'settled':
        return this.#hear(event)
    }
  }

  /** The session's end was read: what is left is on its way. Said at once, so that whoever comes next waits for it. */
  closing(): void {
    if (this.#closing) return
    this.#closing = true
    this.#sayHeartbeat()
  }

  close(): void {
    this.#cancel?.()
    this.#exit = undefined
    if (this.#state !== 'settled') this.#state = 'left'
  }

  #change(connected: boolean): void {
    this.#connected = connected
    if (connected) this.greet()
    else if (this.#state === 'welcomed') {
      this.#listener({ kind: 'interrupted' })
      this.#state = 'greeting'
    }
  }

  #hear(message: AggregatorMessage): void {
    this.#answeredMs = this.#clock.monotonicMs()
    switch (this.#state) {
      case 'greeting':
      case 'welcomed':
        return this.#obey(message)
      case 'left':
      case 'settled':
        return this.#hearAfterwards(message)
      case 'silent':
      case 'refused':
    }
  }

  #obey(message: AggregatorMessage): void {
    switch (message.kind) {
      case 'welcome':
        this.#state = 'welcomed'
        this.#delay = undefined
        this.#watches = message.watch === true
        if (this.#hello !== undefined) this.#hello = { ...this.#hello, admitted: message.runId }
        this.#listener(message)
        if (this.#bye === undefined) this.#beat()
        else this.#sayBye()
        return
      case 'refused':
        this.#state = 'refused'
        this.#cancel?.()
        this.#listener(message)
        return
      case 'again':
        // A welcome on its way answers the hello on its way; another hello is due only when we were at home.
        if (this.#state === 'welcomed') this.greet()
        return
      case 'acks':
        if (this.#state === 'welcomed') this.#listener(message)
        return
      case 'rejected':
        if (this.#state === 'welcomed') this.#listener(message)
        return
      case 'pulse':
        this.#measure(message.sentUs, message.receivedUs)
        if (this.#state === 'welcomed') this.#heed(message)
        return
      case 'later':
        this.#listener(message)
        this.#delay = message
        // A hello is said again by itself; what was let in is so no more, and asks too.
        if (this.#state !== 'welcomed') return
        this.#listener({ kind: 'interrupted' })
        this.#state = 'greeting'
        this.#cancel?.()
        this.#cancel = this.#again(() => this.#sayHello())
        return
      case 'farewell':
        if (this.#bye !== undefined) this.#depart()
        return
      case 'settled':
        // Said of a session that had ended before this agent came, too.
        this.#depart()
        this.#hearAfterwards(message)
    }
  }

  /** Said with every pulse, so that no word of it can be lost. */
  #heed({ watch = false }: Pulse): void {
    if (watch === this.#watches) return
    this.#watches = watch
    this.#listener({ kind: 'watch', granted: watch })
  }

  #depart(): void {
    this.#cancel?.()
    this.#state = 'left'
    this.#listener({ kind: 'left' })
    if (this.#bye !== undefined) this.#cancel = this.#again(() => this.#sayBye())
  }

  #hearAfterwards(message: AggregatorMessage): void {
    switch (message.kind) {
      case 'settled':
        if (this.#state === 'left') this.#cancel?.()
        this.#state = 'settled'
        this.#listener(message)
        if (this.#exit !== undefined) this.#sayExit()
        return
      case 'farewell':
        if (this.#state !== 'settled' || this.#exit === undefined) return
        this.#exit = undefined
        this.#cancel?.()
        this.#listener({ kind: 'left' })
        return
      case 'again':
        // It was restarted: the bye that is said again makes it look.
        if (this.#hello !== undefined && this.#state === 'left') this.#outgoing.say(this.#hello)
        return
      case 'welcome':
        if (this.#state === 'left') this.#sayBye()
        return
      case 'rejected':
        // What has ended is in the journal; why its document is not written is worth knowing.
        if (this.#state === 'left') this.#listener(message)
        return
      case 'acks':
      case 'later':
      case 'pulse':
      case 'refused':
    }
  }

  #again(say: () => void): () => void {
    return this.#clock.after(this.#timing.answerWaitMs, say)
  }

  #sayHello(): void {
    this.#cancel?.()
    if (this.#state !== 'greeting' || this.#hello === undefined) return
    // Whoever watches goes on with it: an aggregator that was restarted, or is heard first now, asks nobody else.
    const watches = this.#watches ? 'does' : this.#isWatching() ? 'began' : undefined
    const hello: Hello = watches === undefined ? this.#hello : { ...this.#hello, watches }
    if (this.#connected) this.#outgoing.say(hello)
    this.#cancel = this.#again(() => this.#sayHello())
  }

  #sayBye(): void {
    this.#cancel?.()
    const left = this.#state === 'left'
    if ((this.#state !== 'welcomed' && !left) || this.#bye === undefined) return
    // A welcome in between may have asked for records again.
    const said = left || this.#bye.kept !== undefined || this.#outgoing.drained
    if (this.#connected && said) this.#outgoing.say(this.#bye)
    this.#cancel = this.#again(() => this.#sayBye())
  }

  #sayExit(): void {
    if (this.#exit === undefined || this.#state !== 'settled') return
    this.#cancel?.()
    if (this.#connected) this.#outgoing.say(this.#exit)
    this.#cancel = this.#again(() => this.#sayExit())
  }

  #beat(): void {
    this.#cancel?.()
    if (this.#state !== 'welcomed' || this.#bye !== undefined) return
    this.#sayHeartbeat()
    this.#cancel = this.#clock.after(this.#timing.heartbeatIntervalMs, () => this.#beat())
  }

  /** Also between two beats, when there is news: the session is closing. */
  #sayHeartbeat(): void {
    if (this.#state !== 'welcomed') return
    const sent = { us: this.#clock.nowUs(), ms: this.#clock.monotonicMs() }
    this.#heartbeatSent = sent
    this.#outgoing.say({
      kind: 'heartbeat',
      session: this.#session,
      sentUs: sent.us,
      backlog: this.#outgoing.backlog,
      ...(this.#closing ? { closing: true } : {}),
    })
  }

  /** The heartbeat went out at `sentUs` and came there at `receivedUs`, about half a round trip later. */
  #measure(sentUs: number, receivedUs: number): void {
    const sent = this.#heartbeatSent
    if (sent === undefined || sent.us !== sentUs) return
    this.#heartbeatSent = undefined
    const halfUs = Math.round(((this.#clock.monotonicMs() - sent.ms) * 1000) / 2)
    this.#listener({
      kind: 'offset',
      offsetUs: sentUs + halfUs - receivedUs,
      uncertaintyUs: halfUs + clockGrainUs,
    })
  }
}

/** Both ends read a wall clock of whole milliseconds. */
const clockGrainUs = 1_000
