import os from 'node:os'
import { randomUUID } from 'node:crypto'
import { Dealer } from 'zeromq'
import {
  decodeAggregatorMessage,
  encodeEnvelope,
  encodeEvent,
  encodeMessage,
  endpointOf,
  noPoints,
  roomForPoints,
  seq,
} from '@provloom/shared'
import type {
  AggregatorMessage,
  Attempt,
  Connection,
  Envelope,
  Event,
  Hello,
  Points,
  Rank,
  RunId,
  StreamId,
} from '@provloom/shared'

type Of<Kind> = Extract<AggregatorMessage, { kind: Kind }>

export interface PeerOptions {
  readonly rank?: number
  readonly attempt?: number
  readonly jobKey?: string
  readonly worldSize?: number
  readonly session?: string
  readonly pid?: number
  readonly host?: string
  readonly hello?: Partial<Hello>
}

/** A scripted agent: says what the test tells it to, over real ZeroMQ, and hears what comes back, in order. */
export class Peer {
  readonly session: string
  readonly #socket: Dealer
  readonly #options: PeerOptions
  readonly #heard: AggregatorMessage[] = []
  #waiting: (() => void) | undefined
  #runId: RunId | undefined
  #attempt: Attempt | undefined
  readonly #next = new Map<string, number>()

  constructor(connection: Connection, options: PeerOptions = {}) {
    const { curve } = connection
    this.#options = options
    this.session = options.session ?? randomUUID()
    this.#socket = new Dealer({
      linger: 0,
      reconnectInterval: 20,
      ...(curve === null
        ? {}
        : {
            curveServerKey: curve.serverKey,
            curvePublicKey: curve.publicKey,
            curveSecretKey: curve.secretKey,
          }),
    })
    this.#socket.connect(endpointOf(connection))
    void this.#listen()
  }

  get runId(): RunId {
    if (this.#runId === undefined) throw new Error('not welcomed yet')
    return this.#runId
  }

  /** All that was heard and not asked for yet. */
  get unread(): readonly AggregatorMessage[] {
    return this.#heard
  }

  async sayBytes(bytes: Uint8Array): Promise<void> {
    await this.#socket.send(bytes)
  }

  async say(message: Parameters<typeof encodeMessage>[0]): Promise<void> {
    await this.sayBytes(encodeMessage(message))
  }

  /** The next message of that kind; others that come before it are passed over. */
  async hear<Kind extends AggregatorMessage['kind']>(...kinds: Kind[]): Promise<Of<Kind>> {
    for (;;) {
      while (this.#heard.length > 0) {
        const message = this.#heard.shift()!
        if (isOf(message, kinds)) return message
      }
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  helloMessage(): Hello {
    const { rank = 0, attempt = 0, jobKey = 'job', worldSize, hello } = this.#options
    return {
      kind: 'hello',
      version: 2,
      session: this.session,
      agent: this.session,
      worker: this.session,
      jobKey,
      rank: rank as Rank,
      attempt: attempt as Attempt,
      rankToldBy: 'launcher',
      ordinal: 0,
      ...(worldSize === undefined ? {} : { worldSize }),
      host: this.#options.host ?? os.hostname(),
      hostId: 'a-boot-id',
      startedUs: Date.now() * 1000,
      pid: this.#options.pid ?? process.pid,
      asked: {},
      ...hello,
    }
  }

  /** @throws with the aggregator's reason when it puts this peer off for longer than any of its waits is */
  async hello(): Promise<Of<'welcome' | 'refused'>> {
    const until = performance.now() + 60_000
    for (;;) {
      const hello = this.helloMessage()
      await this.say(hello)
      const answer = await again(() => this.say(hello), this.hear('welcome', 'refused', 'later'))
      if (answer.kind === 'later') {
        if (performance.now() > until) throw new Error(`put off for a minute: ${answer.message}`)
        continue
      }
      if (answer.kind === 'welcome') [this.#runId, this.#attempt] = [answer.runId, answer.attempt]
      return answer
    }
  }

  async welcome(): Promise<Of<'welcome'>> {
    const answer = await this.hello()
    if (answer.kind !== 'welcome') throw new Error(`refused: ${answer.message}`)
    return answer
  }

  envelope(
    stream: string,
    first: number,
    events: readonly Event[],
    points: Points = noPoints,
    lost = 0,
  ): Envelope {
    const count = events.length + points.count
    return {
      runId: this.runId,
      rank: (this.#options.rank ?? 0) as Rank,
      attempt: this.#attempt ?? ((this.#options.attempt ?? 0) as Attempt),
      session: this.session,
      stream: stream as StreamId,
      first: seq(first),
      count,
      lost,
      eventIndex: Uint32Array.from(events.keys()),
      events: events.map(encodeEvent),
      points,
    }
  }

  /** Sends records `first` on; events come before points. */
  async send(
    stream: string,
    first: number,
    events: readonly Event[],
    points?: Points,
    lost?: number,
  ): Promise<void> {
    await this.sayBytes(encodeEnvelope(this.envelope(stream, first, events, points, lost)))
  }

  /** Sends the next records of a stream and waits until they are acknowledged. */
  async store(stream: string, events: readonly Event[], points?: Points): Promise<void> {
    const first = this.#next.get(stream) ?? 0
    await this.send(stream, first, events, points)
    const end = first + events.length + (points?.count ?? 0)
    this.#next.set(stream, end)
    await again(() => this.send(stream, first, events, points), this.acknowledged(stream, end))
  }

  async acknowledged(stream: string, next: number): Promise<void> {
    for (;;) {
      const acks = await this.hear('acks')
      if ((acks.next[stream] ?? 0) >= next) return
    }
  }

  async bye(asked: { createGraph?: boolean; createSvg?: boolean } = {}): Promise<void> {
    const bye = {
      kind: 'bye',
      session: this.session,
      final: true,
      ledger: {},
      ledgerClosed: true,
      ...asked,
    } as const
    await this.say(bye)
    await again(() => this.say(bye), this.hear('farewell'))
    await this.gone()
  }

  /** Its agent leaves: nobody waits for what it might still say. */
  async gone(): Promise<void> {
    await this.left()
    await again(() => this.left(), this.hear('farewell'))
  }

  /** As above, and waits for no answer. */
  async left(): Promise<void> {
    const { jobKey = 'job' } = this.#options
    await this.say({
      kind: 'gone',
      session: this.session,
      agent: this.session,
      jobKey,
      ends: [],
      idle: false,
    })
  }

  close(): void {
    this.#socket.close()
  }

  async #listen(): Promise<void> {
    for await (const [frame] of this.#socket) {
      const look = decodeAggregatorMessage(frame!)
      if (look.kind !== 'message') throw new Error(`unreadable answer: ${JSON.stringify(look)}`)
      this.#heard.push(look.message)
      this.#waiting?.()
    }
  }
}

/** As an agent does: what comes while a run is being written, say, may have no answer. */
async function again<Answer>(say: () => Promise<void>, answer: Promise<Answer>): Promise<Answer> {
  const saying = setInterval(() => void say().catch(() => {}), 2_000)
  try {
    return await answer
  } finally {
    clearInterval(saying)
  }
}

function isOf<Kind extends AggregatorMessage['kind']>(
  message: AggregatorMessage,
  kinds: readonly Kind[],
): message is Of<Kind> {
  return (kinds as readonly string[]).includes(message.kind)
}

const timeUs = 1_700_000_000_000_000

/** `count` params with keys p<from> ... */
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

/** Points of one series with steps and values from `from` on. */
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

/** A client's first word: without one a session is of a command that called nothing. */
export function sessionStart(time: number = timeUs): Event {
  const author = { library: 'provloom', libraryVersion: '0', language: 'python' }
  return { type: 'session.start', time, session: '0'.repeat(16), pid: 1, ...author }
}

export function rankStart(): Event {
  return {
    type: 'rank.start',
    time: timeUs,
    pid: 1,
    host: 'a',
    launcher: 'test',
    argv: ['python', 'train.py'],
  }
}

export function rankEnd(status: 'completed' | 'failed' = 'completed'): Event {
  return { type: 'rank.end', time: timeUs + 1_000_000, status, exitCode: status === 'completed' ? 0 : 1 }
}
