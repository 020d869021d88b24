import { randomBytes } from 'node:crypto'
import type { Context, Dealer } from 'zeromq'
import { Dealer as DealerSocket } from 'zeromq'
import {
  decodeAggregatorMessage,
  encodeEnvelope,
  encodeMessage,
  endpointOf,
  limits,
  noPoints,
  protocolVersion,
  seq,
} from '@provloom/shared'
import type { Attempt, Connection, Envelope, Rank, StreamId, Welcome } from '@provloom/shared'
import { monotonicMs } from './plan.ts'
import type { Plan } from './plan.ts'
import type { Script } from './script.ts'
import { scriptOf } from './script-of.ts'

interface InFlight {
  readonly end: number
  readonly bytes: number
  readonly sentMs: number
}

export interface RankListener {
  ready(): void
  acknowledged(latencyMs: number): void
  finished(): void
  farewell(): void
  /** Whether it may send what comes behind so many of its records, as far as the others are. */
  mayGo(sent: number): boolean
  failed(message: string): void
}

/** So many events are one envelope: those of a thousand series more would be too many bytes. */
const eventsPerEnvelope = 1000

/**
 * One rank as the aggregator sees it: a DEALER that speaks the protocol of packages/shared/src/wire with credit,
 * cumulative acknowledgements, rewinding and saying hello anew. It keeps no spool: records are made when they are due.
 */
export class SimulatedRank {
  readonly session: string = randomBytes(8).toString('hex')
  bytesSent = 0
  envelopesSent = 0
  readonly #plan: Plan
  readonly #rank: number
  readonly #listener: RankListener
  readonly #dealer: Dealer
  readonly #script: Script
  readonly #messages: Buffer[] = []
  #welcome: Welcome | undefined
  #next = 0
  #acknowledged = 0
  #inFlight: InFlight[] = []
  #inFlightBytes = 0
  #readySaid = false
  #finishedSaid = false
  #dueMs = Number.POSITIVE_INFINITY
  #going = false
  /** What it says last; absent as long as it goes on. */
  #closing: readonly Uint8Array[] | undefined
  #byeSaid = false
  #closed = false
  #wake: (() => void) | undefined

  constructor(context: Context, connection: Connection, plan: Plan, rank: number, listener: RankListener) {
    this.#plan = plan
    this.#rank = rank
    this.#listener = listener
    this.#script = scriptOf(plan, rank)
    this.#dealer = new DealerSocket({
      context,
      linger: 0,
      immediate: true,
      sendHighWaterMark: limits.highWaterMark,
      receiveHighWaterMark: limits.highWaterMark,
      reconnectInterval: 50 + Math.floor(Math.random() * 450),
      handshakeInterval: 60_000,
      ...(connection.curve === null
        ? {}
        : {
            curveServerKey: connection.curve.serverKey,
            curvePublicKey: connection.curve.publicKey,
            curveSecretKey: connection.curve.secretKey,
          }),
    })
    this.#dealer.events.on('handshake', () => this.#sayHello())
    this.#dealer.events.on('disconnect', () => {
      this.#welcome = undefined
    })
    this.#dealer.connect(endpointOf(connection))
    void this.#listen()
    void this.#sendAll()
  }

  /** How far it is in the training, 0 to 1, as far as that is acknowledged. */
  get share(): number {
    const { opening, records, ofTraining } = this.#script
    const said = Math.max(0, this.#acknowledged - opening.length)
    return said >= records ? 1 : (ofTraining * said) / records
  }

  get welcome(): boolean {
    return this.#welcome !== undefined
  }

  /** Begins to send the plan's envelopes. With an interval each rank has a phase of its own. */
  go(): void {
    this.#going = true
    this.#dueMs = monotonicMs() + Math.random() * this.#plan.intervalMs
    this.#ring()
  }

  /** For paced ranks: sends what is due. */
  tick(now: number): void {
    if (this.#going && now >= this.#dueMs) this.#ring()
  }

  heartbeat(): void {
    if (this.#welcome === undefined || this.#closed || this.#byeSaid) return
    this.#say({ kind: 'heartbeat', session: this.session, sentUs: Date.now() * 1000, backlog: 0 })
  }

  /** Says its end, and when that is acknowledged that nothing comes any more. */
  bye(): void {
    // Nobody hears of one that is gone.
    if (this.#closed) return this.#listener.farewell()
    this.#closing = this.#script.closing()
    this.#ring()
  }

  close(): void {
    this.#closed = true
    this.#ring()
    this.#dealer.close()
  }

  #say(message: Parameters<typeof encodeMessage>[0]): void {
    this.#messages.push(encodeMessage(message))
    this.#ring()
  }

  #sayHello(): void {
    this.#say({
      kind: 'hello',
      version: protocolVersion,
      session: this.session,
      agent: this.session,
      worker: this.session,
      jobKey: this.#plan.jobKey,
      rank: this.#rank as Rank,
      attempt: 0 as Attempt,
      rankToldBy: 'launcher',
      ordinal: 0,
      worldSize: this.#plan.worldSize,
      host: this.#script.host,
      hostId: this.#script.host,
      pid: process.pid,
      startedUs: Date.now() * 1000,
      asked: {
        experimentName: 'bench',
        provUserNamespace: 'http://www.example.org/',
        collectAllProcesses: true,
      },
    })
  }

  async #listen(): Promise<void> {
    try {
      for await (const [frame] of this.#dealer) if (frame !== undefined) this.#heard(frame)
    } catch (error) {
      if (!this.#closed) this.#listener.failed(`rank ${this.#rank} cannot receive: ${String(error)}`)
    }
  }

  #heard(frame: Buffer): void {
    const look = decodeAggregatorMessage(frame)
    if (look.kind !== 'message') return
    const { message } = look
    switch (message.kind) {
      case 'welcome':
        this.#welcome = message
        this.#checkPace(message)
        this.#rewind(message.next[this.#stream] ?? 0)
        break
      case 'acks':
        this.#acks(message.next[this.#stream] ?? 0)
        break
      case 'rejected':
        if (message.retry) this.#rewind(message.next)
        else this.#listener.failed(`rank ${this.#rank}: ${message.message}`)
        break
      case 'again':
        this.#welcome = undefined
        this.#sayHello()
        break
      case 'farewell':
        this.#listener.farewell()
        break
      case 'refused':
        this.#listener.failed(`rank ${this.#rank} is refused: ${message.message}`)
        break
      case 'pulse':
      case 'later':
      case 'settled':
        break
    }
    this.#ring()
  }

  /** A paced load stands for agents, which do as they are asked; a receiver that is no aggregator asks for nothing. */
  #checkPace({ envelopeAgeMs }: Welcome): void {
    const { intervalMs } = this.#plan
    if (intervalMs === 0 || envelopeAgeMs === undefined || envelopeAgeMs === intervalMs) return
    this.#listener.failed(`asked for an envelope every ${envelopeAgeMs} ms, the plan is ${intervalMs} ms`)
  }

  get #stream(): string {
    return `worker-${this.#rank}-0`
  }

  #rewind(next: number): void {
    this.#next = next
    this.#inFlight = []
    this.#inFlightBytes = 0
    this.#acks(next)
  }

  #acks(next: number): void {
    const now = monotonicMs()
    let done = 0
    for (const one of this.#inFlight) {
      if (one.end > next) break
      this.#inFlightBytes -= one.bytes
      this.#listener.acknowledged(now - one.sentMs)
      done++
    }
    if (done > 0) this.#inFlight.splice(0, done)
    this.#acknowledged = Math.max(this.#acknowledged, next)
    if (!this.#readySaid && this.#acknowledged >= this.#script.opening.length) {
      this.#readySaid = true
      this.#listener.ready()
    }
    if (!this.#byeSaid && this.#closing !== undefined && this.#acknowledged >= this.#end) {
      this.#byeSaid = true
      this.#say({ kind: 'bye', session: this.session, final: true, ledger: {}, ledgerClosed: false })
    }
    if (!this.#finishedSaid && this.#going && this.#acknowledged >= this.#logged) {
      this.#finishedSaid = true
      this.#listener.finished()
      if (this.#script.isLost) this.close()
    }
  }

  /** So many records are its opening and its points. */
  get #logged(): number {
    return this.#script.opening.length + (this.#going ? this.#script.records : 0)
  }

  get #end(): number {
    return this.#logged + (this.#closing?.length ?? 0)
  }

  #ring(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  async #sendAll(): Promise<void> {
    while (!this.#closed) {
      const frame = this.#messages.shift() ?? this.#nextFrame()
      try {
        if (frame !== undefined) await this.#dealer.send(frame)
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      } catch (error) {
        if (!this.#closed) this.#listener.failed(`rank ${this.#rank} cannot send: ${String(error)}`)
        return
      }
    }
  }

  #nextFrame(): Buffer | undefined {
    const welcome = this.#welcome
    if (welcome === undefined || this.#next >= this.#end) return undefined
    const opening = this.#next < this.#script.opening.length
    const closing = !opening && this.#next >= this.#logged
    if (!opening && !closing && !this.#isDue()) return undefined
    if (this.#inFlightBytes >= welcome.creditBytes) return undefined
    const envelope = closing
      ? this.#eventsEnvelope(welcome, this.#closing ?? [], this.#next - this.#logged)
      : opening
        ? this.#eventsEnvelope(welcome, this.#script.opening, this.#next)
        : this.#laterEnvelope(welcome)
    const frame = encodeEnvelope(envelope)
    const records = envelope.count
    this.#next += records
    this.#inFlight.push({ end: this.#next, bytes: frame.length, sentMs: monotonicMs() })
    this.#inFlightBytes += frame.length
    if (!opening && !closing) {
      this.bytesSent += frame.length
      this.envelopesSent++
    }
    return frame
  }

  #isDue(): boolean {
    if (this.#plan.intervalMs === 0) return this.#listener.mayGo(this.share)
    if (monotonicMs() < this.#dueMs) return false
    this.#dueMs += this.#plan.intervalMs
    return true
  }

  /** A rewind may have led into the middle of an envelope. */
  get #laterCount(): number {
    const { recordsPerEnvelope, records } = this.#script
    const sent = this.#next - this.#script.opening.length
    return Math.min(recordsPerEnvelope - (sent % recordsPerEnvelope), records - sent)
  }

  #eventsEnvelope(welcome: Welcome, of: readonly Uint8Array[], from: number): Envelope {
    const events = of.slice(from, from + eventsPerEnvelope)
    return {
      ...this.#head(welcome),
      count: events.length,
      eventIndex: Uint32Array.from(events.keys()),
      events,
      points: noPoints,
    }
  }

  #laterEnvelope(welcome: Welcome): Envelope {
    const count = this.#laterCount
    const points = this.#script.points(this.#next - this.#script.opening.length, count)
    return { ...this.#head(welcome), count, eventIndex: new Uint32Array(0), events: [], points }
  }

  #head(
    welcome: Welcome,
  ): Pick<Envelope, 'runId' | 'rank' | 'attempt' | 'session' | 'stream' | 'first' | 'lost'> {
    return {
      runId: welcome.runId,
      rank: this.#rank as Rank,
      attempt: 0 as Attempt,
      session: this.session,
      stream: this.#stream as StreamId,
      first: seq(this.#next),
      lost: 0,
    }
  }
}
