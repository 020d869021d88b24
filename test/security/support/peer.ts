import { randomUUID } from 'node:crypto'
import { Dealer } from 'zeromq'
import { onTestFinished } from 'vitest'
import {
  decodeAggregatorMessage,
  encodeEnvelope,
  encodeEvent,
  encodeMessage,
  endpointOf,
  isAttempt,
  isRank,
  isStreamId,
  noPoints,
  roomForPoints,
  seq,
} from '@provloom/shared'
import type { AggregatorMessage, Connection, Envelope, Event, Hello, Points, RunId } from '@provloom/shared'

type Of<Kind> = Extract<AggregatorMessage, { kind: Kind }>

export interface PeerOptions {
  readonly rank?: number
  readonly attempt?: number
  readonly worldSize?: number
  readonly jobKey?: string
  readonly hello?: Partial<Hello>
  /** Other keys than the connection file's; `none` speaks plain TCP. */
  readonly keys?: { readonly publicKey: string; readonly secretKey: string } | 'none'
}

/** A socket that speaks, or tries to, with the aggregator; what becomes of its handshake is counted. */
export function dealer(connection: Connection, keys?: PeerOptions['keys']): Dealer {
  const { curve } = connection
  const socket = new Dealer({
    linger: 0,
    immediate: true,
    reconnectInterval: 100,
    ...(curve === null || keys === 'none'
      ? {}
      : {
          curveServerKey: curve.serverKey,
          curvePublicKey: keys?.publicKey ?? curve.publicKey,
          curveSecretKey: keys?.secretKey ?? curve.secretKey,
        }),
  })
  onTestFinished(() => socket.close())
  return socket
}

/** An agent waits this long before it says something again. */
const resendMs = 4_000

function checked<T>(value: unknown, is: (value: unknown) => value is T): T {
  if (!is(value)) throw new TypeError(String(value))
  return value
}

/** An authenticated peer that says what the test tells it to, be it true or not. */
export class Peer {
  readonly session: string = randomUUID()
  readonly #socket: Dealer
  readonly #options: PeerOptions
  readonly #heard: AggregatorMessage[] = []
  #waiting: (() => void) | undefined
  runId: RunId | undefined
  heardCount = 0

  constructor(connection: Connection, options: PeerOptions = {}) {
    this.#options = options
    this.#socket = dealer(connection, options.keys)
    this.#socket.connect(endpointOf(connection))
    void this.#listen()
  }

  async sayBytes(bytes: Uint8Array | Uint8Array[]): Promise<void> {
    await this.#socket.send(Array.isArray(bytes) ? bytes.map((one) => Buffer.from(one)) : bytes)
  }

  async say(message: Parameters<typeof encodeMessage>[0]): Promise<void> {
    await this.sayBytes(encodeMessage(message))
  }

  async hear<Kind extends AggregatorMessage['kind']>(...kinds: Kind[]): Promise<Of<Kind>> {
    for (;;) {
      while (this.#heard.length > 0) {
        const message = this.#heard.shift()!
        if ((kinds as readonly string[]).includes(message.kind)) return message as Of<Kind>
      }
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  helloMessage(more: Partial<Hello> = {}): Hello {
    const { rank = 0, attempt = 0, jobKey = 'job', worldSize, hello } = this.#options
    return {
      kind: 'hello',
      version: 2,
      session: this.session,
      agent: this.session,
      worker: this.session,
      jobKey,
      rank: checked(rank, isRank),
      attempt: checked(attempt, isAttempt),
      rankToldBy: 'launcher',
      ordinal: 0,
      ...(worldSize === undefined ? {} : { worldSize }),
      host: 'node',
      hostId: 'a-boot-id',
      startedUs: Date.now() * 1000,
      pid: process.pid,
      asked: {},
      ...hello,
      ...more,
    }
  }

  async hello(more: Partial<Hello> = {}): Promise<Of<'welcome' | 'refused'>> {
    await this.say(this.helloMessage(more))
    const answer = await this.hear('welcome', 'refused')
    if (answer.kind === 'welcome') this.runId = answer.runId
    return answer
  }

  async welcome(): Promise<Of<'welcome'>> {
    const answer = await this.hello()
    if (answer.kind !== 'welcome') throw new Error(`refused: ${answer.message}`)
    return answer
  }

  envelope(stream: string, first: number, events: readonly Event[], points: Points = noPoints): Envelope {
    if (this.runId === undefined) throw new Error('not welcomed yet')
    const { rank = 0, attempt = 0 } = this.#options
    return {
      runId: this.runId,
      rank: checked(rank, isRank),
      attempt: checked(attempt, isAttempt),
      session: this.session,
      stream: checked(stream, isStreamId),
      first: seq(first),
      count: events.length + points.count,
      lost: 0,
      eventIndex: Uint32Array.from(events.keys()),
      events: events.map((event) => encodeEvent(event)),
      points,
    }
  }

  /**
   * Sends records and waits until they are acknowledged; sends them again, as an agent would, when an answer does not
   * come. Returns how long that took, in milliseconds.
   */
  async store(stream: string, first: number, events: readonly Event[], points?: Points): Promise<number> {
    const envelope = this.envelope(stream, first, events, points)
    const bytes = encodeEnvelope(envelope)
    const began = performance.now()
    await this.sayBytes(bytes)
    const again = setInterval(() => void this.sayBytes(bytes).catch(() => {}), resendMs)
    try {
      for (;;) {
        const acks = await this.hear('acks')
        const mine = acks.session === this.session
        if (mine && (acks.next[stream] ?? 0) >= first + envelope.count) return performance.now() - began
      }
    } finally {
      clearInterval(again)
    }
  }

  async bye(): Promise<void> {
    await this.say({ kind: 'bye', session: this.session, final: true, ledger: {}, ledgerClosed: true })
    await this.hear('farewell')
  }

  close(): void {
    this.#socket.close()
  }

  async #listen(): Promise<void> {
    for await (const [frame] of this.#socket) {
      const look = decodeAggregatorMessage(frame!)
      if (look.kind !== 'message') throw new Error(`unreadable answer: ${JSON.stringify(look)}`)
      this.heardCount++
      this.#heard.push(look.message)
      if (this.#heard.length > 10_000) this.#heard.shift()
      this.#waiting?.()
    }
  }
}

const timeUs = 1_700_000_000_000_000

/** `count` params with keys p<from>, p<from + 1>, ... */
export function params(from: number, count: number): Event[] {
  return Array.from({ length: count }, (_, i) => ({
    type: 'param',
    time: timeUs + from + i,
    key: `p${from + i}`,
    valueType: 'int',
    value: String(from + i),
  }))
}

export function series(id: number, key: string): Event {
  return { type: 'series', time: timeUs, id, key, context: 'training' }
}

export function points(id: number, from: number, count: number): Points {
  const rows = roomForPoints(count)
  for (let i = 0; i < count; i++) {
    rows.series[i] = id
    rows.step[i] = BigInt(from + i)
    rows.time[i] = BigInt(timeUs + from + i)
    rows.value[i] = (from + i) / 7
  }
  return rows
}

/** The last event of a rank whose command ended well. */
export const rankEnd: Event = { type: 'rank.end', time: timeUs + 1_000_000, status: 'completed', exitCode: 0 }
