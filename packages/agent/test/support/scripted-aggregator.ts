import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Router, curveKeyPair } from 'zeromq'
import { connectionFile, decodeAgentMessage, encodeMessage, envelopeOf, mintRunId } from '@provloom/shared'
import type {
  AggregatorMessage,
  Bye,
  Connection,
  Envelope,
  Exit,
  Gone,
  Hello,
  RunId,
  Settled,
} from '@provloom/shared'
import { Received } from './received.ts'

export interface Script {
  /** What to answer a hello with instead of a welcome. */
  readonly refuse?: { readonly reason: 'not-collected' | 'conflict' | 'run-ended'; readonly message: string }
  /** So many hellos are put off first. */
  readonly later?: { readonly times: number; readonly tell?: true }
  readonly creditBytes?: number
  readonly differences?: readonly string[]
  /** Decides each envelope's fate; `take` when absent. */
  readonly fate?: (envelope: Envelope, nth: number) => 'take' | 'lose' | 'mute' | 'retry' | 'never' | 'again'
  readonly insecure?: boolean
  readonly runId?: RunId
  /** What a former aggregator held. */
  readonly received?: Received
  readonly port?: number
  readonly keys?: Connection['curve']
  readonly farewell?: boolean
  /** Each session has ended before its hello: it is told so at once. */
  readonly over?: boolean
  /** Never says that the document holds a session. */
  readonly settled?: boolean
  /** Answers heartbeats only with the acknowledgement of the rank's end, and that its clock is an hour ahead. */
  readonly latePulse?: boolean
  /** So often the answer is lost to what tells of streams that were let go. */
  readonly retiredUnanswered?: number
}

/** A small real ROUTER that follows the protocol as far as its script lets it. */
export class ScriptedAggregator {
  readonly runId: RunId
  readonly runDir: string
  readonly received: Received
  readonly hellos: Hello[] = []
  readonly byes: Bye[] = []
  readonly exits: Exit[] = []
  readonly gone: Gone[] = []
  readonly retired: string[] = []
  readonly kinds: string[] = []
  connection: Connection | undefined
  script: Script
  readonly #saveDir: string
  readonly #router = new Router({ linger: 0 })
  readonly #known = new Set<string>()
  #nth = 0
  #heartbeatUs: number | undefined

  constructor(saveDir: string, script: Script = {}) {
    this.script = script
    this.runId = script.runId ?? mintRunId(Date.now(), new Uint8Array(10).fill(7))
    this.runDir = path.join(saveDir, 'run_0')
    this.received = script.received ?? new Received()
    this.#saveDir = saveDir
  }

  /** A predecessor's port is free again a moment after its socket was closed: libzmq closes in a thread of its own. */
  async #bind(endpoint: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#router.bind(endpoint)
      } catch (error) {
        if (tries === 100) throw error
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
  }

  async start(): Promise<this> {
    const { script } = this
    const curve = script.insecure === true ? null : (script.keys ?? freshKeys())
    if (curve !== null) {
      this.#router.curveServer = true
      this.#router.curveSecretKey = serverSecrets.get(curve.serverKey)!
    }
    await this.#bind(`tcp://127.0.0.1:${script.port ?? '*'}`)
    const port = Number(/:(\d+)$/.exec(this.#router.lastEndpoint ?? '')![1])
    this.connection = {
      format: 1,
      jobKey: 'default',
      host: os.hostname(),
      advertise: '127.0.0.1',
      listen: '127.0.0.1',
      port,
      pid: process.pid,
      nonce: 'scripted',
      curve,
    }
    fs.mkdirSync(this.runDir, { recursive: true })
    fs.writeFileSync(path.join(this.runDir, 'run.json'), JSON.stringify({ runId: this.runId }))
    const file = connectionFile(this.#saveDir, 'default')
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    fs.writeFileSync(`${file}.tmp`, JSON.stringify(this.connection), { mode: 0o600 })
    fs.renameSync(`${file}.tmp`, file)
    void this.#serve()
    return this
  }

  stop(): void {
    if (!this.#router.closed) this.#router.close()
  }

  async #serve(): Promise<void> {
    while (!this.#router.closed) {
      try {
        for await (const [identity, frame] of this.#router) await this.#obey(identity!, frame!)
      } catch (error) {
        if (this.#router.closed) return
        throw error
      }
    }
  }

  async #obey(identity: Buffer, frame: Buffer): Promise<void> {
    const answer = (message: AggregatorMessage): Promise<void> =>
      this.#router.send([identity, encodeMessage(message)])
    const look = decodeAgentMessage(frame)
    if (look.kind === 'bad') throw new Error(look.reason)
    if (look.kind === 'foreign') throw new Error(`a hello of version ${look.version}`)
    if (look.kind === 'envelope') {
      const envelope = envelopeOf(look.parts)
      if (envelope.kind === 'bad') throw new Error(envelope.reason)
      this.kinds.push('envelope')
      await this.#take(envelope.envelope, answer)
      return
    }
    const { message } = look
    const { session } = message
    this.kinds.push(message.kind)
    switch (message.kind) {
      case 'hello':
        this.hellos.push(message)
        if (this.script.refuse !== undefined) {
          await answer({ kind: 'refused', session, ...this.script.refuse })
          return
        }
        if (this.hellos.length <= (this.script.later?.times ?? 0)) {
          const { tell } = this.script.later!
          await answer({ kind: 'later', session, message: 'held', ...(tell === undefined ? {} : { tell }) })
          return
        }
        this.#known.add(session)
        if (this.script.over === true) {
          await answer(this.#settled(session))
          return
        }
        await answer({
          kind: 'welcome',
          session,
          runId: this.runId,
          runDir: this.runDir,
          rank: message.rank,
          attempt: message.attempt,
          ordinal: message.ordinal,
          next: this.received.next(),
          creditBytes: this.script.creditBytes ?? 8 * 1024 * 1024,
          differences: this.script.differences ?? [],
        })
        return
      case 'heartbeat':
        if (!this.#known.has(session)) await answer({ kind: 'again', session })
        else if (this.script.latePulse === true) this.#heartbeatUs = message.sentUs
        else await answer({ kind: 'pulse', session, sentUs: message.sentUs, receivedUs: Date.now() * 1000 })
        return
      case 'bye':
        this.byes.push(message)
        if (this.script.farewell === false) return
        await answer({ kind: 'farewell', session })
        if (message.final && this.script.settled !== false) await answer(this.#settled(session))
        return
      case 'exit':
        this.exits.push(message)
        await answer({ kind: 'farewell', session })
        return
      case 'retired':
        this.retired.push(...Object.keys(message.ledger))
        if (this.retired.length <= (this.script.retiredUnanswered ?? 0)) return
        await answer({
          kind: 'acks',
          session,
          next: Object.fromEntries(Object.keys(message.ledger).map((one) => [one, 0])),
        })
        return
      case 'gone':
        this.gone.push(message)
        await answer({ kind: 'farewell', session })
        return
      case 'present':
    }
  }

  #settled(session: string): Settled {
    const { runDir } = this
    return {
      kind: 'settled',
      session,
      runDir,
      ended: true,
      status: 'completed',
      logs: 0,
      missing: [],
      told: [],
      absent: [],
    }
  }

  async #take(envelope: Envelope, answer: (message: AggregatorMessage) => Promise<void>): Promise<void> {
    const { session, stream } = envelope
    if (!this.#known.has(session)) {
      await answer({ kind: 'again', session })
      return
    }
    const fate = this.script.fate?.(envelope, this.#nth++) ?? 'take'
    switch (fate) {
      case 'lose':
        return
      case 'again':
        this.#known.delete(session)
        await answer({ kind: 'again', session })
        return
      case 'retry':
      case 'never':
        await answer({
          kind: 'rejected',
          session,
          stream,
          next: this.received.nextOf(stream),
          retry: fate === 'retry',
          message: 'as scripted',
        })
        return
      case 'take':
      case 'mute': {
        if (!this.received.take(envelope)) {
          await answer({
            kind: 'rejected',
            session,
            stream,
            next: this.received.nextOf(stream),
            retry: true,
            message: 'ahead',
          })
          return
        }
        if (fate === 'mute') return
        const acks = answer({ kind: 'acks', session, next: { [stream]: this.received.nextOf(stream) } })
        const sentUs = this.#heartbeatUs
        if (sentUs === undefined || this.received.of('rank.end').length === 0) return acks
        this.#heartbeatUs = undefined
        const receivedUs = (Date.now() + 3_600_000) * 1000
        await Promise.all([acks, answer({ kind: 'pulse', session, sentUs, receivedUs })])
      }
    }
  }
}

const serverSecrets = new Map<string, string>()

export function freshKeys(): NonNullable<Connection['curve']> {
  const server = curveKeyPair()
  const client = curveKeyPair()
  serverSecrets.set(server.publicKey, server.secretKey)
  return { serverKey: server.publicKey, publicKey: client.publicKey, secretKey: client.secretKey }
}
